/* SPDX-License-Identifier: MIT */
/* From a path to its place in a filesystem, and back to every path that shows the place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/alias.h"
#include "plan/path.h"

int mxc_spot_of(const struct mxc_planner *planner, const char *path, const struct mxc_fact *fact,
                struct mxc_spot *out, struct mxc_err *err)
{
    const struct mxc_fact_mount *mount = mxc_planner_mount_of(planner, path);

    if (!mount)
        return 0;
    *out = (struct mxc_spot){
        .device = mount->device,
        .inside = mxc_path_graft(planner->arena, mount->root, mxc_path_rest(path, mount->point)),
        .fact = *fact,
    };
    return out->inside ? 1 : mxc_planner_no_memory(err);
}

static bool has_name(const struct mxc_names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i].path, path))
            return true;
    return false;
}

/* Looks whether 'path' is a name of the spot, and if so adds it. Returns 0 or ENOMEM. */
static int try_name(struct mxc_planner *planner, const struct mxc_spot *spot,
                    const struct mxc_fact_mount *mount, const char *path, struct mxc_names *out)
{
    struct mxc_fact fact;
    int error = mxc_look(&planner->looker, path, &fact);
    /* Nothing is mounted over it: it is being moved while we look, and may be back the next
     * moment. */
    bool moved = !error && (fact.device != spot->fact.device || fact.inode != spot->fact.inode);
    struct mxc_name *larger;

    if (error == ENOMEM)
        return ENOMEM;
    if (has_name(out, path))
        return 0;
    larger = mxc_arena_grow(planner->arena, out->items, out->count, &out->room, sizeof *larger);
    if (!larger)
        return ENOMEM;
    out->items = larger;
    larger[out->count++] = (struct mxc_name){
        .path = path,
        .mount = mount,
        .entry = mxc_entries_above(&planner->entries, path),
        .unsure = error || moved,
    };
    return 0;
}

static int compare_numbers(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

/* The mounts that show the spot, by their numbers in the table, in its order. */
static int showing(struct mxc_planner *planner, const struct mxc_spot *spot, size_t **out,
                   size_t *count)
{
    size_t *numbers = NULL;
    size_t used = 0, room = 0;

    for (size_t length = strlen(spot->inside); length; length = mxc_path_up(spot->inside, length))
        for (const struct mxc_index_item *item =
                 mxc_index_find(&planner->by_root, spot->device, spot->inside, length);
             item; item = mxc_index_next(item)) {
            size_t *larger = mxc_arena_grow(planner->arena, numbers, used, &room, sizeof *larger);

            if (!larger)
                return ENOMEM;
            numbers = larger;
            numbers[used++] = item->value;
        }
    if (used > 1)
        qsort(numbers, used, sizeof *numbers, compare_numbers);
    *out = numbers;
    *count = used;
    return 0;
}

/* The path by which a mount shows the spot; NULL when out of memory. */
static const char *path_by(struct mxc_planner *planner, const struct mxc_spot *spot,
                           const struct mxc_fact_mount *mount)
{
    return mxc_path_graft(planner->arena, mount->point, mxc_path_rest(spot->inside, mount->root));
}

int mxc_spot_names(struct mxc_planner *planner, const struct mxc_spot *spot, struct mxc_names *out,
                   struct mxc_err *err)
{
    size_t *numbers, count;

    out->count = 0;
    if (showing(planner, spot, &numbers, &count) != 0)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct mxc_fact_mount *mount = &planner->mounts[numbers[i]];
        const char *path = path_by(planner, spot, mount);

        if (path && mxc_planner_mount_of(planner, path) != mount)
            continue; /* something is mounted over it */
        if (!path || try_name(planner, spot, mount, path, out) != 0)
            return mxc_planner_no_memory(err);
    }
    return 0;
}

int mxc_spot_visible(struct mxc_planner *planner, const struct mxc_spot *spot, struct mxc_err *err)
{
    size_t *numbers, count;

    if (showing(planner, spot, &numbers, &count) != 0)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *path = path_by(planner, spot, &planner->mounts[numbers[i]]);

        if (!path)
            return mxc_planner_no_memory(err);
        if (mxc_entry_grants(mxc_entries_above(&planner->entries, path)))
            return 1;
    }
    return 0;
}
