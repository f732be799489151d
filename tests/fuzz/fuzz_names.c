/* SPDX-License-Identifier: MIT */
/* A resolver whose guest and whose servers are the input. */
#include "fuzz_names.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* ---- the rules: "allowed.org" and below open addresses, "open.org" resolves, two others are denied */

static bool ends(const char *name, const char *end)
{
    size_t length = strlen(name), least = strlen(end);

    return length >= least && strcmp(name + length - least, end) == 0;
}

static bool is_pinned(const char *name)
{
    return strcmp(name, "allowed.org") == 0 || ends(name, ".allowed.org");
}

static void say_name(void *context, const char *name, struct mxc_name_ruling *out)
{
    (void)context;
    FUZZ_CHECK(mxc_dns_name_plain(name), name);
    for (const char *c = name; *c; c++)
        FUZZ_CHECK(*c < 'A' || *c > 'Z', name);
    *out = (struct mxc_name_ruling){ .rule = MXC_NO_RULE };
    if (is_pinned(name))
        out->pins[out->count++] = 3;
    out->denied = strcmp(name, "bad.org") == 0 || ends(name, ".denied.org");
    out->rule = out->denied ? 5 : MXC_NO_RULE;
    out->resolves = !out->denied && (out->count || strcmp(name, "open.org") == 0);
}

static enum mxc_why say_guard(void *context, const struct mxc_address *address)
{
    (void)context;
    return address->family == 4       ? (address->bytes[0] == 10    ? MXC_WHY_PRIVATE
                                         : address->bytes[0] == 127 ? MXC_WHY_LOOPBACK
                                                                    : MXC_WHY_NONE)
           : address->bytes[0] < 0x20 ? MXC_WHY_LOOPBACK
                                      : MXC_WHY_NONE;
}

static bool pin(void *context, const struct mxc_address *address, uint32_t name, uint64_t until_ms,
                uint64_t now_ms)
{
    struct names_world *world = context;

    FUZZ_CHECK(now_ms == world->now_ms && until_ms >= now_ms + 35000 && until_ms <= now_ms + 600000,
               NULL);
    if (world->pin_count == NAMES_PINS)
        return false;
    world->pins[world->pin_count++] = (struct names_pin){ *address, name, until_ms };
    return true;
}

static const char *say_denied(void *context, uint32_t index)
{
    static const char *const names[] = { "*.denied.org", "bad.org" };

    (void)context;
    return index < 2 ? names[index] : NULL;
}

static bool deny(void *context, const struct mxc_address *address, uint32_t index,
                 uint64_t until_ms, uint64_t now_ms)
{
    (void)context;
    FUZZ_CHECK(address->family == 4 || address->family == 6, NULL);
    FUZZ_CHECK(index == 1 && until_ms > now_ms, NULL);
    return true;
}

static void retire(void *context, const struct mxc_retiring *which, uint64_t until_ms,
                   uint64_t now_ms)
{
    const struct names_world *world = context;

    FUZZ_CHECK(which->name == 1 && (which->family == 4 || which->family == 6), NULL);
    FUZZ_CHECK(now_ms == world->now_ms && until_ms > now_ms, NULL);
}

/* ---- what the resolver does */

static void check_address(const struct names_world *world, const struct dns_seen *seen,
                          const char *text, const char *name)
{
    struct mxc_address address;

    FUZZ_CHECK(mxc_address_parse(text, &address), text);
    if (strcmp(name, "localhost") == 0 || ends(name, ".localhost")) {
        FUZZ_CHECK(strcmp(text, seen->type == DNS_A ? "127.0.0.1" : "::1") == 0, text);
        return;
    }
    FUZZ_CHECK(say_guard(NULL, &address) == MXC_WHY_NONE, text);
    FUZZ_CHECK(is_pinned(name) || strcmp(name, "open.org") == 0, name);
    for (size_t i = 0; is_pinned(name); i++) {
        FUZZ_CHECK(i < world->pin_count, text);
        if (mxc_address_same(&world->pins[i].address, &address) && world->pins[i].name == 3 &&
            world->pins[i].until_ms >= world->now_ms + seen->ttl * UINT64_C(1000) + 30000)
            break;
    }
}

static void hear_answer(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes,
                        size_t size)
{
    struct names_world *world = context;
    struct mxc_name_ruling ruling;
    struct dns_seen seen;
    char name[256];
    const char *fault = dns_look(bytes, size, &seen);
    size_t port = asker->guest.port;

    FUZZ_CHECK(!fault, fault);
    FUZZ_CHECK(port < world->asks && !world->told[port] && world->expects[port], "answered twice");
    FUZZ_CHECK((asker->stream != 0) == world->stream[port], NULL);
    FUZZ_CHECK(size <= (world->stream[port] ? MXC_DNS_ROOM : world->limit[port]), "size");
    world->told[port] = true;
    memcpy(name, seen.name, sizeof name);
    mxc_dns_name_lower(name);
    for (size_t i = 0; i < seen.address_count; i++)
        check_address(world, &seen, seen.addresses[i], name);
    for (size_t i = 0; i < seen.chain_count; i++) {
        say_name(NULL, seen.chain[i], &ruling);
        FUZZ_CHECK(!ruling.denied, seen.chain[i]);
    }
    FUZZ_CHECK(!seen.address_count || (seen.ttl >= 5 && seen.ttl <= 300), "time");
    FUZZ_CHECK(seen.code == 0 || !seen.address_count, "addresses of an error");
}

static void hear_event(void *context, const struct mxc_net_event *event)
{
    struct mxc_net_event taken;

    (void)context;
    FUZZ_CHECK(mxc_net_event_take(event, sizeof *event, &taken), NULL);
    FUZZ_CHECK(memcmp(event, &taken, sizeof taken) == 0, event->name);
    FUZZ_CHECK(event->kind == MXC_NET_NAME_REFUSED || event->kind == MXC_NET_NAME_GUARDED ||
                   event->kind == MXC_NET_NAME_UNRESOLVED || event->kind == MXC_NET_LIMITED,
               NULL);
}

/* Nothing but what we would write ourselves for that name. */
static bool hear_try(void *context, const struct mxc_dns_try *try)
{
    struct names_world *world = context;
    struct names_sent *sent = &world->sent[try->slot];
    struct mxc_name_ruling ruling;
    struct dns_bytes want;
    struct dns_seen seen;
    char name[256];
    const char *fault;

    FUZZ_CHECK(try->slot < MXC_RESOLVER_SLOTS && try->server < 2, NULL);
    FUZZ_CHECK(try->size <= sizeof sent->bytes, NULL);
    fault = dns_look(try->bytes, try->size, &seen);
    FUZZ_CHECK(!fault, fault);
    FUZZ_CHECK(seen.type == DNS_A || seen.type == DNS_AAAA, NULL);
    memcpy(name, seen.name, sizeof name);
    mxc_dns_name_lower(name);
    say_name(NULL, name, &ruling);
    FUZZ_CHECK(ruling.resolves || (strcmp(name, "bad.org") == 0 && try->slot >= MXC_RESOLVER_GUEST),
               name);
    dns_begin(&want, seen.id, DNS_RD);
    dns_ask(&want, seen.name, seen.type);
    if (seen.edns)
        dns_edns(&want, 1232, 0);
    FUZZ_CHECK(want.size == try->size && memcmp(want.bytes, try->bytes, try->size) == 0, name);
    memcpy(sent->bytes, try->bytes, try->size);
    sent->try = *try;
    sent->id = seen.id;
    sent->type = seen.type;
    memcpy(sent->name, seen.name, sizeof sent->name);
    sent->open = true;
    return true;
}

static void hear_close(void *context, uint32_t slot)
{
    struct names_world *world = context;

    world->sent[slot].open = false;
}

static void give_random(void *context, uint8_t *out, size_t size)
{
    struct names_world *world = context;

    while (size--) {
        world->random = world->random * 6364136223846793005U + 1442695040888963407U;
        *out++ = (uint8_t)(world->random >> 56);
    }
}

/* ---- what is done to it */

void names_begin(struct names_world *world)
{
    const struct mxc_resolver_options options = {
        .judge = { world, say_name, say_guard, pin, say_denied, deny, retire },
        .ways = { world, hear_answer, hear_event, hear_try, hear_close, give_random },
        .servers = 2,
        .timeout_s = 1,
        .attempts = 2,
    };

    memset(world, 0, sizeof *world);
    world->now_ms = 1000000;
    world->resolver = mxc_resolver_new(&options);
    FUZZ_CHECK(world->resolver, NULL);
    names_pass(world, 0);
}

void names_pass(struct names_world *world, uint64_t ms)
{
    world->now_ms += ms;
    FUZZ_CHECK(mxc_resolver_tick(world->resolver, world->now_ms) > world->now_ms, NULL);
}

/* A copy of its own size, so that reading beyond it is seen. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    FUZZ_CHECK(copy, NULL);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

void names_ask(struct names_world *world, const uint8_t *bytes, size_t size, bool stream)
{
    struct mxc_dns_asker asker = { .stream = stream };
    uint8_t *copy;
    struct mxc_dns_query query;

    if (world->asks == NAMES_ASKS)
        return;
    copy = copy_of(bytes, size);
    asker.guest.port = (uint16_t)world->asks;
    world->stream[world->asks] = stream;
    world->expects[world->asks] = size >= 12 && !(bytes[2] & 0x80);
    (void)mxc_dns_query_read(copy, size, &query);
    FUZZ_CHECK(query.datagram >= 512, NULL);
    world->limit[world->asks] = query.datagram < 1232 ? query.datagram : 1232;
    world->asks++;
    FUZZ_CHECK(mxc_resolver_ask(world->resolver, copy, size, &asker, world->now_ms) ==
                   world->expects[world->asks - 1],
               NULL);
    free(copy);
    names_pass(world, 0);
}

void names_say(struct names_world *world, uint32_t slot, const uint8_t *bytes, size_t size)
{
    struct mxc_dns_try from = world->sent[slot].try;
    uint8_t *copy = copy_of(bytes, size);

    from.slot = slot;
    from.bytes = copy;
    from.size = size;
    mxc_resolver_receive(world->resolver, &from, world->now_ms);
    free(copy);
    names_pass(world, 0);
}

void names_end(struct names_world *world)
{
    for (int i = 0; i < 10; i++)
        names_pass(world, 500);
    for (size_t i = 0; i < world->asks; i++)
        FUZZ_CHECK(world->told[i] == world->expects[i], "nobody answered");
    mxc_resolver_free(world->resolver);
    for (size_t i = 0; i < MXC_RESOLVER_SLOTS; i++)
        FUZZ_CHECK(!world->sent[i].open, "open at the end");
}
