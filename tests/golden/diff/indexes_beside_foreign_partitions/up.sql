CREATE INDEX log_at ON public.log USING btree (at);
CREATE INDEX log_text ON public.log USING btree (text);
CREATE INDEX log_2_text ON public.log_2 USING btree (text DESC);
ALTER INDEX public.log_2_0_text_idx RENAME TO text_of_2_0;

CREATE FOREIGN TABLE public.log_3 PARTITION OF public.log FOR VALUES FROM (30) TO (40)
SERVER elsewhere;
