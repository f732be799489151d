/* SPDX-License-Identifier: MIT */
/* The resolver of the sandbox: what the guest asks, and what it is told. */
#include "net/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"
#include "policy/url.h"

#define CACHE_ROOM 512

/* Questions that go to servers because of the guest: at once, and in a second. */
static const struct mxc_bucket_rate rate = { 100, 50 };

enum { TTL_LEAST = 5, TTL_MOST = 300, NEGATIVE_MOST = 60 };

#define GRACE_MS 30000

/* The whole must be over in about that time, however many servers there are. */
#define TRY_LEAST 500

/* ---- life */

static void set_patience(struct mxc_resolver *resolver, const struct mxc_resolver_options *options)
{
    uint64_t share;

    resolver->tries = (unsigned)options->servers * options->attempts;
    share = MXC_RESOLVER_PATIENCE_MS / resolver->tries;
    resolver->patience_ms = (uint64_t)options->timeout_s * 1000;
    if (resolver->patience_ms > share)
        resolver->patience_ms = share < TRY_LEAST ? TRY_LEAST : share;
}

struct mxc_resolver *mxc_resolver_new(const struct mxc_resolver_options *options)
{
    struct mxc_resolver *resolver = calloc(1, sizeof *resolver);

    if (!resolver)
        return NULL;
    resolver->judge = options->judge;
    resolver->ways = options->ways;
    resolver->servers = (uint32_t)options->servers;
    set_patience(resolver, options);
    for (uint32_t i = 0; i < MXC_RESOLVER_WAITING; i++)
        resolver->waiting[i].next = i + 1 < MXC_RESOLVER_WAITING ? i + 1 : MXC_RESOLVER_NOBODY;
    resolver->cache = mxc_dns_cache_new(CACHE_ROOM);
    if (resolver->cache && mxc_denials_init(resolver) == 0)
        return resolver;
    mxc_resolver_free(resolver);
    return NULL;
}

void mxc_resolver_free(struct mxc_resolver *resolver)
{
    if (!resolver)
        return;
    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++)
        if (resolver->flights[slot].busy)
            resolver->ways.close(resolver->ways.context, slot);
    mxc_dns_cache_free(resolver->cache);
    free(resolver->denied);
    free(resolver);
}

/* ---- answers */

struct mxc_net_event mxc_resolver_event(enum mxc_net_kind kind, enum mxc_why why, const char *name)
{
    struct mxc_net_event event = {
        .kind = kind, .count = 1, .why = (uint8_t)why, .rule = MXC_NO_RULE
    };

    memcpy(event.name, name, strlen(name) + 1);
    return event;
}

static void tell(struct mxc_resolver *resolver, const struct mxc_net_event *event)
{
    resolver->ways.tell(resolver->ways.context, event);
}

static void reply(struct mxc_resolver *resolver, const struct mxc_waiting *to,
                  const struct mxc_dns_reply *reply)
{
    uint8_t bytes[MXC_DNS_ROOM];
    size_t limit = to->query.datagram;

    if (limit > MXC_DNS_DATAGRAM)
        limit = MXC_DNS_DATAGRAM;
    if (to->asker.stream)
        limit = MXC_DNS_ROOM;
    resolver->ways.answer(resolver->ways.context, &to->asker, bytes,
                          mxc_dns_reply_write(&to->query, reply, limit, bytes));
}

static void reply_code(struct mxc_resolver *resolver, const struct mxc_waiting *to, int code)
{
    reply(resolver, to, &(struct mxc_dns_reply){ .code = code, .extended = MXC_DNS_EDE_NONE });
}

static void refuse_name(struct mxc_resolver *resolver, const struct mxc_waiting *to,
                        const char *name, uint32_t rule)
{
    bool denied = rule != MXC_NO_RULE;
    struct mxc_net_event event =
        mxc_resolver_event(MXC_NET_NAME_REFUSED, denied ? MXC_WHY_RULE : MXC_WHY_NAME, name);

    event.rule = rule;
    tell(resolver, &event);
    reply(resolver, to,
          &(struct mxc_dns_reply){ .code = MXC_DNS_REFUSED,
                                   .extended = MXC_DNS_EDE_BLOCKED,
                                   .text = denied ? "a rule of the sandbox denies this name"
                                                  : "no rule of the sandbox allows this name" });
}

static void refuse_more(struct mxc_resolver *resolver, const struct mxc_waiting *to,
                        const char *name)
{
    struct mxc_net_event event = mxc_resolver_event(MXC_NET_LIMITED, MXC_WHY_LIMIT, name);

    tell(resolver, &event);
    reply(resolver, to,
          &(struct mxc_dns_reply){ .code = MXC_DNS_REFUSED,
                                   .extended = MXC_DNS_EDE_OTHER,
                                   .text = "too many questions at once" });
}

static void leave_out(struct mxc_resolver *resolver, const char *name,
                      const struct mxc_address *address, enum mxc_why why)
{
    struct mxc_net_event event = mxc_resolver_event(
        why == MXC_WHY_LIMIT ? MXC_NET_LIMITED : MXC_NET_NAME_GUARDED, why, name);

    event.to = *address;
    tell(resolver, &event);
}

/* A name whose answer is on its way to somebody. */
struct naming {
    const char *name;
    const struct mxc_name_ruling *ruling;
    uint64_t until_ms, now_ms; /* of pins */
};

static bool pin_all(struct mxc_resolver *resolver, const struct naming *naming,
                    const struct mxc_address *address)
{
    for (uint32_t i = 0; i < naming->ruling->count; i++)
        if (!resolver->judge.pin(resolver->judge.context, address, naming->ruling->pins[i],
                                 naming->until_ms, naming->now_ms))
            return false;
    return true;
}

/* Leaves out what the guest may not be told, and pins the others. */
static void sift(struct mxc_resolver *resolver, const struct naming *naming,
                 struct mxc_dns_result *result)
{
    uint8_t kept = 0;

    for (unsigned i = 0; i < result->address_count; i++) {
        const struct mxc_address address = result->addresses[i];
        enum mxc_why why = resolver->judge.guard(resolver->judge.context, &address);

        if (why == MXC_WHY_NONE && !pin_all(resolver, naming, &address))
            why = MXC_WHY_LIMIT;
        if (why == MXC_WHY_NONE)
            result->addresses[kept++] = address;
        else
            leave_out(resolver, naming->name, &address, why);
    }
    result->address_count = kept;
    if (!kept)
        result->chain_count = 0;
}

/* The rule that denies a name on the way to the addresses. */
static uint32_t denying_rule(const struct mxc_resolver *resolver,
                             const struct mxc_dns_result *result)
{
    const char *link = result->chain;
    struct mxc_name_ruling ruling;

    for (unsigned i = 0; i < result->chain_count; i++, link += strlen(link) + 1) {
        resolver->judge.name(resolver->judge.context, link, &ruling);
        if (ruling.denied)
            return ruling.rule;
    }
    return MXC_NO_RULE;
}

/* Tells somebody a result that holds for 'ttl_s'. */
static void give(struct mxc_resolver *resolver, const struct mxc_waiting *to, const char *name,
                 const struct mxc_dns_result *result, uint64_t now_ms)
{
    struct mxc_dns_result copy = *result;
    struct mxc_dns_reply told = { .extended = MXC_DNS_EDE_NONE, .result = &copy };
    struct mxc_name_ruling ruling;
    struct naming naming = { name, &ruling, 0, now_ms };
    uint32_t rule = denying_rule(resolver, result);

    if (rule != MXC_NO_RULE) {
        refuse_name(resolver, to, name, rule);
        return;
    }
    resolver->judge.name(resolver->judge.context, name, &ruling);
    naming.until_ms = now_ms + (uint64_t)result->ttl_s * 1000 + GRACE_MS;
    sift(resolver, &naming, &copy);
    if (result->address_count && !copy.address_count)
        told.extended = MXC_DNS_EDE_FILTERED;
    told.text = "its addresses are closed to the sandbox";
    told.code = copy.code;
    told.ttl_s = copy.ttl_s;
    reply(resolver, to, &told);
}

static uint32_t bounded(uint32_t value, uint32_t most)
{
    return value < TTL_LEAST ? TTL_LEAST : value > most ? most : value;
}

/* ---- flights of the guest */

static void fail(struct mxc_resolver *resolver, const struct mxc_waiting *to)
{
    reply(resolver, to,
          &(struct mxc_dns_reply){ .code = MXC_DNS_SERVFAIL,
                                   .extended = MXC_DNS_EDE_NO_SERVER,
                                   .text = "no name server of the host gave an answer" });
}

void mxc_resolver_landed(struct mxc_resolver *resolver, struct mxc_flight *flight,
                         const struct mxc_dns_result *result, uint64_t now_ms)
{
    struct mxc_dns_result kept;

    if (result) {
        kept = *result;
        kept.ttl_s = bounded(kept.ttl_s, kept.address_count ? TTL_MOST : NEGATIVE_MOST);
        mxc_dns_cache_put(resolver->cache, &(struct mxc_dns_key){ flight->name, flight->type },
                          &kept, now_ms);
    }
    while (flight->first != MXC_RESOLVER_NOBODY) {
        uint32_t index = flight->first;
        struct mxc_waiting *waiting = &resolver->waiting[index];

        if (result)
            give(resolver, waiting, flight->name, &kept, now_ms);
        else
            fail(resolver, waiting);
        flight->first = waiting->next;
        waiting->next = resolver->spare;
        resolver->spare = index;
    }
}

/* The flight of the same question, or a free one; NULL when there is neither. */
static struct mxc_flight *find_flight(struct mxc_resolver *resolver, const char *name,
                                      uint16_t type)
{
    struct mxc_flight *spare = NULL;

    for (size_t i = 0; i < MXC_RESOLVER_GUEST; i++) {
        struct mxc_flight *flight = &resolver->flights[i];

        if (!flight->busy)
            spare = spare ? spare : flight;
        else if (flight->type == type && strcmp(flight->name, name) == 0)
            return flight;
    }
    return spare;
}

/* The guest asks again when it waits for long. */
static bool waits_already(const struct mxc_resolver *resolver, const struct mxc_flight *flight,
                          const struct mxc_waiting *who)
{
    for (uint32_t i = flight->first; i != MXC_RESOLVER_NOBODY; i = resolver->waiting[i].next) {
        const struct mxc_waiting *other = &resolver->waiting[i];

        if (other->query.id == who->query.id && other->asker.stream == who->asker.stream &&
            other->asker.guest.port == who->asker.guest.port &&
            other->asker.guest.version == who->asker.guest.version)
            return true;
    }
    return false;
}

static bool wait_for(struct mxc_resolver *resolver, struct mxc_flight *flight,
                     const struct mxc_waiting *who)
{
    uint32_t index = resolver->spare;

    if (index == MXC_RESOLVER_NOBODY)
        return false;
    resolver->spare = resolver->waiting[index].next;
    resolver->waiting[index] = *who;
    resolver->waiting[index].next = flight->first;
    flight->first = index;
    return true;
}

/* False when the question waits already: both get one answer. */
static bool look_up(struct mxc_resolver *resolver, const struct mxc_waiting *who, const char *name,
                    uint64_t now_ms)
{
    struct mxc_flight *flight = find_flight(resolver, name, who->query.type);

    if (flight && flight->busy) {
        if (waits_already(resolver, flight, who))
            return false;
        if (!wait_for(resolver, flight, who))
            refuse_more(resolver, who, name);
        return true;
    }
    if (!flight || resolver->spare == MXC_RESOLVER_NOBODY ||
        !mxc_bucket_take(&resolver->bucket, &rate, now_ms)) {
        refuse_more(resolver, who, name);
        return true;
    }
    flight->first = MXC_RESOLVER_NOBODY;
    flight->type = who->query.type;
    memcpy(flight->name, name, strlen(name) + 1);
    (void)wait_for(resolver, flight, who);
    mxc_flight_begin(resolver, (uint32_t)(flight - resolver->flights), now_ms);
    return true;
}

/* ---- questions */

static void give_localhost(struct mxc_resolver *resolver, const struct mxc_waiting *to)
{
    static const uint8_t v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
    struct mxc_dns_result result = { .ttl_s = TTL_MOST };
    const struct mxc_dns_reply told = { .extended = MXC_DNS_EDE_NONE,
                                        .result = &result,
                                        .ttl_s = TTL_MOST };

    result.addresses[0] = to->query.type == MXC_DNS_A ? mxc_address_v4(v4) : mxc_address_v6(v6);
    result.address_count = to->query.type == MXC_DNS_A || to->query.type == MXC_DNS_AAAA;
    reply(resolver, to, &told);
}

/* A name that the rules resolve. False as of look_up(). */
static bool give_addresses(struct mxc_resolver *resolver, const struct mxc_waiting *to,
                           const char *name, uint64_t now_ms)
{
    const struct mxc_dns_key key = { name, to->query.type };
    const struct mxc_dns_result *known;
    struct mxc_dns_result copy;
    uint64_t left_ms;

    known = mxc_dns_cache_find(resolver->cache, &key, now_ms, &left_ms);
    if (!known)
        return look_up(resolver, to, name, now_ms);
    copy = *known;
    copy.ttl_s = bounded((uint32_t)(left_ms / 1000), TTL_MOST);
    give(resolver, to, name, &copy, now_ms);
    return true;
}

/* Types that are no records but orders (RFC 6895). */
static bool is_order(uint16_t type)
{
    return type == 0 || type == MXC_DNS_OPT || (type >= 128 && type <= MXC_DNS_ANY);
}

static bool answer(struct mxc_resolver *resolver, const struct mxc_waiting *to, uint64_t now_ms)
{
    const struct mxc_dns_query *query = &to->query;
    struct mxc_name_ruling ruling;
    char name[MXC_DNS_NAME];

    memcpy(name, query->name, sizeof name);
    mxc_dns_name_lower(name);
    if (query->kind == MXC_DNS_NAME_PLAIN && mxc_host_name_is_local(name)) {
        give_localhost(resolver, to);
        return true;
    }
    memset(&ruling, 0, sizeof ruling);
    ruling.rule = MXC_NO_RULE;
    if (query->kind == MXC_DNS_NAME_PLAIN)
        resolver->judge.name(resolver->judge.context, name, &ruling);
    if (!ruling.resolves)
        refuse_name(resolver, to, name, ruling.denied ? ruling.rule : MXC_NO_RULE);
    else if (query->type == MXC_DNS_A || query->type == MXC_DNS_AAAA)
        return give_addresses(resolver, to, name, now_ms);
    else
        reply_code(resolver, to, MXC_DNS_NOERROR);
    return true;
}

bool mxc_resolver_ask(struct mxc_resolver *resolver, const uint8_t *query, size_t size,
                      const struct mxc_dns_asker *asker, uint64_t now_ms)
{
    struct mxc_waiting who = { .asker = *asker };
    int code = mxc_dns_query_read(query, size, &who.query);

    if (code < 0)
        return false;
    if (code != MXC_DNS_NOERROR)
        reply_code(resolver, &who, code);
    else if (is_order(who.query.type))
        reply_code(resolver, &who, MXC_DNS_NOTIMP);
    else if (who.query.class != MXC_DNS_IN || who.query.type == MXC_DNS_PTR)
        reply_code(resolver, &who, MXC_DNS_REFUSED);
    else
        return answer(resolver, &who, now_ms);
    return true;
}
