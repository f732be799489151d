/* SPDX-License-Identifier: MIT */
/* What the rules must know of the moment: the addresses of the host, and what names point to. */
#ifndef MXC_NET_LIVE_H
#define MXC_NET_LIVE_H

#include <stdint.h>

#include "net/pins.h"
#include "net/spans.h"

/* Caller's memory; all zero: no addresses, no pins. Whoever changes what it points to lets the
 * filter ask again (mxc_filter_recheck()). */
struct mxc_live {
    const struct mxc_spans *own;   /* of the host, settled; NULL: none */
    const struct mxc_pins *pins;   /* of names of allow rules; NULL: none */
    const struct mxc_pins *denied; /* the same of deny rules */
    uint64_t now_ms;
};

#endif
