/* SPDX-License-Identifier: MIT */
/* The native Linux engine, from inside. Three processes take part:
 *   the executor (parent)  prepares everything, supervises, and is the only one that reports;
 *   init (process 1)       builds the root in the new namespaces, starts the program, reaps;
 *   the program            holds nothing but 0, 1, 2 and what the policy grants.
 * Between clone and exec only system calls are made: whatever needs memory is built before. */
#ifndef MXC_BACKEND_NATIVE_NATIVE_H
#define MXC_BACKEND_NATIVE_NATIVE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <termios.h>
#include <time.h>

#include "backend/backend.h"

/* Set-up that takes longer than this is given up, so that a run never hangs. */
#define NATIVE_SETUP_DEADLINE_MS 10000

/* First id of the host ranges that a sandbox started by root gets; each is 65536 ids wide, and
 * there are 4096 of them, above what distributions give to people and below 2^31. */
#define NATIVE_ID_BASE   0x70000000u
#define NATIVE_ID_COUNT  65536u
#define NATIVE_ID_RANGES 4096u

#define NATIVE_RLIMIT_MAX 8

struct native_rlimit {
    int resource;
    rlim_t value; /* soft and hard; a lower hard limit of the caller's stays */
};

/* What the child works from. Built by the parent, read only after the clone. */
struct native_job {
    const struct mxc_plan *plan;
    struct mxc_arena arena; /* what the program is executed with: init wipes the arguments of the
                               executor, where the plan's strings may lie */
    int channel;            /* to the executor; SOCK_SEQPACKET; closed on exec */
    int *trees; /* a detached mount for each step: made by the executor (mapped grants) or by
                             init, else -1; init gives Landlock its rules from them */
    const struct mxc_step *
        *foreign; /* for each step, the deepest of the policy's mounts above its place */
    char **environment;
    const char *argv[5];
    const char *cwd;
    const char *init_name;
    bool mapped; /* ids map to an unprivileged host range */
    uid_t uid;   /* ids inside */
    gid_t gid;
    bool terminal;            /* make a pty */
    bool is_terminal[3];      /* the standard streams that it replaces */
    mode_t stream_mode[3];    /* of the caller's standard streams; 0: closed */
    int streams[3];           /* descriptors that become 0, 1, 2; -1: keep */
    uint64_t ignored_signals; /* bit n-1: signal n is ignored in the executor */
    struct native_rlimit rlimits[NATIVE_RLIMIT_MAX];
    size_t rlimit_count;
    uint64_t tmp_bytes; /* size of the tmpfs that holds root, /tmp and /dev/shm */
    int landlock_abi;   /* 0: the kernel has none */
    int last_capability;
    size_t foreign_grants; /* mapped grants whose filesystem cannot be id-mapped */
    bool watched;          /* hand the sandbox's /proc to the executor */
    bool network;          /* make an interface and hand it to the executor */
};

/* Messages from init or the program-to-be to the executor. Fixed size, one packet each. */
enum native_message_kind {
    NATIVE_ERROR = 1, /* 'err': set-up failed; nothing ran */
    NATIVE_TERMINAL,  /* carries the pty master */
    NATIVE_PROC,      /* carries the sandbox's /proc, for the memory watcher */
    NATIVE_DEVICE,  /* carries the network interface; init goes on, and waits before the program */
    NATIVE_STARTED, /* the program was executed */
    NATIVE_ENDED,   /* 'status' as waitpid() gave it, 'tmp_full' */
};

struct native_message {
    int kind;
    int status;
    int tmp_full; /* ENDED: no room was left in a private directory */
    struct mxc_err err;
};

/* init.c: process 1. Never returns. */
_Noreturn void native_init_main(struct native_job *job);

/* Fails with the errno of the step that just failed; for use in the child. */
int native_fail(struct mxc_err *err, const char *call, const char *what, const char *path);

/* channel.c: sends one packet, with a copy of the descriptor unless that is -1. -1 with errno. */
int native_send(int channel, const struct native_message *message, int fd);
/* 1 a message was read, 0 the other side is gone, -1 errno: EAGAIN nothing is there, EPROTO it was
 * no message. Never waits: whoever took init over may keep the channel open. '*fd' is -1 when none
 * came along; the caller closes it in every case. */
int native_receive(int channel, struct native_message *out, int *fd);

/* clone.c: makes the child with all namespaces, in the cgroup (v2) unless that is -1. Returns its
 * pid and stores a pidfd that the caller closes; 0 in the child; -1 with 'err'. */
pid_t native_clone(int cgroup, int *pidfd, struct mxc_err *err);
/* First host id of a mapped sandbox with that process 1. */
unsigned native_first_id(pid_t init);
/* Writes the id maps of the child. */
int native_map_ids(pid_t child, const struct native_job *job, struct mxc_err *err);
/* native.c: fails when root could not give the program ids other than its own. */
int native_check_ids(const struct mxc_facts *facts, struct mxc_err *err);
/* init.c: becomes 0:0 of a namespace with mapped ids. -1 with errno. */
int native_take_ids(void);
#define NATIVE_NAMESPACES "user namespaces" /* 'where' of that error */
/* Fails with one sentence: why this host refuses user namespaces, and the command that lifts it. */
int native_refuse_namespaces(int error, struct mxc_err *err);
/* The same in two parts, for the probe. 'error': what the call said. */
void native_explain_namespaces(int error, char *reason, size_t reason_size, char *remedy,
                               size_t remedy_size);

/* grant.c: opens what a step binds, checks that it is still the object of the plan, and makes a
 * detached, restricted mount of it. */
int native_grant_tree(const struct mxc_step *step, int *out, struct mxc_err *err);
/* The grants of a mapped job, made by the executor before the clone. */
int native_open_grants(struct native_job *job, struct mxc_err *err);
/* After the maps are written: gives the detached grants the child's id map. */
int native_map_grants(struct native_job *job, pid_t child, struct mxc_err *err);

/* 'where' of the error when a new user namespace gives no right to mount. */
#define NATIVE_FIRST_MOUNT "tmpfs"

/* called.c: a system call that the engine needs and this host refuses, -1: none. To be asked with
 * the rights of a new user namespace, for without them the kernel refuses some by itself. */
int native_missing_call(void);
/* Why it is missing, and what would help. */
void native_explain_call(int missing, char *reason, size_t reason_size, char *remedy,
                         size_t remedy_size);

/* own.c: fills job->foreign; before the clone. */
int native_find_foreign(struct native_job *job, struct mxc_err *err);

/* root.c: builds the new root and makes it "/". */
int native_build_root(struct native_job *job, struct mxc_err *err);

/* landlock.c: the ABI of this kernel, 0 when it has no Landlock. */
int native_landlock_version(void);
/* A ruleset with the grants of the plan, -1 in '*out' when there is no Landlock; the caller closes
 * it. */
int native_landlock_rules(const struct native_job *job, int *out, struct mxc_err *err);
/* Enters the ruleset for good; nothing when it is -1. Needs no_new_privs. */
int native_landlock_apply(int ruleset, struct mxc_err *err);

/* guest.c: the last steps of the program-to-be; returns only on failure. */
int native_become_guest(const struct native_job *job, int ruleset, int terminal,
                        struct mxc_err *err);
/* No capability can come back after this by executing something; those held stay. Inherited, so
 * init does both for itself and the program. */
int native_drop_bounding(int last_capability, struct mxc_err *err);
/* Drops every capability of the calling thread, after the former for good. */
int native_drop_capabilities(struct mxc_err *err);

#endif
