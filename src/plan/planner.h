/* SPDX-License-Identifier: MIT */
/* What the parts of the planner share. Each part is one file, called once, in this order. */
#ifndef MXC_PLAN_PLANNER_H
#define MXC_PLAN_PLANNER_H

#include "plan/entries.h"
#include "plan/index.h"
#include "plan/plan.h"
#include "plan/walk.h"

/* An element of a path list, in the order of the policy: rw, ro, denied. */
struct mxc_named {
    const char *written; /* as in the policy */
    const char *clean;   /* absolute, without "//" and "." */
    const char *pointer; /* "/filesystem/deniedPaths/0" */
    const char *list;    /* "deniedPaths" */
    enum mxc_intent intent;
    struct mxc_walk walk;
};

struct mxc_planner {
    struct mxc_arena *arena;
    const struct mxc_policy *policy;
    const struct mxc_facts *facts;
    struct mxc_plan *plan;
    struct mxc_looker looker;
    struct mxc_entries entries;

    struct mxc_named *named;
    size_t named_count;

    struct mxc_link **baseline_links; /* lists of symlinks that the baseline goes through */
    size_t baseline_link_count;
    size_t baseline_link_room;

    struct mxc_fact_mount *mounts; /* NULL until mxc_planner_ask_mounts() needed them */
    size_t mount_count;
    struct mxc_index by_point; /* of them: 0 and the mount point */
    struct mxc_index by_root;  /* device and root */

    const char *proxy; /* the URL that the program is told; NULL: no proxy */
    const char *hosts; /* lines for /etc/hosts beside those of loopback; NULL: none */
    bool names;        /* the policy has rules by name */

    struct mxc_plan notes; /* NOTE steps, put behind the filesystem */
    struct mxc_step *made; /* what the layout decided; sorted */
    size_t made_count;
    size_t made_room;
};

/* collect.c: the lists of the policy become entries; names that cannot be granted or denied are
 * refused. */
int mxc_planner_collect(struct mxc_planner *planner, struct mxc_err *err);

/* defaults.c: what is there without being asked for, and what is hidden without being asked. */
int mxc_planner_add_defaults(struct mxc_planner *planner, struct mxc_err *err);

/* ui.c: refuses what a display cannot split; hides its sockets. */
int mxc_planner_add_ui(struct mxc_planner *planner, struct mxc_err *err);

/* mounts.c: reads the mount table where it can matter; kernel filesystems below grants. */
int mxc_planner_ask_mounts(struct mxc_planner *planner, struct mxc_err *err);
/* The mount that shows 'path', NULL when the table was not asked for. */
const struct mxc_fact_mount *mxc_planner_mount_of(const struct mxc_planner *planner,
                                                  const char *path);

/* alias.c: the same object under several names gets the strictest access, wherever it is
 * visible. */
int mxc_planner_join_aliases(struct mxc_planner *planner, struct mxc_err *err);

/* hidden.c: refuses denials that could not be kept: objects that do not exist yet, hard links. */
int mxc_planner_check_denials(struct mxc_planner *planner, struct mxc_err *err);

/* layout.c: entries become filesystem steps. */
int mxc_planner_lay_out(struct mxc_planner *planner, struct mxc_err *err);
/* After that: does the sandbox have something at this path of the host, as the host has it? */
bool mxc_planner_shows(const struct mxc_planner *planner, const char *path);
/* After that: is there a directory of our own? */
bool mxc_planner_made_directory(const struct mxc_planner *planner, const char *path);

/* network_decide.c: what the network section means here; refuses what cannot be had. Fills
 * plan->network when there is more than loopback, and the rest of 'net' below. */
int mxc_planner_decide_network(struct mxc_planner *planner, struct mxc_err *err);

/* network_proxy.c: turns the proxy into the one endpoint that opens. */
int mxc_planner_decide_proxy(struct mxc_planner *planner, struct mxc_network *network,
                             struct mxc_err *err);
/* Is the entry of the environment one that the proxy replaces or switches off? */
bool mxc_planner_is_proxy_variable(const char *entry);
/* The variables that name the proxy, if there is one. */
int mxc_planner_add_proxy_variables(struct mxc_planner *planner, struct mxc_err *err);

/* network_files.c: the sandbox's own /etc/hosts and /etc/resolv.conf. Called by the layout, when
 * all else is made. */
int mxc_planner_provide_files(struct mxc_planner *planner, struct mxc_err *err);

/* network_words.c: the steps that say what the network is. */
int mxc_planner_add_network(struct mxc_planner *planner, struct mxc_err *err);
/* JSON pointer of a rule: legacy lists or directional ones. NULL when out of memory. */
const char *mxc_planner_rule_pointer(struct mxc_planner *planner, bool allow, size_t index);

/* layout.c, for network_files.c: one more filesystem step, and directories of our own above a path
 * that nothing shows. */
int mxc_planner_make(struct mxc_planner *planner, struct mxc_step step, struct mxc_err *err);
int mxc_planner_make_parents(struct mxc_planner *planner, const char *path, struct mxc_err *err);

/* process.c: environment, working directory, limits, command; refuses when no shell could run
 * it. */
int mxc_planner_add_environment(struct mxc_planner *planner, struct mxc_err *err);
int mxc_planner_add_directory(struct mxc_planner *planner, struct mxc_err *err);
int mxc_planner_add_limits(struct mxc_planner *planner, struct mxc_err *err);
int mxc_planner_check_shell(struct mxc_planner *planner, struct mxc_err *err);

/* A walk for what is no path of the policy. Without such paths nothing can be another name of
 * something, identities do not matter, and less is asked of the host. */
int mxc_planner_walk(struct mxc_planner *planner, const char *path, struct mxc_walk *out);

int mxc_planner_no_memory(struct mxc_err *err);
int mxc_planner_add(struct mxc_planner *planner, struct mxc_step step, struct mxc_err *err);
int mxc_planner_note(struct mxc_planner *planner, const char *pointer, struct mxc_err *err,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
