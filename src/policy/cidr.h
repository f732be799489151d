/* SPDX-License-Identifier: MIT */
/* Addresses and networks as text. */
#ifndef MXC_POLICY_CIDR_H
#define MXC_POLICY_CIDR_H

#include <stdbool.h>

#include "policy/policy.h"

enum mxc_cidr_fault {
    MXC_CIDR_OK,
    MXC_CIDR_NO_ADDRESS, /* not an IPv4 or IPv6 address */
    MXC_CIDR_NO_PREFIX,  /* what follows the slash is no number from 0 to 255 */
    MXC_CIDR_TOO_LONG,   /* more bits than the address has; 'bits' and 'family' are set */
    MXC_CIDR_HOST_BITS,  /* bits after the prefix are not zero; all is set */
};

/* Reads "ADDRESS" or "ADDRESS/BITS". IPv4 is four decimal numbers without leading zeros; IPv6 as in
 * RFC 4291, without a zone. */
enum mxc_cidr_fault mxc_cidr_parse(const char *text, struct mxc_cidr *out);

/* Is every address of 'inner' one of 'outer'? */
bool mxc_cidr_within(const struct mxc_cidr *inner, const struct mxc_cidr *outer);

#endif
