DROP FUNCTION other.last();
DROP FUNCTION public.added(text);
DROP FUNCTION public.even(integer);
DROP FUNCTION public.first();
DROP FUNCTION public.last();
DROP FUNCTION public.next_invoice();
DROP FUNCTION public.next_receipt();
DROP FUNCTION public.odd(integer);
DROP FUNCTION public.rate(numeric, text);
DROP FUNCTION public.rate(text);
DROP TABLE public.customer; -- destroys data
DROP FUNCTION public.allot(text);
DROP TABLE public.invoice; -- destroys data
DROP TABLE public.receipt; -- destroys data
DROP FUNCTION public.stamp();
DROP SCHEMA other; -- destroys data
