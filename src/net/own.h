/* SPDX-License-Identifier: MIT */
/* The addresses that the host has itself, now. */
#ifndef MXC_NET_OWN_H
#define MXC_NET_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "net/address.h"

/* More than a host has; with more, the run is refused rather than some of them left open. */
#define MXC_OWN_MAX 1024

struct mxc_own {
    int changes; /* readable: something changed, see mxc_own_refresh() */
    int dump;
    size_t count;
    struct mxc_address addresses[MXC_OWN_MAX];
};

/* Begins to listen for changes, and reads the addresses of the caller's network namespace. */
int mxc_own_open(struct mxc_own *out, struct mxc_err *err);
/* After 'changes' became readable: reads them all again. On failure they are not known any more, and the caller
 * must end. */
int mxc_own_refresh(struct mxc_own *own, struct mxc_err *err);

#endif
