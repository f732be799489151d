/* SPDX-License-Identifier: MIT */
/* Finds rows of a table by a number and a path: a host may have thousands of mounts. */
#ifndef MXC_PLAN_INDEX_H
#define MXC_PLAN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct mxc_index_item {
    uint64_t number;
    const char *text;
    size_t length;
    size_t value;
    struct mxc_index_item *next;
};

/* All zero: empty, and nothing can be added. */
struct mxc_index {
    struct mxc_index_item **buckets;
    size_t mask;
};

/* For about so many items. -1 when out of memory. */
int mxc_index_init(struct mxc_arena *arena, struct mxc_index *index, size_t expected);

/* The text is kept, not copied. -1 when out of memory. */
int mxc_index_add(struct mxc_arena *arena, struct mxc_index *index, uint64_t number,
                  const char *text, size_t value);

/* The newest item with that number and the first 'length' bytes of the text; then the older ones.
 * NULL when there is none. */
const struct mxc_index_item *mxc_index_find(const struct mxc_index *index, uint64_t number,
                                            const char *text, size_t length);
const struct mxc_index_item *mxc_index_next(const struct mxc_index_item *item);

#endif
