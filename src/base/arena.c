#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BLOCK_SIZE ((size_t)16 * 1024)
#define ARENA_ALIGNMENT (sizeof(max_align_t))

struct wb_arena_block {
    struct wb_arena_block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

static _Noreturn void out_of_memory(void)
{
    static const char message[] = "whimbrel: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(1);
}

void *wb_malloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

void *wb_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);
    if (!memory)
        out_of_memory();
    return memory;
}

char *wb_strndup(const char *bytes, size_t length)
{
    char *copy = wb_malloc(length + 1);
    if (length)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *wb_strdup(const char *text)
{
    return wb_strndup(text, strlen(text));
}

static struct wb_arena_block *block_new(size_t size)
{
    struct wb_arena_block *block = wb_malloc(sizeof *block + size);
    block->next = NULL;
    block->used = 0;
    block->size = size;
    return block;
}

void *wb_arena_alloc(struct wb_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size = (size + ARENA_ALIGNMENT - 1) & ~(ARENA_ALIGNMENT - 1);
    struct wb_arena_block *block = arena->head;
    if (!block || block->size - block->used < size) {
        if (size > ARENA_BLOCK_SIZE / 4 && block) {
            /* A large piece gets a block of its own, behind the head, whose free room stays in use. */
            struct wb_arena_block *own = block_new(size);
            own->next = block->next;
            block->next = own;
            block = own;
        } else {
            block = block_new(size > ARENA_BLOCK_SIZE ? size : ARENA_BLOCK_SIZE);
            block->next = arena->head;
            arena->head = block;
        }
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memset(memory, 0, size);
}

void *wb_arena_array(struct wb_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        out_of_memory();
    return wb_arena_alloc(arena, count * size);
}

char *wb_arena_strndup(struct wb_arena *arena, const char *bytes, size_t length)
{
    char *copy = wb_arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *wb_arena_strdup(struct wb_arena *arena, const char *text)
{
    return wb_arena_strndup(arena, text, strlen(text));
}

char *wb_arena_vprintf(struct wb_arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = wb_arena_alloc(arena, length < 0 ? 1 : (size_t)length + 1);
    if (length > 0)
        vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *wb_arena_printf(struct wb_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = wb_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void wb_arena_release(struct wb_arena *arena)
{
    struct wb_arena_block *block = arena->head;
    while (block) {
        struct wb_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->head = NULL;
}

void wb_arena_adopt(struct wb_arena *arena, struct wb_arena *other)
{
    struct wb_arena_block **end = &other->head;
    while (*end)
        end = &(*end)->next;
    *end = arena->head;
    arena->head = other->head;
    other->head = NULL;
}
