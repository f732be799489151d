/* SPDX-License-Identifier: MIT */
/* A resolver with a scripted world around it: invented rules, servers that the test plays, a clock that it sets. */
#ifndef MXC_TESTS_RESOLVER_RIG_H
#define MXC_TESTS_RESOLVER_RIG_H

#include "dns_bytes.h"
#include "net/resolver.h"

#define RIG_MANY 1024

struct rig_sent {
    struct mxc_dns_try try;
    uint8_t bytes[MXC_DNS_QUERY_ROOM];
    struct dns_seen seen;
};

struct rig_answer {
    struct mxc_dns_asker asker;
    size_t size;
    struct dns_seen seen;
};

struct rig_pin {
    char address[MXC_ADDRESS_TEXT];
    uint32_t name; /* 100 and more: denied */
    uint64_t until_ms;
};

struct rig_retired {
    struct mxc_retiring which;
    uint64_t until_ms;
};

/* "allowed.org" is name 1, "*.allowed.org" 2; "open.org" is covered by no rule of its own, but resolves; so does
 * what is below it. "*.denied.org" is denied by rule 7, and what 'denied' holds by rule 8. Answers may not point to
 * 10.0.0.0/8 and 127.0.0.0/8. */
struct rig {
    struct mxc_resolver *resolver;
    uint64_t now_ms;
    const char *const *denied; /* NULL at its end */
    uint64_t random;
    uint32_t broken; /* bits of servers that cannot be sent to */
    bool full;       /* no pin can be added */
    bool open[MXC_RESOLVER_SLOTS];
    size_t sent_count, answer_count, event_count, pin_count;
    struct rig_sent sent[RIG_MANY];
    struct rig_answer answers[RIG_MANY];
    struct mxc_net_event events[RIG_MANY];
    struct rig_pin pins[RIG_MANY];
    size_t retired_count;
    struct rig_retired retired[RIG_MANY];
};

/* 'rig' is zero but for what the test chose; two servers, two attempts, timeout of a second. */
void rig_begin(struct rig *rig);
void rig_end(struct rig *rig);

/* The guest asks; a port of its own for each name and type. */
void rig_ask(struct rig *rig, const char *name, unsigned type);
void rig_ask_bytes(struct rig *rig, const struct dns_bytes *query, unsigned port);

/* The beginning of the answer to the latest message to a server. */
void rig_reply(struct rig *rig, struct dns_bytes *out, unsigned flags);

/* The server of the latest message says this. */
void rig_say(struct rig *rig, const struct dns_bytes *message);

/* Asks, and has the server answer with these addresses ("": none). */
void rig_resolve(struct rig *rig, const char *name, unsigned type, uint32_t ttl,
                 const char *address);

void rig_pass(struct rig *rig, uint64_t ms); /* time */

/* The latest of each; they fail the test when there is none. */
const struct rig_sent *rig_sent(const struct rig *rig);
const struct dns_seen *rig_seen(const struct rig *rig);
const struct mxc_net_event *rig_event(const struct rig *rig);

#endif
