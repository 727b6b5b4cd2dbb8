ALTER TABLE public.log RENAME CONSTRAINT log_key TO log_pkey;
ALTER TABLE public.users RENAME CONSTRAINT old TO is_born;
ALTER TABLE public.users RENAME CONSTRAINT one_mail TO users_mail_key;
ALTER TABLE public.users RENAME CONSTRAINT pk TO users_pkey;
ALTER TABLE public.posts RENAME CONSTRAINT by TO posts_author_fkey;
ALTER INDEX public.by_what RENAME TO log_what_idx;
ALTER INDEX public.i3 RENAME TO posts_text;
ALTER INDEX public.i1 RENAME TO users_lower_name;
ALTER INDEX public.i2 RENAME TO "Users by name";
DROP TABLE public.gone; -- destroys data
ALTER TABLE public.log DROP CONSTRAINT what;
DROP INDEX public.differs;
DROP INDEX public.twin;
ALTER TABLE public.log ADD CONSTRAINT log_what_check CHECK (what <> ''::text);
CREATE INDEX differs_now ON public.posts USING btree (author, id);
COMMENT ON INDEX public.users_lower_name IS 'another comment';
