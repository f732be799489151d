/* SPDX-License-Identifier: MIT */
/* From entries to filesystem steps, in three passes over the sorted entries:
 *   place   which entries need a mount of their own, and what lies above each;
 *   links   which symlinks must be made again, because no mount shows them;
 *   make    mount points, mounts, and the pins that keep protected paths in their place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/path.h"
#include "plan/planner.h"

/* What MXC_STEP_DEVICES puts into /dev. */
static const char *const own_devices[] = {
    "/dev/null", "/dev/zero",  "/dev/full",   "/dev/random", "/dev/urandom", "/dev/tty",
    "/dev/fd",   "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/ptmx",    "/dev/pts",
};

static bool is_own_device(const char *path)
{
    for (size_t i = 0; i < sizeof own_devices / sizeof *own_devices; i++)
        if (!strcmp(own_devices[i], path))
            return true;
    return false;
}

static struct mxc_entry *placed(struct mxc_entry *entry)
{
    return !entry || entry->placed ? entry : entry->up;
}

bool mxc_planner_shows(const struct mxc_planner *planner, const char *path)
{
    return mxc_entry_grants(placed(mxc_entries_above(&planner->entries, path)));
}

/* The nearest placed entry that is really above. Parents are placed before their children. */
static struct mxc_entry *find_up(const struct mxc_planner *planner, const char *path)
{
    return placed(mxc_entries_over(&planner->entries, path));
}

static bool is_mapped(const struct mxc_planner *planner, const struct mxc_entry *entry)
{
    return entry->origin == MXC_ORIGIN_POLICY && planner->facts->can_map_ids;
}

static bool same_mount(const struct mxc_planner *planner, const struct mxc_entry *a,
                       const struct mxc_entry *b)
{
    return a->intent == b->intent && a->device == b->device &&
           is_mapped(planner, a) == is_mapped(planner, b);
}

static bool is_private(const char *path)
{
    return !strcmp(path, "/tmp") || !strcmp(path, "/dev/shm");
}

static bool needs_mount(const struct mxc_planner *planner, const struct mxc_entry *entry)
{
    const struct mxc_entry *up = entry->up;

    if (entry->origin == MXC_ORIGIN_OWN)
        return true;
    if (mxc_entry_grants(entry))
        return !mxc_entry_grants(up) || !same_mount(planner, up, entry);
    /* A denial of a private directory takes the directory away; others only cover what is
     * visible. */
    return mxc_entry_grants(up) || (entry->origin == MXC_ORIGIN_POLICY && is_private(entry->path));
}

static int place_all(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->entries.count; i++) {
        struct mxc_entry *entry = planner->entries.items[i];

        entry->up = find_up(planner, entry->path);
        entry->placed = needs_mount(planner, entry);
        if (entry->placed && mxc_entry_grants(entry) && entry->up &&
            entry->up->origin != MXC_ORIGIN_OWN && entry->up->intent == MXC_INTENT_DENY)
            entry->up->shell = true;
        if (!entry->placed && entry->intent == MXC_INTENT_DENY &&
            entry->origin == MXC_ORIGIN_POLICY && entry->fact.type != MXC_OBJECT_SYMLINK &&
            entry->pointer && !entry->alias_of &&
            mxc_planner_note(planner, entry->pointer, err, "%s: '%s' is not visible anyway",
                             entry->pointer, entry->path) < 0)
            return -1;
        if (entry->placed && entry->alias_of &&
            mxc_planner_note(planner, entry->pointer, err,
                             "'%s' is '%s' under another name, and %s", entry->path,
                             entry->alias_of,
                             entry->intent == MXC_INTENT_DENY ? "hidden too" : "read-only too") < 0)
            return -1;
    }
    return 0;
}

static bool is_made(const struct mxc_planner *planner, const char *path)
{
    for (size_t i = 0; i < planner->made_count; i++)
        if (!strcmp(planner->made[i].to, path))
            return true;
    return false;
}

static int make(struct mxc_planner *planner, struct mxc_step step, struct mxc_err *err)
{
    struct mxc_step *larger = mxc_arena_grow(planner->arena, planner->made, planner->made_count,
                                             &planner->made_room, sizeof *larger);

    if (!larger)
        return mxc_planner_no_memory(err);
    planner->made = larger;
    larger[planner->made_count++] = step;
    return 0;
}

/* Directories of our own between 'up' (NULL: our root) and 'path', neither included. */
static int make_parents(struct mxc_planner *planner, const struct mxc_entry *up, const char *path,
                        struct mxc_err *err)
{
    const char *top = up ? up->path : "/";
    struct mxc_step step = { .kind = MXC_STEP_DIRECTORY };

    for (size_t length = mxc_path_up(path, strlen(path)); length > strlen(top);
         length = mxc_path_up(path, length)) {
        step.to = mxc_arena_copy_n(planner->arena, path, length);
        if (!step.to)
            return mxc_planner_no_memory(err);
        if (is_made(planner, step.to) || is_own_device(step.to))
            return 0;
        if (make(planner, step, err) < 0)
            return -1;
    }
    return 0;
}

/* A place to mount on. Where the host shows through it exists; elsewhere we make it. */
static int make_mount_point(struct mxc_planner *planner, const struct mxc_entry *entry,
                            struct mxc_err *err)
{
    struct mxc_step step = { .kind = entry->fact.type == MXC_OBJECT_DIRECTORY ? MXC_STEP_DIRECTORY
                                                                              : MXC_STEP_FILE,
                             .to = entry->path,
                             .pointer = entry->pointer };

    if (!entry->path[1] || mxc_entry_grants(entry->up))
        return 0;
    if (make_parents(planner, entry->up, entry->path, err) < 0)
        return -1;
    if (is_made(planner, entry->path) || is_own_device(entry->path))
        return 0;
    return make(planner, step, err);
}

static unsigned flags_of(const struct mxc_planner *planner, const struct mxc_entry *entry)
{
    return (entry->intent == MXC_INTENT_RW ? MXC_STEP_RW : 0) |
           (entry->device ? MXC_STEP_DEVICE : 0) |
           (entry->origin == MXC_ORIGIN_BASELINE ? MXC_STEP_OPTIONAL : 0) |
           (is_mapped(planner, entry) ? MXC_STEP_MAPPED : 0) |
           (entry->fact.type == MXC_OBJECT_DIRECTORY ? MXC_STEP_RECURSIVE : 0);
}

static int make_mount(struct mxc_planner *planner, const struct mxc_entry *entry,
                      struct mxc_err *err)
{
    bool checked = mxc_entry_grants(entry) || mxc_entry_grants(entry->up);
    struct mxc_step step = {
        .kind = MXC_STEP_BIND,
        .to = entry->path,
        .object = entry->fact.type,
        .pointer = entry->pointer,
    };

    if (entry->origin == MXC_ORIGIN_OWN) {
        step.kind = entry->own;
    } else if (entry->intent == MXC_INTENT_DENY) {
        step.kind = entry->shell ? MXC_STEP_SHELL : MXC_STEP_HIDE;
    } else {
        step.from = entry->path;
        step.flags = flags_of(planner, entry);
    }
    if (checked && entry->origin != MXC_ORIGIN_BASELINE && entry->origin != MXC_ORIGIN_OWN) {
        step.device = entry->fact.device;
        step.inode = entry->fact.inode;
    }
    return make(planner, step, err);
}

/* A guest that may write could rename a directory above a protected path and put a new object in
 * its place. A directory that is a mount cannot be renamed. */
static int make_pins(struct mxc_planner *planner, const struct mxc_entry *entry,
                     struct mxc_err *err)
{
    const struct mxc_entry *up = entry->up;

    if (!mxc_entry_grants(up) || up->intent != MXC_INTENT_RW || entry->origin == MXC_ORIGIN_OWN ||
        entry->intent == MXC_INTENT_RW)
        return 0;
    for (size_t length = mxc_path_up(entry->path, strlen(entry->path)); length > strlen(up->path);
         length = mxc_path_up(entry->path, length)) {
        struct mxc_step step = { .kind = MXC_STEP_PIN,
                                 .flags = MXC_STEP_RW | MXC_STEP_RECURSIVE |
                                          (flags_of(planner, up) & MXC_STEP_MAPPED),
                                 .to = mxc_arena_copy_n(planner->arena, entry->path, length),
                                 .object = MXC_OBJECT_DIRECTORY,
                                 .pointer = entry->pointer };
        struct mxc_fact fact;

        if (!step.to || mxc_look(&planner->looker, step.to, &fact) != 0)
            return mxc_planner_no_memory(err);
        if (is_made(planner, step.to))
            return 0; /* and so is everything above it */
        step.device = fact.device;
        step.inode = fact.inode;
        if (make(planner, step, err) < 0)
            return -1;
    }
    return 0;
}

int mxc_planner_make(struct mxc_planner *planner, struct mxc_step step, struct mxc_err *err)
{
    return make(planner, step, err);
}

int mxc_planner_make_parents(struct mxc_planner *planner, const char *path, struct mxc_err *err)
{
    return make_parents(planner, find_up(planner, path), path, err);
}

static int make_link(struct mxc_planner *planner, const struct mxc_link *link, const char *pointer,
                     struct mxc_err *err)
{
    struct mxc_entry *up = find_up(planner, link->path);
    struct mxc_step step = { .kind = link->target ? MXC_STEP_SYMLINK : MXC_STEP_DIRECTORY,
                             .from = link->target,
                             .to = link->path,
                             .pointer = pointer };

    if (mxc_entry_grants(up) || is_made(planner, link->path) || is_own_device(link->path))
        return 0;
    if (!link->target && mxc_entries_find(&planner->entries, link->path))
        return 0; /* shown, made or hidden by its own entry */
    if (up && up->origin != MXC_ORIGIN_OWN)
        up->shell = true;
    if (make_parents(planner, up, link->path, err) < 0)
        return -1;
    return make(planner, step, err);
}

/* The names that the policy wrote work, and those of the baseline where they lead somewhere. */
static int make_links(struct mxc_planner *planner, struct mxc_err *err)
{
    for (size_t i = 0; i < planner->named_count; i++) {
        const struct mxc_named *named = &planner->named[i];

        if (named->intent == MXC_INTENT_DENY || !mxc_planner_shows(planner, named->walk.path))
            continue;
        for (const struct mxc_link *link = named->walk.links; link; link = link->next)
            if (make_link(planner, link, named->pointer, err) < 0)
                return -1;
    }
    for (size_t i = 0; i < planner->baseline_link_count; i++) {
        const struct mxc_link *link = planner->baseline_links[i];
        struct mxc_walk walk;

        if (mxc_planner_walk(planner, link->path, &walk) != 0)
            return mxc_planner_no_memory(err);
        if (!mxc_planner_shows(planner, walk.path))
            continue;
        for (; link; link = link->next)
            if (make_link(planner, link, NULL, err) < 0)
                return -1;
    }
    return 0;
}

/* Our own directories cannot be made in the host's "/". */
static int check_root(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_entry *root = mxc_entries_find(&planner->entries, "/");

    for (size_t i = 0; i < planner->entries.count && mxc_entry_grants(root); i++) {
        const struct mxc_entry *entry = planner->entries.items[i];
        struct mxc_fact fact = { 0 };

        if (!entry->placed || entry->up != root ||
            (entry->origin != MXC_ORIGIN_OWN && !is_private(entry->path)))
            continue;
        if (mxc_look(&planner->looker, entry->path, &fact) == 0 &&
            fact.type == MXC_OBJECT_DIRECTORY)
            continue;
        return mxc_fail(
            err, MXC_POLICY_REFUSED, 0, root->pointer,
            "'/' cannot be granted, because '%s' is not a plain directory on this host "
            "and the sandbox needs it for its own; grant the directories you need instead",
            entry->path);
    }
    return 0;
}

static unsigned rank(const struct mxc_step *step)
{
    return step->kind != MXC_STEP_DIRECTORY && step->kind != MXC_STEP_FILE;
}

/* Parents first; a mount point before what is mounted on it. */
static int compare(const void *left, const void *right)
{
    const struct mxc_step *a = left, *b = right;
    size_t depth_a = mxc_path_depth(a->to), depth_b = mxc_path_depth(b->to);
    int order = (depth_a > depth_b) - (depth_a < depth_b);

    if (!order)
        order = strcmp(a->to, b->to);
    if (!order)
        order = (int)rank(a) - (int)rank(b);
    return order;
}

bool mxc_planner_made_directory(const struct mxc_planner *planner, const char *path)
{
    bool made = !path[1] && !mxc_entry_grants(mxc_entries_find(&planner->entries, "/"));

    for (size_t i = 0; i < planner->made_count; i++) {
        const struct mxc_step *step = &planner->made[i];

        if (!strcmp(step->to, path)) /* the last one is what is seen */
            made = step->kind != MXC_STEP_HIDE && step->kind != MXC_STEP_FILE &&
                   step->kind != MXC_STEP_SYMLINK && step->kind != MXC_STEP_CONTENT &&
                   (step->kind != MXC_STEP_BIND || step->object == MXC_OBJECT_DIRECTORY);
    }
    return made;
}

int mxc_planner_lay_out(struct mxc_planner *planner, struct mxc_err *err)
{
    if (place_all(planner, err) < 0 || check_root(planner, err) < 0)
        return -1;
    for (size_t i = 0; i < planner->entries.count; i++)
        if (planner->entries.items[i]->placed &&
            make_mount_point(planner, planner->entries.items[i], err) < 0)
            return -1;
    if (make_links(planner, err) < 0)
        return -1;
    for (size_t i = 0; i < planner->entries.count; i++)
        if (planner->entries.items[i]->placed &&
            make_mount(planner, planner->entries.items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < planner->entries.count; i++)
        if (planner->entries.items[i]->placed &&
            make_pins(planner, planner->entries.items[i], err) < 0)
            return -1;
    if (mxc_planner_provide_files(planner, err) < 0)
        return -1;
    qsort(planner->made, planner->made_count, sizeof *planner->made, compare);
    return 0;
}
