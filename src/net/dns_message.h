/* SPDX-License-Identifier: MIT */
/* Questions that come from the guest, questions that go to a server, answers that go to the guest.
 * All are built anew: no byte of a message is passed on. Answers of servers are read by
 * net/dns_answer.h. */
#ifndef MXC_NET_DNS_MESSAGE_H
#define MXC_NET_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/dns_answer.h"
#include "net/dns_name.h"

enum {
    MXC_DNS_A = 1,
    MXC_DNS_CNAME = 5,
    MXC_DNS_SOA = 6,
    MXC_DNS_PTR = 12,
    MXC_DNS_AAAA = 28,
    MXC_DNS_OPT = 41,
    MXC_DNS_ANY = 255,
    MXC_DNS_IN = 1,
};

enum {
    MXC_DNS_NOERROR = 0,
    MXC_DNS_FORMERR = 1,
    MXC_DNS_SERVFAIL = 2,
    MXC_DNS_NXDOMAIN = 3,
    MXC_DNS_NOTIMP = 4,
    MXC_DNS_REFUSED = 5,
    MXC_DNS_BADVERS = 16, /* only in answers with EDNS */
};

/* Extended errors (RFC 8914). */
enum {
    MXC_DNS_EDE_OTHER = 0,
    MXC_DNS_EDE_BLOCKED = 15,
    MXC_DNS_EDE_FILTERED = 17,
    MXC_DNS_EDE_NO_SERVER = 22,
    MXC_DNS_EDE_NONE = 0xffff,
};

/* The size of datagrams that we take and make; and what always fits without EDNS. */
#define MXC_DNS_DATAGRAM 1232
#define MXC_DNS_CLASSIC  512

/* What the largest answer that we make takes, over a stream. */
#define MXC_DNS_ROOM 2304

struct mxc_dns_query {
    uint16_t id, type, class;
    uint8_t opcode;
    bool recursion, checking; /* bits that an answer repeats */
    bool edns;
    uint16_t datagram; /* the guest takes that much, and at least MXC_DNS_CLASSIC */
    enum mxc_dns_name_kind kind;
    char name[MXC_DNS_NAME]; /* as the guest writes it */
    uint16_t question_size;
    uint8_t question[MXC_DNS_WIRE + 4]; /* as it stands in the message: an answer repeats it */
};

/* Reads a question of the guest. MXC_DNS_NOERROR, or with what it is to be refused; -1 when it is
 * no question and nobody is to be answered. */
int mxc_dns_query_read(const uint8_t *bytes, size_t size, struct mxc_dns_query *out);

/* What is asked of a server. */
struct mxc_dns_question {
    uint16_t id, type;
    bool edns;
    char name[MXC_DNS_NAME]; /* plain; its case is part of the question */
};

#define MXC_DNS_QUERY_ROOM (12 + MXC_DNS_WIRE + 4 + 11)

/* Returns the size. */
size_t mxc_dns_query_write(const struct mxc_dns_question *question,
                           uint8_t out[MXC_DNS_QUERY_ROOM]);

struct mxc_dns_reply {
    int code;
    int extended;     /* MXC_DNS_EDE_… */
    const char *text; /* for people, with 'extended'; at most 63 bytes; may be NULL */
    const struct mxc_dns_result *result; /* NULL: no records */
    uint32_t ttl_s;
};

/* The answer, of at most 'limit' bytes (MXC_DNS_CLASSIC or more): records that do not fit are left
 * out, and the answer says that it is cut. Returns its size. */
size_t mxc_dns_reply_write(const struct mxc_dns_query *query, const struct mxc_dns_reply *reply,
                           size_t limit, uint8_t out[MXC_DNS_ROOM]);

#endif
