/* SPDX-License-Identifier: MIT */
/* Objects by their place in a filesystem, and every name that the host's mounts give them. */
#ifndef MXC_PLAN_ALIAS_H
#define MXC_PLAN_ALIAS_H

#include "plan/planner.h"

/* A place in a filesystem, whatever it is called on the host. */
struct mxc_spot {
    uint64_t device;    /* of the mounts that show it */
    const char *inside; /* path within the filesystem */
    struct mxc_fact fact;
    struct mxc_entry *entry; /* whose object it is, or NULL */
};

struct mxc_name {
    const char *path;
    const struct mxc_fact_mount *mount; /* that shows it there */
    struct mxc_entry *entry;            /* that decides about it, NULL: none */
    bool unsure;                        /* the caller cannot look at it */
};

struct mxc_names {
    struct mxc_name *items;
    size_t count;
    size_t room;
};

/* Where in its filesystem is the object at 'path'? 1 and the spot; 0 when the mount table was not
 * asked for; -1 when out of memory. */
int mxc_spot_of(const struct mxc_planner *planner, const char *path, const struct mxc_fact *fact,
                struct mxc_spot *out, struct mxc_err *err);

/* May the sandbox see it by some name? Asks the host nothing. -1 when out of memory. */
int mxc_spot_visible(struct mxc_planner *planner, const struct mxc_spot *spot, struct mxc_err *err);

/* All names of a spot, those that show another object (something is mounted over it) left out. */
int mxc_spot_names(struct mxc_planner *planner, const struct mxc_spot *spot, struct mxc_names *out,
                   struct mxc_err *err);

#endif
