/* SPDX-License-Identifier: MIT */
/* A sorted array of entries. */
#include "plan/entries.h"

#include <string.h>

#include "plan/path.h"

static int compare(const char *path, const char *key, size_t length)
{
    int order = strncmp(path, key, length);

    return order ? order : path[length] != '\0';
}

/* Index of the first entry that does not sort before the key. */
static size_t lower_bound(const struct mxc_entries *entries, const char *key, size_t length)
{
    size_t low = 0, high = entries->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(entries->items[middle]->path, key, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct mxc_entry *find(const struct mxc_entries *entries, const char *key, size_t length)
{
    size_t at = lower_bound(entries, key, length);

    if (at < entries->count && !compare(entries->items[at]->path, key, length))
        return entries->items[at];
    return NULL;
}

struct mxc_entry *mxc_entries_find(const struct mxc_entries *entries, const char *path)
{
    return find(entries, path, strlen(path));
}

static struct mxc_entry *find_from(const struct mxc_entries *entries, const char *path,
                                   size_t length)
{
    for (; length; length = mxc_path_up(path, length)) {
        struct mxc_entry *entry = find(entries, path, length);

        if (entry)
            return entry;
    }
    return NULL;
}

struct mxc_entry *mxc_entries_above(const struct mxc_entries *entries, const char *path)
{
    return find_from(entries, path, strlen(path));
}

struct mxc_entry *mxc_entries_over(const struct mxc_entries *entries, const char *path)
{
    return find_from(entries, path, mxc_path_up(path, strlen(path)));
}

struct mxc_entry *mxc_entries_add(struct mxc_arena *arena, struct mxc_entries *entries,
                                  const struct mxc_entry *entry)
{
    struct mxc_entry *copy = mxc_arena_alloc(arena, sizeof *copy);
    struct mxc_entry **items =
        mxc_arena_grow(arena, entries->items, entries->count, &entries->room, sizeof *items);
    size_t at;

    if (!copy || !items)
        return NULL;
    *copy = *entry;
    at = lower_bound(entries, copy->path, strlen(copy->path));
    memmove(items + at + 1, items + at, (entries->count - at) * sizeof *items);
    items[at] = copy;
    entries->items = items;
    entries->count++;
    return copy;
}

bool mxc_entry_grants(const struct mxc_entry *entry)
{
    return entry && entry->origin != MXC_ORIGIN_OWN && entry->intent != MXC_INTENT_DENY;
}
