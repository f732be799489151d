/* SPDX-License-Identifier: MIT */
/* Which servers the host asks, by the text of its /etc/resolv.conf. */
#ifndef MXC_NET_RESOLV_CONF_H
#define MXC_NET_RESOLV_CONF_H

#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

#define MXC_RESOLV_SERVERS 3

struct mxc_resolv_server {
    struct mxc_address address;
    char scope[16]; /* of a link-local address: an interface, by name or number; "": none */
};

struct mxc_resolv_conf {
    struct mxc_resolv_server servers[MXC_RESOLV_SERVERS];
    size_t count;       /* at least 1 */
    unsigned timeout_s; /* 1 to 5 */
    unsigned attempts;  /* 1 to 5 */
};

/* The first three servers; without any, 127.0.0.1, as the C library has it. What we do not know,
 * and what is wrong, is passed over: the host's file is not ours to judge. Search lists are the
 * guest's own matter. */
void mxc_resolv_conf_read(const char *text, size_t size, struct mxc_resolv_conf *out);

#endif
