/* SPDX-License-Identifier: MIT */
/* Which mechanism enforces each limit of a plan: a cgroup where one can be made, else a resource
 * limit or the watcher. */
#ifndef MXC_BACKEND_NATIVE_LIMITS_H
#define MXC_BACKEND_NATIVE_LIMITS_H

#include "backend/native/native.h"

#define NATIVE_CGROUP_PARTS 3

/* One directory of ours: cgroup v2 needs one for all, v1 one for each controller. */
struct native_cgroup_part {
    int parent;     /* where it is made */
    int dir;        /* itself, -1 before it exists */
    unsigned holds; /* NATIVE_HOLDS bits */
};

enum { NATIVE_HOLDS_MEMORY = 1, NATIVE_HOLDS_PIDS = 2, NATIVE_HOLDS_CPU = 4 };

struct native_cgroup {
    int version; /* 0: none, 1 or 2 */
    char name[64];
    struct native_cgroup_part parts[NATIVE_CGROUP_PARTS];
    size_t count;
    int keeper_pipe; /* the keeper removes the directories when this closes, however that happens */
    pid_t keeper;
};

struct native_limits {
    uint64_t memory; /* bytes, 0: none */
    uint64_t processes;
    bool processes_default;
    uint64_t cpu_percent;
    uint64_t open_files;
    uint64_t file_size; /* bytes */
    uint64_t tmp;       /* bytes */
    uint64_t output;    /* bytes */
    bool helper; /* a process of ours works for the program outside of its namespaces: mxc-net */
};

/* limits.c */
void native_limits_read(const struct mxc_plan *plan, struct native_limits *out);
/* Refuses what this host cannot do for the caller. */
int native_limits_check(const struct native_limits *limits, struct mxc_err *err);
/* Fills the job's resource limits; 'holds' says what a cgroup takes over. */
int native_limits_apply(const struct native_limits *limits, unsigned holds, struct native_job *job,
                        struct mxc_err *err);

/* cgroup.c: makes directories for what the limits ask and can be had; 'out->version' 0 when nothing
 * can. Fails when a directory that may be made cannot be, or be filled, or has no keeper. */
int native_cgroup_make(const struct native_limits *limits, struct native_cgroup *out,
                       struct mxc_err *err);
/* Writes the limits that a part holds into the files of its directory. */
int native_cgroup_fill(const struct native_cgroup *cgroup, const struct native_cgroup_part *part,
                       const struct native_limits *limits, struct mxc_err *err);
unsigned native_cgroup_holds(const struct native_cgroup *cgroup);
/* The descriptor for CLONE_INTO_CGROUP, -1 when the child must be moved (v1). */
int native_cgroup_clone_fd(const struct native_cgroup *cgroup);
int native_cgroup_join(const struct native_cgroup *cgroup, pid_t pid, struct mxc_err *err);
/* The helper works on behalf of the program, so its processor time counts as the program's; with
 * v2, which has one directory for all, its memory as well, and that of its sockets. */
int native_cgroup_join_helper(const struct native_cgroup *cgroup, pid_t pid, struct mxc_err *err);
/* Counters: processes killed for memory, forks refused, peak of memory, CPU time; 0 when
 * unknown. */
uint64_t native_cgroup_oom_kills(const struct native_cgroup *cgroup);
uint64_t native_cgroup_pids_refused(const struct native_cgroup *cgroup);
uint64_t native_cgroup_peak(const struct native_cgroup *cgroup);
/* v1: a descriptor that becomes readable when memory runs out, so that the whole run is ended as v2
 * ends it; -1 when there is none. The caller closes it. */
int native_cgroup_watch_oom(const struct native_cgroup *cgroup);
/* Removes the directories; every process in them must have ended. Accepts an empty one. */
void native_cgroup_done(struct native_cgroup *cgroup);

/* cgroup_sweep.c: removes directories of runs that are over for long and could not clean up. */
void native_cgroup_sweep(int parent);

/* cgroup_find.c: directories in which this process may make cgroups for the wanted controllers. */
int native_cgroup_find(unsigned wanted, struct native_cgroup *out);
/* The same from the texts of /proc/self/cgroup and /proc/self/mountinfo. v2 is taken only when it
 * has all that is wanted; of v1, each controller that can be had. */
int native_cgroup_search(const char *own, const char *mounts, unsigned wanted,
                         struct native_cgroup *out);

#endif
