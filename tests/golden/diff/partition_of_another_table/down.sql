ALTER TABLE public.articles DETACH PARTITION public.posts_1;
ALTER TABLE public.parted ADD COLUMN b integer;
CREATE UNIQUE INDEX of_both ON public.parted_1 USING btree (a, b);

CREATE TABLE public.posts (
    id integer,
    version integer NOT NULL DEFAULT 0
)
PARTITION BY LIST (id);

ALTER TABLE public.posts_1 ALTER COLUMN version SET DEFAULT 0;
DROP TABLE public.articles; -- destroys data
ALTER TABLE public.posts ATTACH PARTITION public.posts_1 FOR VALUES IN (1);
CREATE TRIGGER touching BEFORE UPDATE ON public.posts FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION public.touch();
