CREATE TABLE public.keep_2 PARTITION OF public.keep FOR VALUES FROM ('10') TO ('20');

CREATE TABLE public.tree (
    id bigint NOT NULL,
    up bigint,
    CONSTRAINT tree_pkey PRIMARY KEY (id)
)
PARTITION BY RANGE (id);

CREATE TABLE public.tree_1 PARTITION OF public.tree FOR VALUES FROM ('0') TO ('10');

CREATE TABLE public.tree_2 PARTITION OF public.tree FOR VALUES FROM ('10') TO ('20')
PARTITION BY LIST (id);

CREATE TABLE public.tree_2_11 PARTITION OF public.tree_2 FOR VALUES IN ('11');

CREATE TABLE public.leaf (
    tree bigint,
    CONSTRAINT leaf_tree_fkey FOREIGN KEY (tree) REFERENCES public.tree(id)
);

ALTER TABLE public.tree ADD CONSTRAINT tree_up_fkey FOREIGN KEY (up) REFERENCES public.tree(id);
