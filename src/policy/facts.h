/* SPDX-License-Identifier: MIT */
/* What policy checks and the planner may ask of the host. Pure code asks through this struct, so
 * tests answer from a text file and need no privileges. */
#ifndef MXC_POLICY_FACTS_H
#define MXC_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/policy.h"

enum mxc_object {
    MXC_OBJECT_MISSING,
    MXC_OBJECT_FILE,
    MXC_OBJECT_DIRECTORY,
    MXC_OBJECT_SYMLINK,
    MXC_OBJECT_FIFO,
    MXC_OBJECT_SOCKET,
    MXC_OBJECT_CHARACTER_DEVICE,
    MXC_OBJECT_BLOCK_DEVICE,
};

struct mxc_fact {
    enum mxc_object type;
    uint64_t device; /* as st_dev */
    uint64_t inode;
    uint32_t links;     /* hard links */
    const char *target; /* of a symlink, in the arena; else NULL */
};

/* One mount of the caller's view, as /proc/self/mountinfo has it, escapes decoded. */
struct mxc_fact_mount {
    uint64_t id;      /* and the one that it is mounted on; 0: unknown. Without them a mount that */
    uint64_t parent;  /*   another one covers is taken for visible */
    uint64_t device;  /* of the filesystem; compared with other mounts */
    const char *root; /* path within that filesystem */
    const char *point; /* path in the caller's view */
    const char *type;  /* "ext4", … */
};

enum mxc_access { MXC_ACCESS_READ = 1, MXC_ACCESS_WRITE = 2 };

struct mxc_facts {
    void *context;

    /* Looks at an absolute path whose parent components are no symlinks; does not follow the last
     * one. Returns 0 and fills 'out' (type MISSING when nothing is there), or an errno such as
     * EACCES. */
    int (*look)(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out);

    /* Optional (NULL): type and target of what look() would find, where that costs less; the rest
     * of 'out' is zero. False: ask look(). */
    bool (*glance)(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out);

    /* May the caller (real ids) do this with the object? 'bits' of enum mxc_access. */
    bool (*may)(void *context, const char *path, unsigned bits);

    /* All mounts in order, in the arena. Asked only when a policy names paths.
     * Returns 0 or an errno. */
    int (*mounts)(void *context, struct mxc_arena *arena, struct mxc_fact_mount **out,
                  size_t *count);

    /* Names in a directory, in the arena; asked only when a grant shows sessions of users. NULL:
     * the host is taken to have the caller's session only. Returns 0 or an errno. */
    int (*list)(void *context, struct mxc_arena *arena, const char *path, const char ***out,
                size_t *count);

    /* Addresses of a name, in the arena, 'bits' full; asked only about a proxy. NULL: names cannot
     * be resolved. Returns 0 with at least one, or an errno. */
    int (*resolve)(void *context, struct mxc_arena *arena, const char *name, struct mxc_cidr **out,
                   size_t *count);

    const char *cwd;  /* the executor's working directory; absolute */
    const char *home; /* $HOME of the caller or NULL; only for lints and defaults */
    uint32_t uid;     /* effective ids of the caller */
    uint32_t gid;
    bool can_map_ids; /* caller may choose an unprivileged range and id-map mounts (host root) */
    bool host_root;   /* the uid is that of the host's root, not of a user namespace's */
};

#endif
