/* SPDX-License-Identifier: MIT */
/* A resolver whose guest and whose servers are the input; whatever they say, the promises of net/resolver.h hold. */
#ifndef MXC_TESTS_FUZZ_NAMES_H
#define MXC_TESTS_FUZZ_NAMES_H

#include "dns_bytes.h"
#include "net/resolver.h"

#define NAMES_ASKS 256
#define NAMES_PINS 512

struct names_pin {
    struct mxc_address address;
    uint32_t name;
    uint64_t until_ms;
};

/* What a server was asked last in each slot. */
struct names_sent {
    bool open;
    struct mxc_dns_try try;
    uint8_t bytes[MXC_DNS_QUERY_ROOM];
    unsigned id, type;
    char name[256]; /* in the case that was sent */
};

struct names_world {
    struct mxc_resolver *resolver;
    uint64_t now_ms, random;
    size_t asks; /* so many; the port of each is its number */
    bool expects[NAMES_ASKS], told[NAMES_ASKS];
    bool stream[NAMES_ASKS];
    size_t limit[NAMES_ASKS];
    size_t pin_count;
    struct names_pin pins[NAMES_PINS];
    struct names_sent sent[MXC_RESOLVER_SLOTS];
};

void names_begin(struct names_world *world);

/* The guest says that. */
void names_ask(struct names_world *world, const uint8_t *bytes, size_t size, bool stream);

/* The server of a slot says that. */
void names_say(struct names_world *world, uint32_t slot, const uint8_t *bytes, size_t size);

void names_pass(struct names_world *world, uint64_t ms);

/* Time enough for everything; whoever was to be answered must have been. */
void names_end(struct names_world *world);

#endif
