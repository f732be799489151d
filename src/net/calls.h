/* SPDX-License-Identifier: MIT */
/* Which system calls mxc-net may make. */
#ifndef MXC_NET_CALLS_H
#define MXC_NET_CALLS_H

#include "base/err.h"

/* From here on, and for good. The caller may gain no privileges any more (PR_SET_NO_NEW_PRIVS). */
int mxc_net_calls_bound(struct mxc_err *err);

#endif
