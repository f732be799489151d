/* SPDX-License-Identifier: MIT */
/* Questions on their way to servers: tries, one after the other, until one is answered or the time
 * is over. */
#include <string.h>

#include "net/resolver_parts.h"

#define STRAYS_MOST 16

/* Letters in a case that only the server knows which was asked (the other half of proof, beside id
 * and port). */
static void shuffle_case(char *name, const uint8_t *bits)
{
    for (size_t i = 0; name[i]; i++)
        if (name[i] >= 'a' && name[i] <= 'z' && bits[i / 8] >> i % 8 & 1)
            name[i] = (char)(name[i] - 'a' + 'A');
}

static void write_question(struct mxc_resolver *resolver, struct mxc_flight *flight)
{
    struct mxc_dns_question question = { .type = flight->type, .edns = flight->edns };
    uint8_t random[2 + (MXC_DNS_NAME + 7) / 8];

    resolver->ways.random(resolver->ways.context, random, sizeof random);
    question.id = (uint16_t)(random[0] << 8 | random[1]);
    memcpy(question.name, flight->name, sizeof question.name);
    shuffle_case(question.name, random + 2);
    flight->asked_size = (uint16_t)mxc_dns_query_write(&question, flight->asked);
}

static void land(struct mxc_resolver *resolver, uint32_t slot, const struct mxc_dns_result *result,
                 uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];

    flight->busy = false;
    resolver->ways.close(resolver->ways.context, slot);
    if (slot < MXC_RESOLVER_GUEST)
        mxc_resolver_landed(resolver, flight, result, now_ms);
    else
        mxc_denials_landed(resolver, flight, result, now_ms);
}

/* Asks the present server. */
static bool send_try(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];
    struct mxc_dns_try try = { .slot = slot, .server = flight->server, .stream = flight->stream };

    write_question(resolver, flight);
    try.bytes = flight->asked;
    try.size = flight->asked_size;
    flight->strays = 0;
    flight->try_ms = now_ms + resolver->patience_ms * (flight->stream ? 2 : 1);
    if (flight->try_ms > flight->deadline_ms)
        flight->try_ms = flight->deadline_ms;
    return resolver->ways.send(resolver->ways.context, &try);
}

/* The next server that can be asked; none is left: the end. */
static void try_next(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];

    while (flight->tries < resolver->tries && now_ms < flight->deadline_ms) {
        flight->server = (resolver->best + flight->tries) % resolver->servers;
        flight->tries++;
        flight->stream = false;
        if (send_try(resolver, slot, now_ms))
            return;
    }
    land(resolver, slot, NULL, now_ms);
}

/* The same server, in another way; each way is tried once for a try. */
static void try_again(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    if (now_ms >= resolver->flights[slot].deadline_ms || !send_try(resolver, slot, now_ms))
        try_next(resolver, slot, now_ms);
}

void mxc_flight_begin(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];

    flight->busy = true;
    flight->edns = true;
    flight->tries = 0;
    flight->deadline_ms = now_ms + MXC_RESOLVER_PATIENCE_MS;
    try_next(resolver, slot, now_ms);
}

static void by_stream(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];
    bool was = flight->stream;

    flight->stream = true;
    if (was)
        try_next(resolver, slot, now_ms);
    else
        try_again(resolver, slot, now_ms);
}

static void without_edns(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];
    bool was = flight->edns;

    flight->edns = false;
    if (was)
        try_again(resolver, slot, now_ms);
    else
        try_next(resolver, slot, now_ms);
}

/* Who floods us with guesses cannot do so over TCP; there a stray is the server's own fault. */
static void stray(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    struct mxc_flight *flight = &resolver->flights[slot];

    if (flight->stream || ++flight->strays == STRAYS_MOST)
        by_stream(resolver, slot, now_ms);
}

void mxc_resolver_receive(struct mxc_resolver *resolver, const struct mxc_dns_try *from,
                          uint64_t now_ms)
{
    struct mxc_flight *flight;
    struct mxc_dns_asked asked;
    struct mxc_dns_result result;

    if (from->slot >= MXC_RESOLVER_SLOTS || !resolver->flights[from->slot].busy)
        return;
    flight = &resolver->flights[from->slot];
    if (from->server != flight->server || from->stream != flight->stream)
        return;
    asked = (struct mxc_dns_asked){ flight->asked, flight->asked_size, !flight->stream,
                                    from->slot < MXC_RESOLVER_GUEST ? NULL : &resolver->all };
    switch (mxc_dns_answer_read(from->bytes, from->size, &asked, &result)) {
    case MXC_DNS_STRAY:
        stray(resolver, from->slot, now_ms);
        break;
    case MXC_DNS_RECASED:
    case MXC_DNS_CUT:
        by_stream(resolver, from->slot, now_ms);
        break;
    case MXC_DNS_NO_EDNS:
        without_edns(resolver, from->slot, now_ms);
        break;
    case MXC_DNS_FAILED:
        try_next(resolver, from->slot, now_ms);
        break;
    case MXC_DNS_ANSWERED:
        resolver->best = flight->server;
        land(resolver, from->slot, &result, now_ms);
        break;
    }
}

void mxc_resolver_failed(struct mxc_resolver *resolver, uint32_t slot, uint64_t now_ms)
{
    if (slot < MXC_RESOLVER_SLOTS && resolver->flights[slot].busy)
        try_next(resolver, slot, now_ms);
}

uint64_t mxc_resolver_tick(struct mxc_resolver *resolver, uint64_t now_ms)
{
    uint64_t next = MXC_RESOLVER_NEVER, denials;

    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++)
        if (resolver->flights[slot].busy && resolver->flights[slot].try_ms <= now_ms)
            try_next(resolver, slot, now_ms);
    denials = mxc_denials_tick(resolver, now_ms);
    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++)
        if (resolver->flights[slot].busy && resolver->flights[slot].try_ms < next)
            next = resolver->flights[slot].try_ms;
    return denials < next ? denials : next;
}
