/* SPDX-License-Identifier: MIT */
/* What the rules must know of the moment: the addresses of the host, and what names point to. */
#ifndef MXC_NET_LIVE_H
#define MXC_NET_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "net/pins.h"

/* Caller's memory; all zero: no addresses, no pins. */
struct mxc_live {
    uint8_t (*own)[16]; /* wide form, sorted; owned */
    size_t own_count;
    const struct mxc_pins *pins;   /* of names of allow rules; NULL: none */
    const struct mxc_pins *denied; /* the same of deny rules */
    uint64_t now_ms;
};

/* Replaces the addresses of the host. 0, or -1 when out of memory: the old ones stay, and the caller must not
 * let traffic go on. */
int mxc_live_own(struct mxc_live *live, const struct mxc_address *addresses, size_t count);

bool mxc_live_is_own(const struct mxc_live *live, const uint8_t wide[16]);

void mxc_live_done(struct mxc_live *live);

#endif
