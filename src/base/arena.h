/* SPDX-License-Identifier: MIT */
/* Memory of one request: policy and plan live in it, and are freed together. */
#ifndef MXC_BASE_ARENA_H
#define MXC_BASE_ARENA_H

#include <stddef.h>

struct mxc_arena_block;

/* Caller's memory; all zero is an empty arena. */
struct mxc_arena {
    struct mxc_arena_block *blocks;
    size_t used; /* bytes used in the newest block */
};

/* Zeroed memory, aligned for any type; lives until mxc_arena_done(). NULL when out of memory. */
void *mxc_arena_alloc(struct mxc_arena *arena, size_t size);

/* Copies; NULL when out of memory. 'text' need not be terminated for the second. */
char *mxc_arena_copy(struct mxc_arena *arena, const char *text);
char *mxc_arena_copy_n(struct mxc_arena *arena, const char *text, size_t length);

/* printf into the arena; NULL when out of memory. */
char *mxc_arena_format(struct mxc_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes room for one more element in an array that lives in the arena: returns 'items' or a larger
 * copy, NULL when out of memory (the old array stays valid). 'room' is updated. */
void *mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room, size_t size);

/* Frees all; the arena may be used again. Accepts NULL. */
void mxc_arena_done(struct mxc_arena *arena);

#endif
