/* SPDX-License-Identifier: MIT */
/* Starting mxc-net and speaking with it: the executor's side, the same for every backend. */
#ifndef MXC_BACKEND_NETWORK_H
#define MXC_BACKEND_NETWORK_H

#include <stdbool.h>
#include <sys/types.h>

#include "net/control.h"
#include "plan/plan.h"

struct mxc_net {
    pid_t pid;   /* 0: not started, or reaped */
    int control; /* readable: mxc_net_hear(); -1: none */
    int device; /* a copy of the interface, so that mxc-net is not the last to close it; -1: none */
};

#define MXC_NET_NONE ((struct mxc_net){ .control = -1, .device = -1 })

/* Gives a network interface up that nobody else holds, without waiting for the kernel to take it
 * down; accepts -1. */
void mxc_net_leave_device(int device);

/* Does net.ipv4.ping_group_range let mxc-net send echo requests? 'mapped' as in mxc_net_start(). */
bool mxc_net_may_ping(bool mapped);

/* Where mxc-net lies, beside the running program; for the probe. NULL when it is not there. Static
 * storage. */
const char *mxc_net_program(void);

/* Of struct mxc_facts: asks mxc-net, in a process of its own, for at most some seconds
 * (backend/resolve.h). */
int mxc_net_resolve(void *context, struct mxc_arena *arena, const char *name, struct mxc_cidr **out,
                    size_t *count);

/* Compiles the rules of plan->network, which is not NULL, and starts mxc-net in namespaces of its
 * own, except that its sockets are the caller's. 'mapped': under an unprivileged id of its own, for
 * root of the host. It prepares itself meanwhile; READY comes through mxc_net_hear(). 'out' must be
 * given to mxc_net_stop(). */
int mxc_net_start(const struct mxc_plan *plan, bool mapped, struct mxc_net *out,
                  struct mxc_err *err);

/* Hands over a descriptor of Ethernet frames; the caller keeps its own. One that has ended is no
 * error here: mxc_net_hear() tells why. */
int mxc_net_give_device(struct mxc_net *net, int device, struct mxc_err *err);

/* 1 a message was read (READY or EVENT), 0 nothing is there, -1 mxc-net has failed or ended: 'err'
 * says how. */
int mxc_net_hear(const struct mxc_net *net, struct mxc_net_message *out, struct mxc_err *err);

/* Asks it to end. It says what it has kept back, then mxc_net_hear() fails. */
void mxc_net_finish(const struct mxc_net *net);

/* Ends and reaps it; accepts one that was never started. */
void mxc_net_stop(struct mxc_net *net);

#endif
