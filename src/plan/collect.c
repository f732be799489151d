/* SPDX-License-Identifier: MIT */
/* From the three path lists of a policy to entries. */
#include <errno.h>
#include <string.h>

#include "plan/path.h"
#include "plan/planner.h"

#define OWN_DEVICE "it is the sandbox's own and leads nowhere on the host; remove the entry"

/* Places that a policy cannot have or take away, because the sandbox makes them fresh. */
static const struct place {
    const char *path;
    bool below;            /* what is below it too */
    enum mxc_intent least; /* refused for this intent … */
    enum mxc_intent most;  /* … up to this one */
    const char *why;
} places[] = {
    { "/proc", true, MXC_INTENT_DENY, MXC_INTENT_RW,
      "/proc is made fresh for the sandbox and shows only its own processes; remove the entry" },
    { "/dev", false, MXC_INTENT_DENY, MXC_INTENT_RW,
      "/dev is made fresh for the sandbox; name the device or a directory below it instead" },
    { "/dev/pts", true, MXC_INTENT_DENY, MXC_INTENT_RW,
      "/dev/pts is made fresh for the sandbox, which must not reach other terminals; remove the "
      "entry" },
    { "/dev/ptmx", false, MXC_INTENT_DENY, MXC_INTENT_RW,
      "/dev/ptmx is made fresh for the sandbox; remove the entry" },
    { "/sys", true, MXC_INTENT_RW, MXC_INTENT_RW,
      "/sys controls the host and cannot be granted for writing; use readonlyPaths" },
    { "/dev/null", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
    { "/dev/zero", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
    { "/dev/full", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
    { "/dev/random", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
    { "/dev/urandom", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
    { "/dev/tty", false, MXC_INTENT_DENY, MXC_INTENT_DENY, OWN_DEVICE },
};

/* Names that are real directories in the sandbox, so a host's symlink there cannot be kept. */
static const char *const replaced[] = { "/proc", "/dev", "/tmp", "/dev/shm" };

static int refuse_place(const struct mxc_named *named, struct mxc_err *err)
{
    const char *path = named->walk.missing ? named->walk.missing : named->walk.path;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct place *place = &places[i];

        if (named->intent < place->least || named->intent > place->most)
            continue;
        if (!(place->below ? mxc_path_within(path, place->path) : !strcmp(path, place->path)))
            continue;
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, named->pointer, "'%s' cannot be %s: %s",
                        named->written, named->intent == MXC_INTENT_DENY ? "denied" : "granted",
                        place->why);
    }
    return 0;
}

static int refuse_route(const struct mxc_named *named, struct mxc_err *err)
{
    for (const struct mxc_link *link = named->walk.links; link; link = link->next) {
        bool lost = mxc_path_within(link->path, "/proc");

        for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
            lost = lost || (link->target && !strcmp(link->path, replaced[i]));
        if (lost)
            return mxc_fail(err, MXC_POLICY_REFUSED, 0, named->pointer,
                            "'%s' goes through '%s', which the sandbox replaces; write "
                            "'%s' instead",
                            named->written, link->path, named->walk.path);
    }
    return 0;
}

static int refuse_missing(const struct mxc_named *named, struct mxc_err *err)
{
    if (named->walk.fact.type != MXC_OBJECT_MISSING || named->intent == MXC_INTENT_DENY)
        return 0;
    if (named->walk.not_directory)
        return mxc_fail(
            err, MXC_POLICY_REFUSED, ENOTDIR, named->pointer,
            "'%s' does not exist: '%s' is not a directory; correct the entry or remove it",
            named->written, named->walk.path);
    return mxc_fail(err, MXC_POLICY_REFUSED, ENOENT, named->pointer,
                    "'%s' does not exist: there is no '%s'; create it or remove the entry",
                    named->written, named->walk.missing);
}

static int resolve(struct mxc_planner *planner, struct mxc_named *named, struct mxc_err *err)
{
    int error = ENOMEM;

    named->clean = mxc_path_clean(planner->arena, planner->facts->cwd, named->written);
    if (named->clean)
        error = mxc_walk(&planner->looker, named->clean, &named->walk);
    if (error == ENOMEM)
        return mxc_planner_no_memory(err);
    if (error)
        return mxc_fail(err, MXC_POLICY_REFUSED, error, named->pointer,
                        "'%s' cannot be examined (%s below '%s'), so it cannot be %s; %s",
                        named->written, mxc_walk_reason(error), named->walk.path,
                        named->intent == MXC_INTENT_DENY ? "denied" : "granted",
                        named->intent == MXC_INTENT_DENY ? "deny a directory above it"
                                                         : "remove the entry");
    if (refuse_place(named, err) < 0 || refuse_route(named, err) < 0)
        return -1;
    return refuse_missing(named, err);
}

static int collect_list(struct mxc_planner *planner, const struct mxc_strings *list,
                        const char *name, enum mxc_intent intent, struct mxc_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct mxc_named *named = &planner->named[planner->named_count];

        *named = (struct mxc_named){
            .written = list->items[i],
            .pointer =
                mxc_arena_format(planner->arena, "/filesystem/%s/%lu", name, (unsigned long)i),
            .list = name,
            .intent = intent,
        };
        if (!named->pointer)
            return mxc_planner_no_memory(err);
        if (resolve(planner, named, err) < 0)
            return -1;
        planner->named_count++;
    }
    return 0;
}

static int note_stricter(struct mxc_planner *planner, const struct mxc_entry *entry,
                         const char *loser, const char *other, struct mxc_err *err)
{
    static const char *const words[] = { "denied", "read-only" };

    return mxc_planner_note(
        planner, loser, err, "%s: '%s' is %s, because %s names the same object%s%s", loser,
        entry->path, words[entry->intent], entry->pointer, other ? " as " : "", other ? other : "");
}

/* One path, several wishes: the strictest holds. */
static int add_entry(struct mxc_planner *planner, const struct mxc_entry *wanted,
                     struct mxc_err *err)
{
    struct mxc_entry *entry = mxc_entries_find(&planner->entries, wanted->path);
    const char *loser = NULL;

    if (!entry)
        return mxc_entries_add(planner->arena, &planner->entries, wanted)
                   ? 0
                   : mxc_planner_no_memory(err);
    if (wanted->intent == entry->intent)
        return 0;
    loser = wanted->intent < entry->intent ? entry->pointer : wanted->pointer;
    if (wanted->intent < entry->intent) {
        entry->intent = wanted->intent;
        entry->pointer = wanted->pointer;
    }
    return note_stricter(planner, entry, loser, NULL, err);
}

/* Is that symlink a part of the way to something granted? Then hiding it would break the grant. */
static bool is_route(const struct mxc_planner *planner, const char *path)
{
    for (size_t i = 0; i < planner->named_count; i++) {
        if (planner->named[i].intent == MXC_INTENT_DENY)
            continue;
        for (const struct mxc_link *link = planner->named[i].walk.links; link; link = link->next)
            if (!strcmp(link->path, path))
                return true;
    }
    return false;
}

static int add_denied_link(struct mxc_planner *planner, const struct mxc_named *named,
                           struct mxc_err *err)
{
    struct mxc_entry entry = { .path = named->walk.final->path,
                               .intent = MXC_INTENT_DENY,
                               .pointer = named->pointer };
    int error;

    if (is_route(planner, entry.path))
        return 0;
    error = mxc_look(&planner->looker, entry.path, &entry.fact);
    if (error)
        return mxc_planner_no_memory(err);
    return add_entry(planner, &entry, err);
}

static bool is_device(const struct mxc_walk *walk)
{
    if (walk->fact.type == MXC_OBJECT_CHARACTER_DEVICE ||
        walk->fact.type == MXC_OBJECT_BLOCK_DEVICE)
        return true;
    return mxc_path_within(walk->path, "/dev") && !mxc_path_within(walk->path, "/dev/shm");
}

/* A denial of a private directory, on a host that has no such directory itself. */
static bool is_own_directory(const struct mxc_named *named)
{
    return named->walk.missing && !strcmp(named->clean, named->walk.missing) &&
           (!strcmp(named->clean, "/tmp") || !strcmp(named->clean, "/dev/shm"));
}

static int add_named(struct mxc_planner *planner, const struct mxc_named *named,
                     struct mxc_err *err)
{
    struct mxc_entry entry = {
        .path = named->walk.path,
        .fact = named->walk.fact,
        .intent = named->intent,
        .pointer = named->pointer,
        .device = is_device(&named->walk),
    };

    if (is_own_directory(named)) {
        entry.path = named->walk.missing;
        entry.fact.type = MXC_OBJECT_DIRECTORY;
    } else if (named->walk.fact.type == MXC_OBJECT_MISSING) {
        return 0; /* a denial; mxc_planner_check_denials() decides about it */
    }
    if (add_entry(planner, &entry, err) < 0)
        return -1;
    if (named->intent == MXC_INTENT_DENY && named->walk.final)
        return add_denied_link(planner, named, err);
    return 0;
}

static bool same_object(const struct mxc_fact *a, const struct mxc_fact *b)
{
    return a->device == b->device && a->inode == b->inode && (a->device || a->inode);
}

/* Two listed paths, one object (hard link, bind mount): the strictest wish holds for both. */
static int join_listed(struct mxc_planner *planner, struct mxc_err *err)
{
    struct mxc_entry **items = planner->entries.items;
    size_t count = planner->entries.count;

    for (size_t i = 0; i < count; i++) {
        struct mxc_entry *strict = items[i];

        for (size_t j = 0; j < count; j++)
            if (items[j]->intent < strict->intent && same_object(&items[j]->fact, &items[i]->fact))
                strict = items[j];
        if (strict == items[i])
            continue;
        const char *loser = items[i]->pointer;

        items[i]->intent = strict->intent;
        items[i]->pointer = strict->pointer;
        if (note_stricter(planner, items[i], loser, strict->path, err) < 0)
            return -1;
    }
    return 0;
}

static int check_access(struct mxc_planner *planner, const struct mxc_named *named,
                        struct mxc_err *err)
{
    const struct mxc_entry *entry = mxc_entries_find(&planner->entries, named->walk.path);
    bool write;

    if (!entry || entry->intent == MXC_INTENT_DENY)
        return 0;
    write = entry->intent == MXC_INTENT_RW;
    if (planner->facts->may(planner->facts->context, entry->path,
                            MXC_ACCESS_READ | (write ? MXC_ACCESS_WRITE : 0)))
        return 0;
    return mxc_fail(err, MXC_POLICY_REFUSED, EACCES, named->pointer,
                    "Filesystem path '%s' (%s): the invoking user does not have %s access, so it "
                    "cannot be delegated to the sandbox",
                    named->written, named->list, write ? "read+write" : "read");
}

int mxc_planner_collect(struct mxc_planner *planner, struct mxc_err *err)
{
    const struct mxc_filesystem *fs = &planner->policy->filesystem;
    size_t count = fs->readwrite.count + fs->readonly.count + fs->denied.count;

    planner->named = mxc_arena_alloc(planner->arena, (count + 1) * sizeof *planner->named);
    if (!planner->named)
        return mxc_planner_no_memory(err);
    if (collect_list(planner, &fs->readwrite, "readwritePaths", MXC_INTENT_RW, err) < 0 ||
        collect_list(planner, &fs->readonly, "readonlyPaths", MXC_INTENT_RO, err) < 0 ||
        collect_list(planner, &fs->denied, "deniedPaths", MXC_INTENT_DENY, err) < 0)
        return -1;
    for (size_t i = 0; i < planner->named_count; i++)
        if (add_named(planner, &planner->named[i], err) < 0)
            return -1;
    if (join_listed(planner, err) < 0)
        return -1;
    for (size_t i = 0; i < planner->named_count; i++)
        if (check_access(planner, &planner->named[i], err) < 0)
            return -1;
    return 0;
}
