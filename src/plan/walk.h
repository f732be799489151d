/* SPDX-License-Identifier: MIT */
/* From a path as somebody wrote it to the object that it names on the host. */
#ifndef MXC_PLAN_WALK_H
#define MXC_PLAN_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/facts.h"

/* Remembers what the host said, so that it is asked once for each path. All zero but the first
 * two. */
struct mxc_looker {
    struct mxc_arena *arena;
    const struct mxc_facts *facts;
    struct mxc_looked *buckets[256];
};

/* facts->look() through the memory. The path must live as long as the arena. Returns 0 or an errno
 * (ENOMEM too). */
int mxc_look(struct mxc_looker *looker, const char *path, struct mxc_fact *out);

struct mxc_link {
    const char *path;      /* of the symlink; no symlink in its parents */
    const char *target;    /* its text */
    struct mxc_link *next; /* in the order met */
};

struct mxc_walk {
    const char *path;       /* the object, without symlinks; or the deepest directory that exists */
    struct mxc_fact fact;   /* of the object; type MISSING when it does not exist */
    const char *missing;    /* the first path that does not exist, else NULL */
    bool not_directory;     /* 'missing' cannot exist: its parent is no directory */
    struct mxc_link *links; /* what the way needs */
    struct mxc_link *final; /* the symlink that the last name as written is, or NULL */
};

/* Walks a clean path (mxc_path_clean()), ".." included, as the kernel would. Returns 0 or an errno;
 * then out->path says where it happened. A missing object is not an error. */
int mxc_walk(struct mxc_looker *looker, const char *path, struct mxc_walk *out);

/* The same for who needs no identity: of out->fact only the type is sure. */
int mxc_walk_briefly(struct mxc_looker *looker, const char *path, struct mxc_walk *out);

/* Words for an errno that a walk can give. Static storage. */
const char *mxc_walk_reason(int error);

#endif
