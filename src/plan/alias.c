/* SPDX-License-Identifier: MIT */
/* Bind mounts give one object several names. Whatever the policy says about one of them holds for all:
 * the strictest wish about any name is the wish about the object.
 *
 * The wishes change only at entries and at the roots of mounts, so it is enough to look at these spots:
 * for each, find all its names, let the entries above them vote, and add an entry wherever a visible
 * name would say something weaker. */
#include "plan/alias.h"

#include <string.h>

#include "plan/path.h"

struct verdict {
    enum mxc_intent intent;
    const struct mxc_entry *by;
    const char *name; /* the name that the entry was about */
};

struct change {
    const char *path;
    struct mxc_fact fact;
    struct mxc_entry *above; /* that decided until now … */
    enum mxc_intent was;     /* … and how */
    struct verdict verdict;
};

struct joiner {
    struct mxc_planner *planner;
    struct mxc_spot *spots;
    size_t spot_count;
    size_t spot_room;
    struct change *changes;
    size_t change_count;
    size_t change_room;
    bool tighter; /* some change is not a mere repetition */
};

static int add_spot(struct joiner *j, const struct mxc_spot *spot, struct mxc_err *err)
{
    struct mxc_spot *larger;

    for (size_t i = 0; i < j->spot_count; i++)
        if (j->spots[i].device == spot->device && !strcmp(j->spots[i].inside, spot->inside))
            return 0;
    larger =
        mxc_arena_grow(j->planner->arena, j->spots, j->spot_count, &j->spot_room, sizeof *larger);
    if (!larger)
        return mxc_planner_no_memory(err);
    j->spots = larger;
    j->spots[j->spot_count++] = *spot;
    return 0;
}

static bool mounted_twice(const struct mxc_planner *planner, uint64_t device)
{
    size_t times = 0;

    for (size_t i = 0; i < planner->mount_count && times < 2; i++)
        times += planner->mounts[i].device == device;
    return times > 1;
}

static int add_entry_spots(struct joiner *j, struct mxc_err *err)
{
    const struct mxc_entries *entries = &j->planner->entries;

    for (size_t i = 0; i < entries->count; i++) {
        const struct mxc_entry *entry = entries->items[i];
        struct mxc_spot spot;

        if (!entry->fact.device && !entry->fact.inode)
            continue; /* our own */
        if (!mxc_spot_of(j->planner, entry->path, &entry->fact, &spot))
            return mxc_planner_no_memory(err);
        if (mounted_twice(j->planner, spot.device) && add_spot(j, &spot, err) < 0)
            return -1;
    }
    return 0;
}

static int add_root_spots(struct joiner *j, struct mxc_err *err)
{
    size_t entry_spots = j->spot_count;

    for (size_t i = 0; i < j->planner->mount_count; i++) {
        const struct mxc_fact_mount *mount = &j->planner->mounts[i];
        struct mxc_spot spot = { .device = mount->device, .inside = mount->root };
        bool wanted = false;

        for (size_t k = 0; k < entry_spots; k++)
            wanted = wanted || j->spots[k].device == mount->device;
        if (!wanted || mxc_look(&j->planner->looker, mount->point, &spot.fact) != 0)
            continue;
        if (add_spot(j, &spot, err) < 0)
            return -1;
    }
    return 0;
}

static size_t distance(const struct mxc_name *name)
{
    return strlen(mxc_path_rest(name->path, name->entry->path));
}

/* A hidden default yields to a grant that names the object, or something in it, by any name. */
static bool yields(const struct mxc_names *names, const struct mxc_name *secret)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct mxc_name *name = &names->items[i];

        if (mxc_entry_grants(name->entry) && name->entry->origin == MXC_ORIGIN_POLICY &&
            distance(name) <= distance(secret))
            return true;
    }
    return false;
}

static void vote(struct verdict *verdict, const struct mxc_name *name)
{
    if (verdict->by && name->entry->intent >= verdict->intent)
        return;
    *verdict = (struct verdict){ name->entry->intent, name->entry, name->path };
}

/* The strictest of what the policy and we say; the baseline counts only when nobody else speaks. */
static struct verdict judge(const struct mxc_names *names)
{
    struct verdict verdict = { MXC_INTENT_RW, NULL, NULL };

    for (size_t i = 0; i < names->count; i++) {
        const struct mxc_name *name = &names->items[i];

        if (!name->entry || name->unsure || name->entry->origin == MXC_ORIGIN_OWN ||
            name->entry->origin == MXC_ORIGIN_BASELINE)
            continue;
        if (name->entry->origin != MXC_ORIGIN_SECRET || !yields(names, name))
            vote(&verdict, name);
    }
    for (size_t i = 0; i < names->count && !verdict.by; i++)
        if (names->items[i].entry && names->items[i].entry->origin == MXC_ORIGIN_BASELINE)
            vote(&verdict, &names->items[i]);
    return verdict;
}

static int refuse_unsure(const struct mxc_name *name, const struct verdict *verdict,
                         struct mxc_err *err)
{
    return mxc_fail(
        err, MXC_POLICY_REFUSED, 0, verdict->by->pointer ? verdict->by->pointer : "/filesystem",
        "'%s' cannot be examined and may be '%s' under another name, which has to stay "
        "%s; deny a directory above it",
        name->path, verdict->name, verdict->intent == MXC_INTENT_DENY ? "hidden" : "read-only");
}

static int judge_spot(struct joiner *j, const struct mxc_spot *spot, struct mxc_names *names,
                      struct mxc_err *err)
{
    struct verdict verdict;

    if (mxc_spot_names(j->planner, spot, names, err) < 0)
        return -1;
    verdict = judge(names);
    for (size_t i = 0; i < names->count && verdict.by; i++) {
        const struct mxc_name *name = &names->items[i];
        struct change *larger;

        if (!mxc_entry_grants(name->entry))
            continue; /* not visible: nothing to make stricter */
        if (name->unsure && verdict.intent < name->entry->intent)
            return refuse_unsure(name, &verdict, err);
        larger = mxc_arena_grow(j->planner->arena, j->changes, j->change_count, &j->change_room,
                                sizeof *larger);
        if (!larger)
            return mxc_planner_no_memory(err);
        j->changes = larger;
        larger[j->change_count++] =
            (struct change){ name->path, spot->fact, name->entry, name->entry->intent, verdict };
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
    if (entry->origin != MXC_ORIGIN_POLICY)
        return 0;
    return mxc_planner_note(
        planner, pointer, err, "%s: '%s' is %s, because it is '%s' under another name%s%s", pointer,
        entry->path, entry->intent == MXC_INTENT_DENY ? "denied" : "read-only",
        change->verdict.name, entry->pointer ? ", see " : "", entry->pointer ? entry->pointer : "");
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
    if (change->verdict.intent < change->was) {
        added.intent = change->verdict.intent;
        added.pointer = change->verdict.by->pointer;
        added.alias_of = change->verdict.name;
    }
    return mxc_entries_add(planner->arena, &planner->entries, &added) ? 0
                                                                      : mxc_planner_no_memory(err);
}

int mxc_planner_join_aliases(struct mxc_planner *planner, struct mxc_err *err)
{
    struct joiner j = { .planner = planner };
    struct mxc_names names = { 0 };

    if (!planner->mount_count)
        return 0;
    if (add_entry_spots(&j, err) < 0 || add_root_spots(&j, err) < 0)
        return -1;
    for (size_t i = 0; i < j.spot_count; i++)
        if (judge_spot(&j, &j.spots[i], &names, err) < 0)
            return -1;
    for (size_t i = 0; i < j.change_count && j.tighter; i++)
        if (apply(&j, &j.changes[i], err) < 0)
            return -1;
    return 0;
}
