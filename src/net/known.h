/* SPDX-License-Identifier: MIT */
/* Which name an address was last given for, so that events can say it. Bounded; nothing depends on
 * it. */
#ifndef MXC_NET_KNOWN_H
#define MXC_NET_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define MXC_KNOWN_MAX 256

struct mxc_known {
    struct {
        struct mxc_address address;
        char name[256];
    } entries[MXC_KNOWN_MAX];
    size_t next; /* that is overwritten */
};

/* Learns from an answer that the resolver gave: the question's name, for each address in it. What
 * is no such message is passed over. */
void mxc_known_learn(struct mxc_known *known, const uint8_t *message, size_t size);

/* NULL when it is not known. */
const char *mxc_known_find(const struct mxc_known *known, const struct mxc_address *address);

#endif
