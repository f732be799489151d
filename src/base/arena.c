/* SPDX-License-Identifier: MIT */
/* A list of blocks, freed together. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With 0 every piece is a block of its own, so that sanitizers see each step beyond its end. */
#ifndef MXC_ARENA_BLOCK
#define MXC_ARENA_BLOCK 8192u
#endif

struct mxc_arena_block {
    struct mxc_arena_block *older;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

static int add_block(struct mxc_arena *arena, size_t size)
{
    size_t room = size > MXC_ARENA_BLOCK ? size : MXC_ARENA_BLOCK;
    struct mxc_arena_block *block = calloc(1, sizeof *block + room);

    if (!block)
        return -1;
    block->older = arena->blocks;
    block->size = room;
    arena->blocks = block;
    arena->used = 0;
    return 0;
}

void *mxc_arena_alloc(struct mxc_arena *arena, size_t size)
{
    const size_t align = MXC_ARENA_BLOCK ? alignof(max_align_t) : 1;
    void *result;

    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + align - 1) / align * align;
    if ((!arena->blocks || arena->blocks->size - arena->used < size) && add_block(arena, size) < 0)
        return NULL;
    result = arena->blocks->bytes + arena->used;
    arena->used += size;
    return result;
}

char *mxc_arena_copy_n(struct mxc_arena *arena, const char *text, size_t length)
{
    char *result = mxc_arena_alloc(arena, length + 1);

    if (result)
        memcpy(result, text, length);
    return result;
}

char *mxc_arena_copy(struct mxc_arena *arena, const char *text)
{
    return mxc_arena_copy_n(arena, text, strlen(text));
}

char *mxc_arena_format(struct mxc_arena *arena, const char *format, ...)
{
    va_list args;
    char *result = NULL;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length >= 0)
        result = mxc_arena_alloc(arena, (size_t)length + 1);
    if (!result)
        return NULL;
    va_start(args, format);
    (void)vsnprintf(result, (size_t)length + 1, format, args);
    va_end(args);
    return result;
}

void *mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room ? *room * 2 : 8;
    void *larger;

    if (count < *room)
        return items;
    if (wanted > SIZE_MAX / 2 / size)
        return NULL;
    larger = mxc_arena_alloc(arena, wanted * size);
    if (!larger)
        return NULL;
    if (count)
        memcpy(larger, items, count * size);
    *room = wanted;
    return larger;
}

void mxc_arena_done(struct mxc_arena *arena)
{
    struct mxc_arena_block *block = arena ? arena->blocks : NULL;

    while (block) {
        struct mxc_arena_block *older = block->older;

        free(block);
        block = older;
    }
    if (arena)
        *arena = (struct mxc_arena){ 0 };
}
