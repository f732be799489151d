/* SPDX-License-Identifier: MIT */
/* The host's mount table, where a policy makes it matter; and kernel filesystems that a grant of a
 * directory would carry in with the mounts below it. */
#include <errno.h>
#include <string.h>

#include "plan/path.h"
#include "plan/planner.h"

/* What may happen to mounts of these types. A host's procfs shows the files of host processes
 * (/proc/PID/root) to their owner; the others change the host when they are written. */
static const struct {
    const char *type;
    enum mxc_intent most;
} kernel_types[] = {
    { "proc", MXC_INTENT_DENY },     { "sysfs", MXC_INTENT_RO },
    { "cgroup", MXC_INTENT_RO },     { "cgroup2", MXC_INTENT_RO },
    { "debugfs", MXC_INTENT_RO },    { "tracefs", MXC_INTENT_RO },
    { "securityfs", MXC_INTENT_RO }, { "bpf", MXC_INTENT_RO },
    { "configfs", MXC_INTENT_RO },   { "efivarfs", MXC_INTENT_RO },
    { "pstore", MXC_INTENT_RO },     { "selinuxfs", MXC_INTENT_RO },
    { "smackfs", MXC_INTENT_RO },    { "binfmt_misc", MXC_INTENT_RO },
    { "fusectl", MXC_INTENT_RO },    { "resctrl", MXC_INTENT_RO },
    { "xenfs", MXC_INTENT_RO },
};

static enum mxc_intent most_for(const char *type)
{
    for (size_t i = 0; i < sizeof kernel_types / sizeof *kernel_types; i++)
        if (!strcmp(kernel_types[i].type, type))
            return kernel_types[i].most;
    return MXC_INTENT_RW;
}

const struct mxc_fact_mount *mxc_planner_mount_of(const struct mxc_planner *planner,
                                                  const char *path)
{
    for (size_t length = strlen(path); length; length = mxc_path_up(path, length)) {
        const struct mxc_index_item *item = mxc_index_find(&planner->by_point, 0, path, length);

        if (item)
            return &planner->mounts[item->value]; /* the last one covers the others */
    }
    return NULL;
}

/* The table as it was read, with mounts that later ones cover. */
struct table {
    const struct mxc_fact_mount *mounts;
    size_t count;
    struct mxc_index by_id;
    struct mxc_index by_place; /* the mount that it is mounted on, and the mount point */
};

static const struct mxc_fact_mount *parent_of(const struct table *table,
                                              const struct mxc_fact_mount *mount)
{
    const struct mxc_index_item *item = mxc_index_find(&table->by_id, mount->parent, "", 0);

    return item && &table->mounts[item->value] != mount ? &table->mounts[item->value] : NULL;
}

/* Does something that is mounted on the same mount, nearer to the root, hide the way to it? */
static bool is_cut_off(const struct table *table, const struct mxc_fact_mount *mount)
{
    size_t length = strlen(mount->point);

    while ((length = mxc_path_up(mount->point, length)))
        if (mxc_index_find(&table->by_place, mount->parent, mount->point, length))
            return true;
    return false;
}

static bool is_covered(const struct table *table, const struct mxc_fact_mount *mount)
{
    const struct mxc_index_item *item =
        mxc_index_find(&table->by_place, mount->id, mount->point, strlen(mount->point));

    while (item && &table->mounts[item->value] == mount)
        item = mxc_index_next(item);
    return item;
}

/* Can a path lead to it, now that later mounts lie over earlier ones? */
static bool is_reached(const struct table *table, const struct mxc_fact_mount *mount)
{
    for (size_t steps = 0; mount && steps <= table->count; steps++) {
        const struct mxc_fact_mount *parent = parent_of(table, mount);

        if (is_cut_off(table, mount))
            return false;
        if (parent && strcmp(parent->point, mount->point) != 0 && is_covered(table, parent))
            return false;
        mount = parent;
    }
    return true;
}

static int read_table(struct mxc_planner *planner, struct table *table)
{
    struct mxc_arena *arena = planner->arena;

    if (mxc_index_init(arena, &table->by_id, table->count) < 0 ||
        mxc_index_init(arena, &table->by_place, table->count) < 0)
        return -1;
    for (size_t i = table->count; i-- > 0;) /* the first of an id is found first */
        if (mxc_index_add(arena, &table->by_id, table->mounts[i].id, "", i) < 0 ||
            mxc_index_add(arena, &table->by_place, table->mounts[i].parent, table->mounts[i].point,
                          i) < 0)
            return -1;
    return 0;
}

static int index_mounts(struct mxc_planner *planner)
{
    struct mxc_arena *arena = planner->arena;

    if (mxc_index_init(arena, &planner->by_point, planner->mount_count) < 0 ||
        mxc_index_init(arena, &planner->by_root, planner->mount_count) < 0)
        return -1;
    for (size_t i = 0; i < planner->mount_count; i++) {
        const struct mxc_fact_mount *mount = &planner->mounts[i];

        if (mxc_index_add(arena, &planner->by_point, 0, mount->point, i) < 0 ||
            mxc_index_add(arena, &planner->by_root, mount->device, mount->root, i) < 0)
            return -1;
    }
    return 0;
}

static int drop_covered(struct mxc_planner *planner, struct mxc_err *err)
{
    struct table table = { .mounts = planner->mounts, .count = planner->mount_count };
    struct mxc_fact_mount *kept =
        mxc_arena_alloc(planner->arena, (planner->mount_count + 1) * sizeof *kept);
    size_t count = 0;

    if (!kept || read_table(planner, &table) < 0)
        return mxc_planner_no_memory(err);
    for (size_t i = 0; i < table.count; i++) {
        const struct mxc_fact_mount *mount = &table.mounts[i];

        if (!mount->id || (!is_covered(&table, mount) && is_reached(&table, mount)))
            kept[count++] = *mount;
    }
    planner->mounts = kept;
    planner->mount_count = count;
    return index_mounts(planner) < 0 ? mxc_planner_no_memory(err) : 0;
}

static int refuse_kernel_grants(const struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->entries.count; i++) {
        const struct mxc_entry *entry = planner->entries.items[i];
        const struct mxc_fact_mount *mount;

        if (entry->origin != MXC_ORIGIN_POLICY || entry->intent == MXC_INTENT_DENY)
            continue;
        mount = mxc_planner_mount_of(planner, entry->path);
        if (!mount || entry->intent <= most_for(mount->type))
            continue;
        return mxc_fail(
            err, MXC_POLICY_REFUSED, 0, entry->pointer,
            "'%s' cannot be granted%s: it lies on a filesystem of the kernel (%s) that %s",
            entry->path, most_for(mount->type) == MXC_INTENT_RO ? " for writing" : "", mount->type,
            most_for(mount->type) == MXC_INTENT_RO
                ? "controls the host; use readonlyPaths"
                : "shows the processes of the host; remove the entry");
    }
    return 0;
}

static int restrict_mount(struct mxc_planner *planner, const struct mxc_fact_mount *mount,
                          struct mxc_err *err)
{
    const struct mxc_entry *above = mxc_entries_above(&planner->entries, mount->point);
    struct mxc_entry entry = { .path = mount->point,
                               .intent = most_for(mount->type),
                               .origin = MXC_ORIGIN_SYSTEM };
    int error;

    if (!mxc_entry_grants(above) || above->intent <= entry.intent)
        return 0;
    if (!strcmp(above->path, mount->point))
        return 0; /* of the baseline: cannot be, and the policy's were refused */
    error = mxc_look(&planner->looker, mount->point, &entry.fact);
    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error || entry.fact.device != mount->device)
        return 0; /* the caller cannot get there, or something covers it */
    if (!mxc_entries_add(planner->arena, &planner->entries, &entry))
        return mxc_planner_no_memory(err);
    return mxc_planner_note(planner, above->pointer, err, "'%s' of type %s stays %s", mount->point,
                            mount->type, entry.intent == MXC_INTENT_RO ? "read-only" : "hidden");
}

int mxc_planner_ask_mounts(struct mxc_planner *planner, struct mxc_err *err)
{
    int error;

    if (!planner->named_count)
        return 0; /* neither other names nor kernel filesystems to look for */
    error = planner->facts->mounts(planner->facts->context, planner->arena, &planner->mounts,
                                   &planner->mount_count);
    if (error)
        return mxc_fail(err, MXC_UNAVAILABLE, error, "/filesystem",
                        "the mount table of the host cannot be read, so other names of the same "
                        "objects cannot be ruled out; make /proc/self/mountinfo readable");
    if (drop_covered(planner, err) < 0 || refuse_kernel_grants(planner, err) < 0)
        return -1;
    for (size_t i = 0; i < planner->mount_count; i++)
        if (most_for(planner->mounts[i].type) < MXC_INTENT_RW &&
            restrict_mount(planner, &planner->mounts[i], err) < 0)
            return -1;
    return 0;
}
