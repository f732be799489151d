/* SPDX-License-Identifier: MIT */
/* Answers of servers: of them only the addresses, and the names on the way to them, are taken. */
#ifndef MXC_NET_DNS_ANSWER_H
#define MXC_NET_DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "net/dns_name.h"

#define MXC_DNS_ADDRESSES  16
#define MXC_DNS_CHAIN      16   /* names between the asked one and its addresses */
#define MXC_DNS_CHAIN_TEXT 1024 /* bytes of them */

/* Larger answers are failures; where all addresses are wanted only what no message can be. */
#define MXC_DNS_STREAM     8192
#define MXC_DNS_STREAM_ALL 65535

struct mxc_dns_result {
    uint8_t code; /* MXC_DNS_NOERROR or MXC_DNS_NXDOMAIN */
    uint8_t chain_count, address_count;
    uint16_t chain_size;
    uint32_t ttl_s; /* the least of all records; without addresses: what the zone says */
    struct mxc_address addresses[MXC_DNS_ADDRESSES];
    char chain[MXC_DNS_CHAIN_TEXT]; /* lower case, each with its NUL byte */
};

enum mxc_dns_verdict {
    MXC_DNS_STRAY,   /* no answer to this question: as if it had not come */
    MXC_DNS_RECASED, /* one, but for the case of the name: no proof that a server was asked */
    MXC_DNS_CUT,     /* the whole of it comes over a stream */
    MXC_DNS_NO_EDNS, /* the server may not know EDNS */
    MXC_DNS_FAILED,  /* the server does not know, or speaks nonsense */
    MXC_DNS_ANSWERED,
};

/* Every address of an answer, while struct mxc_dns_result has the first ones. */
#define MXC_DNS_ALL 256

struct mxc_dns_list {
    uint32_t count, more; /* how many are here; records beyond */
    struct mxc_address addresses[MXC_DNS_ALL];
};

/* A question as mxc_dns_query_write() made it. */
struct mxc_dns_asked {
    const uint8_t *bytes;
    size_t size;
    bool exact;               /* the answer must repeat the case of the name */
    struct mxc_dns_list *all; /* wanted when not NULL */
};

/* '*out' is written for MXC_DNS_ANSWERED only, and the list means something only then. */
enum mxc_dns_verdict mxc_dns_answer_read(const uint8_t *bytes, size_t size,
                                         const struct mxc_dns_asked *asked,
                                         struct mxc_dns_result *out);

#endif
