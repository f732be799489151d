/* SPDX-License-Identifier: MIT */
/* The resolver of the sandbox: answers what the rules let be asked, and pins what it answered.
 *
 * Questions. A name that the rules resolve is asked for its A and AAAA records; to other types of
 * it there is "nothing". Names that no rule covers, odd names (net/dns_name.h), classes but IN, and
 * PTR are refused. "localhost" and what is below it is the guest's own loopback.
 *
 * Answers hold their addresses, and the names between, which need no rule of their own but must not
 * be denied. They hold for 5 to 300 seconds, "there is none" for 5 to 60; a pin lasts 30 seconds
 * longer than the answer. Addresses that the rules guard are left out, and so are those that cannot
 * be pinned.
 *
 * Servers are asked in turn, over UDP from a fresh socket each time, with a random id and random
 * case of the letters; over TCP when an answer was cut, when it did not repeat the case, or when
 * too many came that answer nothing we asked. After 4.5 seconds the guest hears that it failed.
 *
 * Denied names are resolved for ourselves, and again whenever their answers end: their addresses
 * are denied too, until an answer does not have them any more, and for a while beyond. While the
 * servers fail nothing is forgotten. */
#ifndef MXC_NET_RESOLVER_H
#define MXC_NET_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/dns_message.h"
#include "net/event.h"
#include "net/filter.h"
#include "net/pins.h"
#include "net/rules.h"

/* Questions that wait for servers at once: of the guest, and of ours about denied names. */
#define MXC_RESOLVER_GUEST 64
#define MXC_RESOLVER_OWN   8
#define MXC_RESOLVER_SLOTS (MXC_RESOLVER_GUEST + MXC_RESOLVER_OWN)

#define MXC_RESOLVER_NEVER UINT64_MAX

/* Who is to be answered. */
struct mxc_dns_asker {
    struct mxc_asker guest;
    uint32_t stream; /* 0: by a datagram; else a number of the caller's, for a connection */
};

/* What the rules say; net/resolver_rules.h has it from the compiled ones. Names are lower case. */
struct mxc_resolver_judge {
    void *context;
    void (*name)(void *context, const char *name, struct mxc_name_ruling *out);
    /* MXC_WHY_NONE when an answer may point there. */
    enum mxc_why (*guard)(void *context, const struct mxc_address *address);
    /* Opens the address to the rules of this name (of mxc_name_ruling.pins); false when it
     * cannot. */
    bool (*pin)(void *context, const struct mxc_address *address, uint32_t name, uint64_t until_ms,
                uint64_t now_ms);
    /* The denied names in their order; NULL beyond the last. */
    const char *(*denied)(void *context, uint32_t index);
    /* Closes the address by that name; false when it cannot, or when another address of the name
     * had to go. */
    bool (*deny)(void *context, const struct mxc_address *address, uint32_t index,
                 uint64_t until_ms, uint64_t now_ms);
    /* What is closed by a name does not stay so for longer. */
    void (*retire)(void *context, const struct mxc_retiring *which, uint64_t until_ms,
                   uint64_t now_ms);
};

/* One message for a server. */
struct mxc_dns_try {
    uint32_t slot;   /* of the question; what an earlier try opened for it is to be closed */
    uint32_t server; /* in the order of the options */
    bool stream;     /* TCP; 'bytes' are without the length */
    const uint8_t *bytes;
    size_t size;
};

/* What the resolver cannot do itself. None of these may call the resolver. */
struct mxc_resolver_ways {
    void *context;
    void (*answer)(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes,
                   size_t size);
    void (*tell)(void *context, const struct mxc_net_event *event);
    bool (*send)(void *context,
                 const struct mxc_dns_try *try); /* false: this server cannot be asked */
    void (*close)(void *context, uint32_t slot); /* nothing more is awaited there */
    void (*random)(void *context, uint8_t *out, size_t size); /* that nobody can guess */
};

struct mxc_resolver_options {
    struct mxc_resolver_judge judge;
    struct mxc_resolver_ways ways;
    size_t servers;               /* at least 1 */
    unsigned timeout_s, attempts; /* of one try, and for each server */
};

struct mxc_resolver;

/* NULL when out of memory. */
struct mxc_resolver *mxc_resolver_new(const struct mxc_resolver_options *options);
void mxc_resolver_free(struct mxc_resolver *resolver); /* accepts NULL; answers nobody */

/* A message from the guest. Does it get an answer, by now or later? Not when it is no question, or
 * one with the id of another one that waits. */
bool mxc_resolver_ask(struct mxc_resolver *resolver, const uint8_t *query, size_t size,
                      const struct mxc_dns_asker *asker, uint64_t now_ms);

/* A message that arrived on what send() opened: from that server, for the latest try of that
 * slot. */
void mxc_resolver_receive(struct mxc_resolver *resolver, const struct mxc_dns_try *from,
                          uint64_t now_ms);

/* The latest try of a slot came to nothing: nobody listens, the connection ended. */
void mxc_resolver_failed(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms);

/* Gives up what waited for too long, and looks after denied names. Returns when it is to be called
 * again, at the latest; to be called after each other call as well. */
uint64_t mxc_resolver_tick(struct mxc_resolver *resolver, uint64_t now_ms);

/* Was every denied name resolved, or tried in vain? Until then some of their addresses may be open.
 * Those that were tried in vain are tried again, and were told as events. */
bool mxc_resolver_is_settled(const struct mxc_resolver *resolver);

#endif
