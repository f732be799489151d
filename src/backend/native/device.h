/* SPDX-License-Identifier: MIT */
/* The one network interface of a sandbox whose policy opens something. */
#ifndef MXC_BACKEND_NATIVE_DEVICE_H
#define MXC_BACKEND_NATIVE_DEVICE_H

#include <stdbool.h>

#include "base/err.h"

/* Makes and configures the interface in the caller's network namespace, which must be its own, and
 * stores a non-blocking descriptor whose reads and writes are Ethernet frames: of a tap, or of a
 * packet socket behind a veth pair where /dev/net/tun cannot be opened ('without_tap' pretends
 * that, for tests). Programs may send echo requests without privileges. The caller closes
 * '*out'. */
int native_device_open(bool without_tap, int *out, struct mxc_err *err);

#endif
