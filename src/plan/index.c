/* SPDX-License-Identifier: MIT */
/* A hash table with chains. */
#include "plan/index.h"

#include <stdbool.h>
#include <string.h>

static uint64_t hash(uint64_t number, const char *text, size_t length)
{
    uint64_t value = 14695981039346656037u ^ number;

    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)text[i]) * 1099511628211u;
    return value ^ value >> 32;
}

int mxc_index_init(struct mxc_arena *arena, struct mxc_index *index, size_t expected)
{
    size_t size = 16;

    while (size < expected)
        size *= 2;
    index->buckets = mxc_arena_alloc(arena, size * sizeof *index->buckets);
    index->mask = size - 1;
    return index->buckets ? 0 : -1;
}

int mxc_index_add(struct mxc_arena *arena, struct mxc_index *index, uint64_t number,
                  const char *text, size_t value)
{
    struct mxc_index_item *item = mxc_arena_alloc(arena, sizeof *item);
    size_t length = strlen(text);
    struct mxc_index_item **bucket = &index->buckets[hash(number, text, length) & index->mask];

    if (!item)
        return -1;
    *item = (struct mxc_index_item){
        .number = number, .text = text, .length = length, .value = value, .next = *bucket
    };
    *bucket = item;
    return 0;
}

static bool is_same(const struct mxc_index_item *item, uint64_t number, const char *text,
                    size_t length)
{
    return item->number == number && item->length == length &&
           memcmp(item->text, text, length) == 0;
}

const struct mxc_index_item *mxc_index_find(const struct mxc_index *index, uint64_t number,
                                            const char *text, size_t length)
{
    const struct mxc_index_item *item =
        index->buckets ? index->buckets[hash(number, text, length) & index->mask] : NULL;

    while (item && !is_same(item, number, text, length))
        item = item->next;
    return item;
}

const struct mxc_index_item *mxc_index_next(const struct mxc_index_item *item)
{
    const struct mxc_index_item *other = item->next;

    while (other && !is_same(other, item->number, item->text, item->length))
        other = other->next;
    return other;
}
