/* SPDX-License-Identifier: MIT */
/* Denials and read-only grants that could not be kept, and are refused: the object does not exist yet,
 * or has names that nobody listed. */
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

    *out = NULL;
    if (mxc_entry_grants(mxc_entries_above(&planner->entries, directory))) {
        *out = directory;
        return 0;
    }
    if (mxc_look(&planner->looker, directory, &fact) != 0 ||
        !mxc_spot_of(planner, directory, &fact, &spot))
        return 0;
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
            "'%s' does not exist ('%s' is missing) and could appear later in '%s', which "
            "the sandbox sees; create it first, or deny '%s'",
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

/* Listed names of one object, each counted once however many mounts show it. */
static size_t count_listed(const struct mxc_planner *planner, const struct mxc_entry *entry)
{
    const struct mxc_entries *entries = &planner->entries;
    size_t count = 0;

    for (size_t i = 0; i < entries->count; i++) {
        struct mxc_spot spot, other;
        bool fresh = true;

        if (entries->items[i]->origin != MXC_ORIGIN_POLICY ||
            entries->items[i]->fact.device != entry->fact.device ||
            entries->items[i]->fact.inode != entry->fact.inode ||
            !mxc_spot_of(planner, entries->items[i]->path, &entry->fact, &spot))
            continue;
        for (size_t k = 0; k < i && fresh; k++)
            fresh = entries->items[k]->origin != MXC_ORIGIN_POLICY ||
                    entries->items[k]->fact.inode != entry->fact.inode ||
                    !mxc_spot_of(planner, entries->items[k]->path, &entry->fact, &other) ||
                    strcmp(spot.inside, other.inside) != 0;
        count += fresh;
    }
    return count;
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
    size_t listed;

    if (entry->origin != MXC_ORIGIN_POLICY || entry->alias_of || entry->intent == MXC_INTENT_RW ||
        entry->fact.type == MXC_OBJECT_DIRECTORY || entry->fact.type == MXC_OBJECT_SYMLINK ||
        entry->fact.links < 2 || !mount)
        return 0;
    where = visible_directory(planner, mount->device, denied ? MXC_INTENT_RO : MXC_INTENT_RW);
    listed = where ? count_listed(planner, entry) : 0;
    if (!where || entry->fact.links <= listed)
        return 0;
    return mxc_fail(
        err, MXC_POLICY_REFUSED, 0, entry->pointer,
        "'%s' has %lu hard links, of which %zu are listed; the others could be %s in '%s'; "
        "list them all in %s, or copy it to a file of its own",
        entry->path, (unsigned long)entry->fact.links, listed, denied ? "read" : "written", where,
        denied ? "deniedPaths" : "readonlyPaths");
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
