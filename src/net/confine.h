/* SPDX-License-Identifier: MIT */
/* mxc-net locks itself up before it reads the first packet. */
#ifndef MXC_NET_CONFINE_H
#define MXC_NET_CONFINE_H

#include "base/err.h"

/* For good: an empty read-only root, no capability, no new process or program, no file, no
 * listening socket, and only the system calls that moving packets takes. Needs the namespaces that
 * mxc_net_start() makes. */
int mxc_net_confine(struct mxc_err *err);

#endif
