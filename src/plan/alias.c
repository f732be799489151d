/* SPDX-License-Identifier: MIT */
/* Bind mounts give one object several names. What the policy says about an object holds for all of
 * them:
 *   - the nearest object at or above it, in its own filesystem, that the policy names by any name,
 *     and the strictest wish about that one;
 *   - stricter than that, whatever a mount of the object or of a part around it inherits from the
 *     place where it is mounted, as long as the policy does not name something nearer.
 * Wishes change only at entries and at the roots of mounts, so it is enough to judge these spots,
 * and to add an entry wherever a visible name would say something weaker than the verdict. */
#include "plan/alias.h"

#include <errno.h>
#include <string.h>

#include "plan/path.h"

struct verdict {
    enum mxc_intent intent;
    const struct mxc_entry *by; /* NULL: nobody said anything */
    bool named;                 /* the policy names this very object */
};

struct change {
    const char *path;
    struct mxc_fact fact;
    struct mxc_entry *above; /* that decided until now … */
    enum mxc_intent was;     /* … and how */
    struct verdict verdict;
    const char *alias; /* another name of the object */
};

struct joiner {
    struct mxc_planner *planner;
    struct mxc_spot *spots; /* those of entries first */
    size_t spot_count;
    size_t spot_room;
    struct mxc_index known;   /* device and place of the spots */
    struct mxc_index devices; /* of mounts, each at most twice */
    bool *holds;              /* for each mount: it shows an entry of the policy */
    size_t entry_spots;
    struct change *changes;
    size_t change_count;
    size_t change_room;
    bool tighter; /* some change is not a mere repetition */
};

static int add_spot(struct joiner *j, const struct mxc_spot *spot, struct mxc_err *err)
{
    struct mxc_spot *larger =
        mxc_arena_grow(j->planner->arena, j->spots, j->spot_count, &j->spot_room, sizeof *larger);

    if (!larger)
        return mxc_planner_no_memory(err);
    j->spots = larger;
    if (mxc_index_add(j->planner->arena, &j->known, spot->device, spot->inside, j->spot_count) < 0)
        return mxc_planner_no_memory(err);
    j->spots[j->spot_count++] = *spot;
    return 0;
}

static bool has_spot(const struct joiner *j, const struct mxc_spot *spot)
{
    return mxc_index_find(&j->known, spot->device, spot->inside, strlen(spot->inside));
}

static bool mounted_twice(const struct joiner *j, uint64_t device)
{
    const struct mxc_index_item *item = mxc_index_find(&j->devices, device, "", 0);

    return item && mxc_index_next(item);
}

static int index_devices(struct joiner *j)
{
    const struct mxc_planner *planner = j->planner;

    j->holds = mxc_arena_alloc(planner->arena, planner->mount_count * sizeof *j->holds);
    if (!j->holds || mxc_index_init(planner->arena, &j->devices, planner->mount_count) < 0 ||
        mxc_index_init(planner->arena, &j->known, planner->mount_count) < 0)
        return -1;
    for (size_t i = 0; i < planner->mount_count; i++)
        if (!mounted_twice(j, planner->mounts[i].device) &&
            mxc_index_add(planner->arena, &j->devices, planner->mounts[i].device, "", i) < 0)
            return -1;
    return 0;
}

static int add_entry_spots(struct joiner *j, struct mxc_err *err)
{
    const struct mxc_entries *entries = &j->planner->entries;

    for (size_t i = 0; i < entries->count; i++) {
        struct mxc_entry *entry = entries->items[i];
        const struct mxc_fact_mount *mount;
        struct mxc_spot spot;
        int found;

        if (!entry->fact.device && !entry->fact.inode)
            continue; /* our own */
        mount = mxc_planner_mount_of(j->planner, entry->path);
        if (mount && entry->origin == MXC_ORIGIN_POLICY)
            j->holds[mount - j->planner->mounts] = true;
        found = mxc_spot_of(j->planner, entry->path, &entry->fact, &spot, err);
        if (found < 0)
            return -1;
        spot.entry = entry;
        if (found && mounted_twice(j, spot.device) && add_spot(j, &spot, err) < 0)
            return -1;
    }
    j->entry_spots = j->spot_count;
    return 0;
}

static int add_root_spots(struct joiner *j, struct mxc_err *err)
{
    for (size_t i = 0; i < j->planner->mount_count; i++) {
        const struct mxc_fact_mount *mount = &j->planner->mounts[i];
        struct mxc_spot spot = { .device = mount->device, .inside = mount->root };

        int error, visible;

        if (!mounted_twice(j, mount->device) || has_spot(j, &spot))
            continue;
        visible = mxc_spot_visible(j->planner, &spot, err);
        if (visible < 0)
            return -1;
        if (!visible && !j->holds[i])
            continue; /* nothing to make stricter, and nothing to compare with */
        error = mxc_look(&j->planner->looker, mount->point, &spot.fact);
        if (error == ENOMEM)
            return mxc_planner_no_memory(err);
        if (error || spot.fact.type == MXC_OBJECT_MISSING)
            continue; /* the caller cannot get there, or something covers it */
        if (add_spot(j, &spot, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_wish(const struct mxc_entry *entry)
{
    return entry->origin == MXC_ORIGIN_POLICY || entry->origin == MXC_ORIGIN_SCREEN ||
           entry->origin == MXC_ORIGIN_SYSTEM;
}

static void vote(struct verdict *verdict, const struct mxc_entry *entry)
{
    if (verdict->by && entry->intent >= verdict->intent)
        return;
    verdict->intent = entry->intent;
    verdict->by = entry;
}

/* The strictest wish about the nearest object at or above the spot that somebody named. Returns how
 * deep that object lies, 0 when there is none. A hidden default counts only when nothing nearer was
 * named. */
static size_t judge_named(const struct joiner *j, const struct mxc_spot *spot,
                          struct verdict *verdict)
{
    size_t deepest = 0, secret = 0;
    const struct mxc_entry *hidden = NULL;

    for (size_t i = 0; i < j->entry_spots; i++) {
        const struct mxc_spot *other = &j->spots[i];
        size_t depth = strlen(other->inside);

        if (other->device != spot->device || !mxc_path_within(spot->inside, other->inside))
            continue;
        if (other->entry->origin == MXC_ORIGIN_SECRET && depth > secret) {
            secret = depth;
            hidden = other->entry;
        }
        if (!is_wish(other->entry) || depth < deepest)
            continue;
        if (depth > deepest)
            verdict->by = NULL;
        deepest = depth;
        vote(verdict, other->entry);
    }
    verdict->named = deepest == strlen(spot->inside);
    if (secret > deepest)
        vote(verdict, hidden);
    return deepest;
}

/* What a name inherits over the edge of its mount, when it is nearer than what was named. */
static void judge_inherited(const struct mxc_planner *planner, const struct mxc_names *names,
                            size_t deepest, struct verdict *verdict)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct mxc_name *name = &names->items[i];
        const struct mxc_entry *entry = name->entry;

        while (entry && !is_wish(entry) && entry->origin != MXC_ORIGIN_OWN)
            entry = mxc_entries_over(&planner->entries, entry->path);
        if (entry && is_wish(entry) && !name->unsure &&
            !mxc_path_within(entry->path, name->mount->point) &&
            strlen(name->mount->root) > deepest)
            vote(verdict, entry);
    }
}

static const char *other_name(const struct mxc_names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].path, path) != 0 && !mxc_entry_grants(names->items[i].entry))
            return names->items[i].path;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].path, path) != 0)
            return names->items[i].path;
    return path;
}

static int refuse_unsure(const struct mxc_name *name, const struct verdict *verdict,
                         struct mxc_err *err)
{
    return mxc_fail(
        err, MXC_POLICY_REFUSED, 0, verdict->by->pointer ? verdict->by->pointer : "/filesystem",
        "'%s' cannot be examined and may be another name of something in '%s', which has "
        "to stay %s; deny a directory above it",
        name->path, verdict->by->path, verdict->intent == MXC_INTENT_DENY ? "hidden" : "read-only");
}

static int judge_spot(struct joiner *j, const struct mxc_spot *spot, struct mxc_names *names,
                      struct mxc_err *err)
{
    struct verdict verdict = { .intent = MXC_INTENT_RW };
    size_t deepest = judge_named(j, spot, &verdict);

    if (mxc_spot_names(j->planner, spot, names, err) < 0)
        return -1;
    judge_inherited(j->planner, names, deepest, &verdict);
    for (size_t i = 0; i < names->count && verdict.by; i++) {
        const struct mxc_name *name = &names->items[i];
        struct change *larger;

        if (!mxc_entry_grants(name->entry))
            continue; /* not visible: nothing to make stricter */
        if (name->unsure && verdict.intent < name->entry->intent)
            return refuse_unsure(name, &verdict, err);
        /* What is named is as visible below a stricter alias as it is below its own parent. */
        if (verdict.intent >= name->entry->intent && !verdict.named)
            continue;
        larger = mxc_arena_grow(j->planner->arena, j->changes, j->change_count, &j->change_room,
                                sizeof *larger);
        if (!larger)
            return mxc_planner_no_memory(err);
        j->changes = larger;
        larger[j->change_count++] =
            (struct change){ name->path,          spot->fact, name->entry,
                             name->entry->intent, verdict,    other_name(names, name->path) };
        j->tighter = j->tighter || verdict.intent < name->entry->intent;
    }
    return 0;
}

/* The policy or the baseline named this path itself, and gets less than it said: a word is due. */
static int tighten(struct mxc_planner *planner, struct mxc_entry *entry,
                   const struct change *change, struct mxc_err *err)
{
    const char *pointer = entry->pointer;

    if (change->verdict.intent >= entry->intent)
        return 0;
    entry->intent = change->verdict.intent;
    entry->pointer = change->verdict.by->pointer;
    return mxc_planner_note(
        planner, pointer, err, "%s%s'%s' is %s, because it is '%s' under another name%s%s",
        pointer ? pointer : "", pointer ? ": " : "", entry->path,
        entry->intent == MXC_INTENT_DENY ? "denied" : "read-only", change->alias,
        entry->pointer ? ", see " : "", entry->pointer ? entry->pointer : "");
}

static int apply(struct joiner *j, const struct change *change, struct mxc_err *err)
{
    struct mxc_planner *planner = j->planner;
    struct mxc_entry *entry = mxc_entries_find(&planner->entries, change->path);
    struct mxc_entry added = *change->above;

    if (entry)
        return tighten(planner, entry, change, err);
    added.path = change->path;
    added.fact = change->fact;
    added.intent = change->was;
    added.derived = true;
    if (change->verdict.intent < change->was) {
        added.intent = change->verdict.intent;
        added.pointer = change->verdict.by->pointer;
        added.alias_of = change->alias;
    }
    return mxc_entries_add(planner->arena, &planner->entries, &added) ? 0
                                                                      : mxc_planner_no_memory(err);
}

/* A directory has one name in its filesystem. Two mean that somebody moves it while we look, and
 * then what the table of mounts says of it is not true of what we found. */
static int check_still(const struct joiner *j, struct mxc_err *err)
{
    for (size_t i = 0; i < j->spot_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct mxc_spot *one = &j->spots[i], *other = &j->spots[k];

            if (one->fact.inode == other->fact.inode && one->fact.device == other->fact.device &&
                one->fact.type == MXC_OBJECT_DIRECTORY && one->device == other->device &&
                strcmp(one->inside, other->inside) != 0)
                return mxc_fail(err, MXC_POLICY_REFUSED, EAGAIN, "/filesystem",
                                "'%s' and '%s' of one filesystem are the same directory, so it is "
                                "being moved at this moment; start again",
                                one->inside, other->inside);
        }
    return 0;
}

int mxc_planner_join_aliases(struct mxc_planner *planner, struct mxc_err *err)
{
    struct joiner j = { .planner = planner };
    struct mxc_names names = { 0 };

    if (!planner->mount_count)
        return 0;
    if (index_devices(&j) < 0)
        return mxc_planner_no_memory(err);
    if (add_entry_spots(&j, err) < 0 || add_root_spots(&j, err) < 0 || check_still(&j, err) < 0)
        return -1;
    for (size_t i = 0; i < j.spot_count; i++)
        if (judge_spot(&j, &j.spots[i], &names, err) < 0)
            return -1;
    for (size_t i = 0; i < j.change_count && j.tighter; i++)
        if (apply(&j, &j.changes[i], err) < 0)
            return -1;
    return 0;
}
