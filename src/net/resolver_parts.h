/* SPDX-License-Identifier: MIT */
/* What the files of the resolver share: its state. */
#ifndef MXC_NET_RESOLVER_PARTS_H
#define MXC_NET_RESOLVER_PARTS_H

#include "net/bucket.h"
#include "net/dns_cache.h"
#include "net/resolver.h"

#define MXC_RESOLVER_WAITING 256 /* askers in all */
/* How long a question may take in all. A program's own library gives up after five seconds. */
#define MXC_RESOLVER_PATIENCE_MS 4500

#define MXC_RESOLVER_NOBODY UINT32_MAX

/* Someone who waits for the answer to a flight. */
struct mxc_waiting {
    uint32_t next; /* index, or MXC_RESOLVER_NOBODY */
    struct mxc_dns_asker asker;
    struct mxc_dns_query query;
};

/* A question on its way. */
struct mxc_flight {
    bool busy;
    bool stream, edns; /* how it is asked just now */
    uint8_t strays;    /* messages that were none of its answers, in this try */
    unsigned tries;
    uint32_t server;
    uint32_t first;       /* who waits */
    uint32_t denied;      /* of our own: which name */
    uint64_t try_ms;      /* when this try is over */
    uint64_t deadline_ms; /* when all are */
    uint16_t type;
    uint16_t asked_size;
    char name[MXC_DNS_NAME]; /* lower case */
    uint8_t asked[MXC_DNS_QUERY_ROOM];
};

/* A denied name; what is looked up is its A and its AAAA records. */
struct mxc_denied {
    uint64_t due_ms[2];
    bool tried[2], answered[2];
    uint8_t failures[2]; /* since the last answer */
    bool told;           /* that it is not resolved */
};

struct mxc_resolver {
    struct mxc_resolver_judge judge;
    struct mxc_resolver_ways ways;
    uint32_t servers, best; /* the one that answered last */
    unsigned tries;
    uint64_t patience_ms; /* for one try */
    struct mxc_dns_cache *cache;
    struct mxc_bucket bucket; /* of questions that may go out now */
    struct mxc_denied *denied;
    struct mxc_dns_list all; /* addresses of the answer about a denied name that has just come */
    uint32_t denied_count, cursor;
    uint32_t untried;
    uint64_t due_ms;         /* no denied name is due before */
    struct mxc_bucket again; /* questions about denied names that were answered before */
    uint64_t retry_ms;       /* one that failed is not asked for before */
    uint32_t spare;          /* the first of 'waiting' that is free */
    struct mxc_waiting waiting[MXC_RESOLVER_WAITING];
    struct mxc_flight flights[MXC_RESOLVER_SLOTS];
};

/* Sends a flight whose name and type are set. When no server can be asked it has failed at once. */
void mxc_flight_begin(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms);

/* A flight of each kind is over; 'result' is NULL when it failed. The slot is free already. */
void mxc_resolver_landed(struct mxc_resolver *resolver, struct mxc_flight *flight,
                         const struct mxc_dns_result *result, uint64_t now_ms);
void mxc_denials_landed(struct mxc_resolver *resolver, const struct mxc_flight *flight,
                        const struct mxc_dns_result *result, uint64_t now_ms);

/* Denied names: all are due. -1 when out of memory. */
int mxc_denials_init(struct mxc_resolver *resolver);

/* Sends what is due, as far as there is room; returns when it is to be called again. */
uint64_t mxc_denials_tick(struct mxc_resolver *resolver, uint64_t now_ms);

/* An event about a name; odd bytes of it were replaced. */
struct mxc_net_event mxc_resolver_event(enum mxc_net_kind kind, enum mxc_why why, const char *name);

#endif
