/* SPDX-License-Identifier: MIT */
/* Names in messages of DNS, and their text.
 *
 * Plain names are what hosts are called: labels of letters, digits and hyphens, no hyphen first or
 * last, at most 63 bytes each and 253 in all; underscores may stand for letters, but not in the
 * last label. All others are odd: we never ask for them, and never hand them on. */
#ifndef MXC_NET_DNS_NAME_H
#define MXC_NET_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the longest text and its NUL byte; and for the longest name in a message. */
#define MXC_DNS_NAME 254
#define MXC_DNS_WIRE 255

enum mxc_dns_name_kind {
    MXC_DNS_NAME_BAD, /* no name at all */
    MXC_DNS_NAME_ODD,
    MXC_DNS_NAME_PLAIN,
};

/* Reads the name at '*at' and steps over it. Pointers may lead backwards only. The text has no dot
 * at its end; in that of an odd name other bytes became '?', and the root is ".". A bad name
 * changes neither. */
enum mxc_dns_name_kind mxc_dns_name_read(const uint8_t *message, size_t size, size_t *at,
                                         char out[MXC_DNS_NAME]);

bool mxc_dns_name_plain(const char *text);

/* Writes a plain name, at most MXC_DNS_WIRE bytes; returns how many. */
size_t mxc_dns_name_write(const char *text, uint8_t *out);

void mxc_dns_name_lower(char *text);

bool mxc_dns_name_same(const char *a, const char *b); /* without case */

#endif
