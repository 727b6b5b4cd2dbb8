CREATE TABLE public.team (
    id integer NOT NULL,
    leader integer,
    CONSTRAINT team_pkey PRIMARY KEY (id)
);

CREATE TABLE public.person (
    id integer NOT NULL,
    team integer NOT NULL,
    boss integer,
    CONSTRAINT person_pkey PRIMARY KEY (id),
    CONSTRAINT person_boss_fkey FOREIGN KEY (boss) REFERENCES public.person(id),
    CONSTRAINT person_team_fkey FOREIGN KEY (team) REFERENCES public.team(id)
);

ALTER TABLE public.team ADD CONSTRAINT team_leader_fkey FOREIGN KEY (leader) REFERENCES public.person(id) DEFERRABLE INITIALLY DEFERRED;
