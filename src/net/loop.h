/* SPDX-License-Identifier: MIT */
/* Moving packets: the guest's device on one side, libslirp's sockets on the other, the filter
 * between them. */
#ifndef MXC_NET_LOOP_H
#define MXC_NET_LOOP_H

#include "net/control.h"
#include "net/rules.h"

struct mxc_loop;

/* Everything that takes files or privileges: sockets that listen for published ports, the host's
 * addresses and resolvers. 'rules' must outlive it. */
int mxc_loop_new(const struct mxc_ruleset *rules, const struct mxc_net_setup *setup,
                 struct mxc_loop **out, struct mxc_err *err);
/* Finds what denied names point to, so that it is closed before the guest runs; no longer than some
 * seconds. */
int mxc_loop_settle(struct mxc_loop *loop, struct mxc_err *err);
/* Takes the device over and moves packets until the executor closes its end of 'control'. */
int mxc_loop_run(struct mxc_loop *loop, int device, int control, struct mxc_err *err);

#endif
