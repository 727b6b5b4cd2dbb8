/*
 * Expressions that PostgreSQL spells in one way, and in another once they were read back from what it spelt: without
 * this, a schema would differ from what its own dump makes.
 */
#ifndef WB_CATALOG_SPELLING_H
#define WB_CATALOG_SPELLING_H

#include "base/arena.h"

/*
 * "x = ANY ((ARRAY['a'::character varying])::text[])" becomes "x = ANY (ARRAY['a'::character varying])", which
 * PostgreSQL reads as what was meant; otherwise the text as it is.
 */
const char *wb_spelling_without_array_casts(struct wb_arena *arena, const char *text);

/*
 * The same, and "ARRAY[('a'::character varying)::text]", which PostgreSQL makes of the first, likewise; and "NULL::integer
 * AS int4" as "NULL::integer", of which PostgreSQL makes it in the later parts of a UNION; and "((a AND b) AND c)" as
 * "(a AND b AND c)", which it is when it was read back (BETWEEN makes the first): to compare.
 */
const char *wb_spelling_to_compare(struct wb_arena *arena, const char *text);

#endif
