/*
 * An arena: memory for things that live and die together (a revision set, a plan).
 *
 * Allocation does not fail: when the machine has no memory left the process says so and ends. That is safe at any
 * instant, because whimbrel is built to be killed at any instant (docs/architecture.md, "Memory").
 */
#ifndef WB_BASE_ARENA_H
#define WB_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct wb_arena_block;

struct wb_arena {
    struct wb_arena_block *head;
};

#define WB_ARENA_INIT ((struct wb_arena){NULL})

/* Frees everything that was allocated from the arena; the arena may be used again afterwards. */
void wb_arena_release(struct wb_arena *arena);

/* Takes over everything that was allocated from `other`, which is empty afterwards. */
void wb_arena_adopt(struct wb_arena *arena, struct wb_arena *other);

/* `size` zeroed bytes, aligned for any type. */
void *wb_arena_alloc(struct wb_arena *arena, size_t size);

/* `count` zeroed items of `size` bytes. */
void *wb_arena_array(struct wb_arena *arena, size_t count, size_t size);

char *wb_arena_strdup(struct wb_arena *arena, const char *text);

/* A NUL-terminated copy of `length` bytes. */
char *wb_arena_strndup(struct wb_arena *arena, const char *bytes, size_t length);

char *wb_arena_printf(struct wb_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *wb_arena_vprintf(struct wb_arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

#define WB_NEW(arena, type) ((type *)wb_arena_alloc((arena), sizeof(type)))
#define WB_NEW_ARRAY(arena, count, type) ((type *)wb_arena_array((arena), (count), sizeof(type)))

/* malloc, realloc and strdup that end the process instead of returning NULL; for what outlives an arena. */
void *wb_malloc(size_t size);
void *wb_realloc(void *old, size_t size);
char *wb_strdup(const char *text);
char *wb_strndup(const char *bytes, size_t length);

#endif
