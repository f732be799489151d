/* SPDX-License-Identifier: MIT */
/* Denials and read-only grants that could not be kept, and are refused: the object does not exist
 * yet, or has names that nobody listed. */
#include <errno.h>
#include <string.h>

#include "plan/alias.h"
#include "plan/path.h"

/* A visible name of the directory where a missing path would appear, or NULL. */
static int visible_name(struct mxc_planner *planner, const char *directory, const char **out,
                        struct mxc_err *err)
{
    struct mxc_names names = { 0 };
    struct mxc_spot spot;
    struct mxc_fact fact;
    int found;

    *out = NULL;
    if (mxc_entry_grants(mxc_entries_above(&planner->entries, directory))) {
        *out = directory;
        return 0;
    }
    if (mxc_look(&planner->looker, directory, &fact) != 0)
        return mxc_planner_no_memory(err); /* the walk has seen it */
    found = mxc_spot_of(planner, directory, &fact, &spot, err);
    if (found <= 0)
        return found;
    if (mxc_spot_names(planner, &spot, &names, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count && !*out; i++)
        if (mxc_entry_grants(names.items[i].entry))
            *out = names.items[i].path;
    return 0;
}

static int check_missing(struct mxc_planner *planner, const struct mxc_named *named,
                         struct mxc_err *err)
{
    const struct mxc_link *final = named->walk.final;
    const char *visible;

    if (mxc_entries_find(&planner->entries, named->walk.missing))
        return 0; /* a private directory */
    if (visible_name(planner, named->walk.path, &visible, err) < 0)
        return -1;
    if (visible)
        return mxc_fail(
            err, MXC_POLICY_REFUSED, ENOENT, named->pointer,
            "'%s' cannot be denied, because '%s' does not exist and could appear later in "
            "'%s', which the sandbox sees; create it first, or deny '%s'",
            named->written, named->walk.missing, visible, named->walk.path);
    if (final && mxc_entry_grants(mxc_entries_above(&planner->entries, final->path)))
        return mxc_fail(
            err, MXC_POLICY_REFUSED, ENOENT, named->pointer,
            "'%s' cannot be denied, because it is a symlink to '%s', which does not exist "
            "and could appear later; create it first, or remove the symlink",
            named->written, named->walk.missing);
    return mxc_planner_note(
        planner, named->pointer, err,
        "%s: '%s' does not exist, and the sandbox does not see where it would be", named->pointer,
        named->walk.missing);
}

static bool is_listed_name(const struct mxc_entry *entry, const struct mxc_fact *fact)
{
    return entry->origin == MXC_ORIGIN_POLICY && !entry->derived &&
           entry->fact.device == fact->device && entry->fact.inode == fact->inode;
}

static bool has_spot(const struct mxc_spot *spots, size_t count, const char *inside)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(spots[i].inside, inside))
            return true;
    return false;
}

/* Listed names of one object, each counted once however many mounts show it. -1 when out of
 * memory. */
static int count_listed(const struct mxc_planner *planner, const struct mxc_fact *fact, size_t *out,
                        struct mxc_err *err)
{
    const struct mxc_entries *entries = &planner->entries;
    struct mxc_spot *spots = mxc_arena_alloc(planner->arena, entries->count * sizeof *spots);
    size_t count = 0;

    if (!spots)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < entries->count; i++) {
        int found;

        if (!is_listed_name(entries->items[i], fact))
            continue;
        found = mxc_spot_of(planner, entries->items[i]->path, fact, &spots[count], err);
        if (found < 0)
            return -1;
        count += found && !has_spot(spots, count, spots[count].inside);
    }
    *out = count;
    return 0;
}

/* A directory of that filesystem which the sandbox sees with at least this access, or NULL. */
static const char *visible_directory(const struct mxc_planner *planner, uint64_t device,
                                     enum mxc_intent least)
{
    for (size_t i = 0; i < planner->entries.count; i++) {
        const struct mxc_entry *entry = planner->entries.items[i];
        const struct mxc_fact_mount *mount = mxc_planner_mount_of(planner, entry->path);

        if (mxc_entry_grants(entry) && entry->intent >= least && mount && mount->device == device &&
            entry->fact.type == MXC_OBJECT_DIRECTORY)
            return entry->path;
    }
    for (size_t i = 0; i < planner->mount_count; i++) {
        const struct mxc_fact_mount *mount = &planner->mounts[i];
        const struct mxc_entry *above = mxc_entries_above(&planner->entries, mount->point);

        if (mount->device == device && mxc_entry_grants(above) && above->intent >= least &&
            above->fact.type == MXC_OBJECT_DIRECTORY)
            return mount->point;
    }
    return NULL;
}

static int check_hard_links(struct mxc_planner *planner, const struct mxc_entry *entry,
                            struct mxc_err *err)
{
    const struct mxc_fact_mount *mount = mxc_planner_mount_of(planner, entry->path);
    bool denied = entry->intent == MXC_INTENT_DENY;
    const char *where;
    size_t listed = 0;

    if (entry->origin != MXC_ORIGIN_POLICY || entry->derived || entry->intent == MXC_INTENT_RW ||
        entry->fact.type == MXC_OBJECT_DIRECTORY || entry->fact.type == MXC_OBJECT_SYMLINK ||
        entry->fact.links < 2 || !mount)
        return 0;
    where = visible_directory(planner, mount->device, denied ? MXC_INTENT_RO : MXC_INTENT_RW);
    if (!where)
        return 0;
    if (count_listed(planner, &entry->fact, &listed, err) < 0)
        return -1;
    if (entry->fact.links <= listed)
        return 0;
    return mxc_fail(
        err, MXC_POLICY_REFUSED, 0, entry->pointer,
        "'%s' has %lu names (hard links), %lu of them listed; by another it could be %s in "
        "'%s'; list all in %s, or give it a copy of its own",
        entry->path, (unsigned long)entry->fact.links, (unsigned long)listed,
        denied ? "read" : "written", where, denied ? "deniedPaths" : "readonlyPaths");
}

int mxc_planner_check_denials(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->named_count; i++)
        if (planner->named[i].walk.fact.type == MXC_OBJECT_MISSING &&
            check_missing(planner, &planner->named[i], err) < 0)
            return -1;
    for (size_t i = 0; i < planner->entries.count; i++)
        if (check_hard_links(planner, planner->entries.items[i], err) < 0)
            return -1;
    return 0;
}
