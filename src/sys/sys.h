/* SPDX-License-Identifier: MIT */
/* What we need of an operating system; one implementation a folder, same functions in each. */
#ifndef MXC_SYS_SYS_H
#define MXC_SYS_SYS_H

#include "base/err.h"
#include "policy/facts.h"

/* Storage of the real host's facts; must live as long as the facts are used. */
struct mxc_sys_host {
    char cwd[4096];
    char home[4096];
    void *listings; /* names of directories that were read, in the arena of whoever asked */
};

/* Facts of this host, for the planner. Costs a handful of system calls; mounts are read when
 * asked. */
int mxc_sys_facts(struct mxc_sys_host *storage, struct mxc_facts *out, struct mxc_err *err);

#endif
