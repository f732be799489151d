/* SPDX-License-Identifier: MIT */
/* A small invented host for the lints, and a short way to ask them. */
#ifndef MXC_TESTS_LINT_WORLD_H
#define MXC_TESTS_LINT_WORLD_H

#include "plan/lint.h"

struct lint_object {
    const char *path;
    enum mxc_object type;
    const char *target; /* of a symlink */
    unsigned hidden;    /* enum mxc_access bits that the caller lacks */
};

struct lint_run {
    struct mxc_arena arena;
    struct mxc_findings findings;
};

/* Reads a policy, in which ' stands for ", and lints it. The home is "/home/u", the uid 1000, the
 * working directory "/home/u/work", the config "/home/u/work/policy.json". Fails the test when the
 * reader refuses it. */
void lint_world_run(const struct lint_object *objects, size_t count, const char *policy,
                    struct lint_run *out);
void lint_world_done(struct lint_run *run);

/* The finding of that id and pointer, and with that text in it; each may be NULL. NULL: none. */
const struct mxc_finding *lint_world_find(const struct lint_run *run, const char *id,
                                          const char *pointer, const char *text);

#endif
