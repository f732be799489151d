/* SPDX-License-Identifier: MIT */
/* Everything that the sandbox will show or hide, as a set of host paths: the working memory of the
 * planner. The deepest entry at or above a path decides about it. */
#ifndef MXC_PLAN_ENTRIES_H
#define MXC_PLAN_ENTRIES_H

#include "base/err.h"
#include "plan/plan.h"
#include "plan/walk.h"

/* In the order of strictness. */
enum mxc_intent {
    MXC_INTENT_DENY,
    MXC_INTENT_RO,
    MXC_INTENT_RW,
};

/* Who wants it. */
enum mxc_origin {
    MXC_ORIGIN_POLICY,   /* an element of a list of the policy */
    MXC_ORIGIN_BASELINE, /* system programs, libraries, settings; yields to the policy */
    MXC_ORIGIN_SECRET,   /* hidden in the baseline; yields to a grant of that very path */
    MXC_ORIGIN_SCREEN,   /* hidden because of ui.disable */
    MXC_ORIGIN_SYSTEM,   /* kernel filesystems that a grant would carry in */
    MXC_ORIGIN_OWN,      /* made fresh for the sandbox: /proc, /dev, /tmp, /dev/shm */
};

struct mxc_entry {
    const char *path;     /* of the object on the host; no symlink in it */
    struct mxc_fact fact; /* of the object; zero when the sandbox makes its own */
    enum mxc_intent intent;
    enum mxc_origin origin;
    enum mxc_step_kind own; /* TMP, DEVICES or PROC when the origin is OWN */
    const char *pointer;  /* JSON pointer of the list element that decided, NULL: not the policy */
    const char *alias_of; /* the other name of the same object that decided; NULL */
    bool derived;         /* nobody listed this path: it is another name of something that was */
    bool device;          /* device nodes in it are usable */

    /* Filled by the layout. */
    bool placed;          /* gets a mount of its own */
    bool shell;           /* denied, but something below it is visible */
    struct mxc_entry *up; /* the nearest placed entry above, NULL: our own root */
};

struct mxc_entries {
    struct mxc_entry **items; /* sorted by path, so that parents come before their children */
    size_t count;
    size_t room;
};

/* The entry of exactly that path, or NULL. */
struct mxc_entry *mxc_entries_find(const struct mxc_entries *entries, const char *path);

/* The entry that decides: the deepest at or above 'path'. NULL: nothing of the host is there. */
struct mxc_entry *mxc_entries_above(const struct mxc_entries *entries, const char *path);

/* The same, strictly above. */
struct mxc_entry *mxc_entries_over(const struct mxc_entries *entries, const char *path);

/* Adds a copy. There must be none of that path. NULL when out of memory. */
struct mxc_entry *mxc_entries_add(struct mxc_arena *arena, struct mxc_entries *entries,
                                  const struct mxc_entry *entry);

/* Is a host object at that path visible through this entry? Accepts NULL. */
bool mxc_entry_grants(const struct mxc_entry *entry);

#endif
