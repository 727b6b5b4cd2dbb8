COPY t (a) FROM stdin;
1
\.
SELECT $f$ ; $f$, E'\'';
