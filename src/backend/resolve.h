/* SPDX-License-Identifier: MIT */
/* The addresses of a name, from a program that asks the host's own ways to find names. */
#ifndef MXC_BACKEND_RESOLVE_H
#define MXC_BACKEND_RESOLVE_H

#include <stddef.h>

#include "base/arena.h"
#include "policy/policy.h"

struct mxc_resolve {
    const char *program; /* "PROGRAM resolve NAME" prints one address a line; NULL: there is none */
    int wait_ms;         /* for all that it says */
};

/* Addresses in the arena, at most 16 of them. The program ends with us, and in any case before this
 * returns. What it says may be anything. 0, or: ENOENT, no address was found; ENOSYS, there is no
 * program; ETIMEDOUT; EPROTO, it said something else than addresses; ENOMEM; what kept it from
 * starting, ENOEXEC among it. On failure nothing is stored. */
int mxc_resolve_name(const struct mxc_resolve *resolve, struct mxc_arena *arena, const char *name,
                     struct mxc_cidr **out, size_t *count);

#endif
