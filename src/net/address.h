/* SPDX-License-Identifier: MIT */
/* One IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 address that it maps,
 * always. */
#ifndef MXC_NET_ADDRESS_H
#define MXC_NET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

struct mxc_address {
    uint8_t family; /* 4 or 6; 0: none */
    uint8_t bytes[16];
};

/* Room for the longest text and its NUL byte. */
#define MXC_ADDRESS_TEXT 46

/* From 4 or 16 bytes in the order of the network. */
struct mxc_address mxc_address_v4(const uint8_t bytes[4]);
struct mxc_address mxc_address_v6(const uint8_t bytes[16]);

/* Reads an address as a policy writes it, without a prefix length. On failure *out is untouched. */
bool mxc_address_parse(const char *text, struct mxc_address *out);

/* The text of RFC 5952, "?" for none; returns 'out'. */
const char *mxc_address_text(const struct mxc_address *address, char out[MXC_ADDRESS_TEXT]);

bool mxc_address_same(const struct mxc_address *a, const struct mxc_address *b);

/* The 16 bytes with IPv4 in its mapped form: one space for both families, in which ::ffff:0:0/96 is
 * IPv4 as a whole. */
void mxc_address_wide(const struct mxc_address *address, uint8_t out[16]);

/* The same for a network: its 16 bytes, and its prefix length in that space (IPv4: 96 more). */
uint8_t mxc_address_wide_cidr(const struct mxc_cidr *cidr, uint8_t out[16]);

/* Are the first 'bits' bits of both the same? */
bool mxc_address_shares(const uint8_t a[16], const uint8_t b[16], unsigned bits);

#endif
