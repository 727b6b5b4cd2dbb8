ALTER TABLE public.team DROP CONSTRAINT team_leader_fkey;
DROP TABLE public.person; -- destroys data
DROP TABLE public.team; -- destroys data
