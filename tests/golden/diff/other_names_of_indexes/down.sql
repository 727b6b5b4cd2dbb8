ALTER TABLE public.log DROP CONSTRAINT log_what_check;
DROP INDEX public.differs_now;

CREATE TABLE public.gone (
    x integer
);

CREATE INDEX gone_x ON public.gone USING btree (x);
ALTER TABLE public.log ADD CONSTRAINT what CHECK (what <> ''::text);
CREATE INDEX differs ON public.posts USING btree (author);
CREATE INDEX twin ON public.posts USING btree (text);
COMMENT ON INDEX public.users_lower_name IS 'a comment';
ALTER INDEX public."Users by name" RENAME TO i2;
ALTER INDEX public.users_lower_name RENAME TO i1;
ALTER INDEX public.posts_text RENAME TO i3;
ALTER INDEX public.log_what_idx RENAME TO by_what;
ALTER TABLE public.posts RENAME CONSTRAINT posts_author_fkey TO by;
ALTER TABLE public.users RENAME CONSTRAINT users_pkey TO pk;
ALTER TABLE public.users RENAME CONSTRAINT users_mail_key TO one_mail;
ALTER TABLE public.users RENAME CONSTRAINT is_born TO old;
ALTER TABLE public.log RENAME CONSTRAINT log_pkey TO log_key;
