/* SPDX-License-Identifier: MIT */
/* A plan: typed steps with one stable text form. It decides everything; the backend only does it.
 *
 * The text form is what golden tests compare, what "mxc plan" prints and what users attach to
 * reports: one step a line, see mxc_plan_text(). */
#ifndef MXC_PLAN_PLAN_H
#define MXC_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policy/facts.h"
#include "policy/policy.h"

/* Kind, first word of its text line. All paths are absolute and without ".", "..", "//".
 *
 * Filesystem steps come in the order in which they are done; 'to' of each exists by then, or the
 * step before it made it. Below a bind or pin every 'to' already exists on the host (same path). */
/* clang-format off */
#define MXC_STEPS(X)                                                                               \
    X(DIRECTORY, "directory") /* to: empty directory, mode 0755, in our own tmpfs               */ \
    X(FILE, "file")           /* to: empty file as a mount point, in our own tmpfs              */ \
    X(SYMLINK, "symlink")     /* to: link with the text 'from', in our own tmpfs                */ \
    X(BIND, "bind")           /* from host path (no symlink) -> to; flags, object, identity     */ \
    X(PIN, "pin")             /* to: directory bound onto itself, so that it cannot be renamed  */ \
    X(HIDE, "hide")           /* to: object covered by one of its type and of mode 000          */ \
    X(SHELL, "shell")         /* to: directory covered by our own empty read-only one, mode 0555;
                                 only grants below it are visible in it                         */ \
    X(TMP, "tmp")             /* to: private directory, mode 1777, from the sized tmpfs         */ \
    X(DEVICES, "devices")     /* to "/dev": null zero full random urandom tty, fd, pts, ptmx    */ \
    X(PROC, "proc")           /* to "/proc": fresh, dangerous entries masked                    */ \
    X(ENVIRONMENT, "environment") /* from: KEY=VALUE                                            */ \
    X(DIRECTORY_IN, "cwd")    /* to: working directory of the program                           */ \
    X(COMMAND, "command")     /* from: text for /bin/sh -c                                      */ \
    X(IDS, "ids")             /* flags: MXC_STEP_MAPPED when the caller's ids map to an unprivileged
                                 host range, binds are id-mapped; else the caller keeps its ids */ \
    X(CONTENT, "content")     /* to: file that the sandbox sees with the text 'from', read-only;
                                 covers what is there. Below a bind it exists on the host       */ \
    X(NETWORK, "network")     /* from: "none" (loopback only), or "user" and the defaults       */ \
    X(RULE, "rule")           /* from: one rule of the network in words                         */ \
    X(PUBLISH, "publish")     /* from: a port of the host, and that of the program for it       */ \
    X(PROXY, "proxy")         /* from: the URL that the program is told                         */ \
    X(LIMIT, "limit")         /* from: name of a key of "limits", size: its value               */ \
    X(TIMEOUT, "timeout")     /* size: milliseconds                                             */ \
    X(NOTE, "note")           /* from: something a reader of the plan should know; does nothing */
/* clang-format on */

enum mxc_step_kind {
#define MXC_STEP_ENUM(name, text) MXC_STEP_##name,
    MXC_STEPS(MXC_STEP_ENUM)
#undef MXC_STEP_ENUM
};

enum mxc_step_flag {
    MXC_STEP_RW = 1 << 0,        /* BIND, PIN: writable; else read-only */
    MXC_STEP_DEVICE = 1 << 1,    /* BIND: a device node that the policy names; usable */
    MXC_STEP_OPTIONAL = 1 << 2,  /* BIND of the baseline: skipped when the host lacks it */
    MXC_STEP_MAPPED = 1 << 3,    /* IDS; BIND and PIN of a policy's grant when ids are mapped */
    MXC_STEP_DEFAULT = 1 << 4,   /* LIMIT, ENVIRONMENT, …: ours, not the policy's */
    MXC_STEP_RECURSIVE = 1 << 5, /* BIND, PIN: with the mounts below it (directories) */
};

struct mxc_step {
    enum mxc_step_kind kind;
    unsigned flags;
    const char *from;
    const char *to;
    enum mxc_object object; /* BIND, PIN, HIDE, SHELL: what was there when the plan was made */
    uint64_t device;        /* the same: its identity then; the backend refuses when it differs. */
    uint64_t inode;         /*   0/0: not checked (baseline, or in our own tmpfs) */
    uint64_t size;
    const char *pointer; /* JSON pointer of the key that asked for it; NULL: a default of ours */
};

struct mxc_plan {
    struct mxc_arena *arena;
    const char *backend; /* "native" */
    struct mxc_step *steps;
    size_t count;
    size_t room;
    /* What the network process enforces; NULL: nothing but loopback. The RULE, PUBLISH and PROXY
     * steps say the same in words. With a proxy it is what the proxy leaves. Lives as long as the
     * policy's arena. */
    const struct mxc_network *network;
    /* TCP port of the host's loopback that alone opens at the gateway; 0: none */
    uint16_t loopback_port;
};

/* Appends a copy of the step (not of its strings). -1 when out of memory. */
int mxc_plan_add(struct mxc_plan *plan, const struct mxc_step *step, struct mxc_err *err);

/* The stable text, one line a step, for example:
 *   bind /usr/bin -> /usr/bin ro optional recursive
 *   symlink /bin -> usr/bin
 *   hide /etc/shadow file
 *   limit processes 1024 default
 * Control characters, those that change the direction of writing, bytes that are not UTF-8, and in
 * paths the space are written as \xHH, a backslash as two: a line stays a line, and fields stay
 * apart. Access (ro, rw) comes first after the paths, then optional, device, mapped, recursive,
 * default. */
void mxc_plan_text(const struct mxc_plan *plan, struct mxc_buf *out);

/* The first step of that kind, or NULL. */
const struct mxc_step *mxc_plan_find(const struct mxc_plan *plan, enum mxc_step_kind kind);

/* Plans a policy for the native Linux engine. Pure: asks the host only through 'facts'.
 * Refusals are MXC_POLICY_REFUSED with the JSON pointer of the key. */
int mxc_plan_native(struct mxc_arena *arena, const struct mxc_policy *policy,
                    const struct mxc_facts *facts, struct mxc_plan *out, struct mxc_err *err);

#endif
