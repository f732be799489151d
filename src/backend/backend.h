/* SPDX-License-Identifier: MIT */
/* What every backend is. It never reads JSON, never prints, never guesses what the policy meant. */
#ifndef MXC_BACKEND_BACKEND_H
#define MXC_BACKEND_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/event.h"
#include "plan/plan.h"
#include "policy/facts.h"
#include "policy/policy.h"

/* Policy features. A policy that needs a bit that the backend lacks is refused before plan();
 * refusals, "mxc probe" and the conformance matrix come from this one table.
 * Columns: name, text for people, JSON pointer of the key. */
#define MXC_FEATURES(X)                                                                            \
    X(READONLY, "read-only grants", "/filesystem/readonlyPaths")                                   \
    X(READWRITE, "writable grants", "/filesystem/readwritePaths")                                  \
    X(DENIED, "denied paths", "/filesystem/deniedPaths")                                           \
    X(ENVIRONMENT, "exact environment", "/process/env")                                            \
    X(CWD, "working directory", "/process/cwd")                                                    \
    X(TIMEOUT, "timeout", "/process/timeout")                                                      \
    X(NETWORK_DENY, "no network", "/network")                                                      \
    X(NETWORK_RULES, "network rules", "/network")                                                  \
    X(NETWORK_PROXY, "network proxy", "/network/proxy")                                            \
    X(UI_DISABLE, "no display, clipboard or input", "/ui/disable")                                 \
    X(LIMIT_MEMORY, "memory limit", "/limits/memoryMb")                                            \
    X(LIMIT_PROCESSES, "process limit", "/limits/processes")                                       \
    X(LIMIT_CPU, "cpu limit", "/limits/cpuPercent")                                                \
    X(LIMIT_OPEN_FILES, "open file limit", "/limits/openFiles")                                    \
    X(LIMIT_FILE_SIZE, "file size limit", "/limits/fileSizeMb")                                    \
    X(LIMIT_TMP, "size of private temporary directories", "/limits/tmpMb")                         \
    X(LIMIT_OUTPUT, "output limit", "/limits/outputMb")

enum mxc_feature_index {
#define MXC_FEATURE_INDEX(name, text, pointer) MXC_FEATURE_##name,
    MXC_FEATURES(MXC_FEATURE_INDEX)
#undef MXC_FEATURE_INDEX
        MXC_FEATURE_COUNT,
};
#define MXC_CAN(name) (1u << MXC_FEATURE_##name)

struct mxc_feature {
    const char *text;    /* for people */
    const char *pointer; /* JSON pointer of the key that asks for it */
};

/* Static storage; 'index' is below MXC_FEATURE_COUNT. */
const struct mxc_feature *mxc_feature(enum mxc_feature_index index);

/* Why a run ended. Text is the closed set of the result object. */
#define MXC_REASONS(X)                                                                             \
    X(EXIT, "exit")               /* the program ended by itself */                                \
    X(SIGNAL, "signal")           /* the program was killed by a signal */                         \
    X(TIMEOUT, "timeout")         /* process.timeout */                                            \
    X(OOM, "oom")                 /* limits.memoryMb */                                            \
    X(PIDS, "pids")               /* limits.processes was hit and the program failed */            \
    X(OUTPUT, "output")           /* limits.outputMb */                                            \
    X(DISK, "disk")               /* limits.fileSizeMb or tmpMb was hit and the program failed */  \
    X(REFUSED, "refused")         /* the policy was refused; nothing started */                    \
    X(SETUP, "setup")             /* set-up failed; the program never ran */                       \
    X(FAILED, "failed")           /* the engine failed while the program ran; it was ended */      \
    X(INTERRUPTED, "interrupted") /* a signal to the executor, or the end of its caller */

enum mxc_reason {
#define MXC_REASON_ENUM(name, text) MXC_REASON_##name,
    MXC_REASONS(MXC_REASON_ENUM)
#undef MXC_REASON_ENUM
};

#define MXC_ENFORCED_MAX 32

/* How one thing was enforced, for the result object: { "landlock", "abi 7" }. Static or run-lived
 * text. */
struct mxc_enforced {
    char what[32];
    char how[96];
};

struct mxc_exit {
    enum mxc_reason reason;
    int code;          /* exit status of the program; valid for EXIT, PIDS, DISK when signal is 0 */
    int signal;        /* the signal that killed it, or that interrupted us; else 0 */
    uint64_t setup_us; /* from start() until the program was executed */
    uint64_t run_us;   /* from then until its end */
    uint64_t peak_memory; /* bytes; 0 when unknown */
    uint64_t cpu_us;      /* user and system time of the tree */
    bool cpu_unknown;     /* it was killed as a whole, and nobody counted */
    struct mxc_enforced enforced[MXC_ENFORCED_MAX];
    size_t enforced_count;
};

/* One run. Opaque; each backend has its own. */
struct mxc_run;

struct mxc_start_options {
    const char
        *init_name; /* name of process 1 in the sandbox, at most 15 bytes; NULL: "mxc-init" */
    /* Called for everything that the network refused, during start() and wait(); NULL: nobody
     * wants to know. */
    void (*event)(void *context, const struct mxc_net_event *event);
    void *context;
    int caller; /* a descriptor whose hang-up ends the run as the signal HUP does; 0: none */
};

/* A line of "mxc probe": something the host has or lacks. */
struct mxc_probe_item {
    const char *name; /* "user namespaces", "landlock", … */
    bool yes;
    char detail[160]; /* version, or the reason of a "no" */
    char remedy[240]; /* what the user can do about a "no"; may be empty */
};

#define MXC_PROBE_MAX 32

struct mxc_probe {
    bool available; /* the backend can run here */
    unsigned can;   /* MXC_CAN bits here */
    struct mxc_probe_item items[MXC_PROBE_MAX];
    size_t count;
};

struct mxc_backend {
    const char *name;
    unsigned
        can; /* MXC_CAN bits it can have at all; a policy needing more is refused before plan() */
    /* Looks at the host; 'out->available' false with items that say why is not an error. */
    int (*probe)(struct mxc_probe *out, struct mxc_err *err);
    int (*plan)(struct mxc_arena *arena, const struct mxc_policy *policy,
                const struct mxc_facts *facts, struct mxc_plan *out, struct mxc_err *err);
    /* Starts the program; returns when it was executed, or failed to. '*out' must be given to
     * undo(). */
    int (*start)(const struct mxc_plan *plan, const struct mxc_start_options *options,
                 struct mxc_run **out, struct mxc_err *err);
    /* Waits for the end; relays the terminal, enforces timeout and output limit meanwhile. HUP,
     * INT, TERM and QUIT end the run at once with MXC_REASON_INTERRUPTED. On failure everything is
     * ended, and '*out' holds MXC_REASON_FAILED with what was measured, or SETUP when nothing had
     * run. */
    int (*wait)(struct mxc_run *run, struct mxc_exit *out, struct mxc_err *err);
    void (*undo)(struct mxc_run *run); /* accepts NULL; runs on every path; leaves nothing behind */
};

extern const struct mxc_backend mxc_backend_native;

/* All built backends, ended by NULL. */
extern const struct mxc_backend *const mxc_backends[];

const char *mxc_reason_text(enum mxc_reason reason);

#endif
