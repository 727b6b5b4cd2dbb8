ALTER TABLE public.team DROP CONSTRAINT team_leader_fkey;
DROP TABLE public.person;
DROP TABLE public.team;
