/* SPDX-License-Identifier: MIT */
/* A resolver with a scripted world around it. */
#include "resolver_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static bool ends(const char *name, const char *end)
{
    size_t length = strlen(name), least = strlen(end);

    return length >= least && strcmp(name + length - least, end) == 0;
}

static const char *say_denied(void *context, uint32_t index)
{
    const struct rig *rig = context;

    return rig->denied ? rig->denied[index] : NULL;
}

static void say_name(void *context, const char *name, struct mxc_name_ruling *out)
{
    *out = (struct mxc_name_ruling){ .rule = MXC_NO_RULE };
    if (strcmp(name, "allowed.org") == 0 || ends(name, ".allowed.org"))
        out->pins[out->count++] = ends(name, ".allowed.org") ? 2 : 1;
    if (ends(name, ".denied.org")) {
        out->denied = true;
        out->rule = 7;
    }
    for (uint32_t i = 0; say_denied(context, i); i++)
        if (strcmp(name, say_denied(context, i)) == 0) {
            out->denied = true;
            out->rule = 8;
        }
    out->resolves = !out->denied && (out->count || ends(name, "open.org"));
}

static enum mxc_why say_guard(void *context, const struct mxc_address *address)
{
    (void)context;
    if (address->family != 4)
        return MXC_WHY_NONE;
    return address->bytes[0] == 10    ? MXC_WHY_PRIVATE
           : address->bytes[0] == 127 ? MXC_WHY_LOOPBACK
                                      : MXC_WHY_NONE;
}

static bool pin(void *context, const struct mxc_address *address, uint32_t name, uint64_t until_ms,
                uint64_t now_ms)
{
    struct rig *rig = context;
    struct rig_pin *item = &rig->pins[rig->pin_count];

    assert_int_equal(now_ms, rig->now_ms);
    if (rig->full)
        return false;
    assert_true(++rig->pin_count < RIG_MANY);
    mxc_address_text(address, item->address);
    item->name = name;
    item->until_ms = until_ms;
    return true;
}

static bool deny(void *context, const struct mxc_address *address, uint32_t index,
                 uint64_t until_ms, uint64_t now_ms)
{
    return pin(context, address, 100 + index, until_ms, now_ms);
}

static void retire(void *context, const struct mxc_retiring *which, uint64_t until_ms,
                   uint64_t now_ms)
{
    struct rig *rig = context;

    assert_int_equal(now_ms, rig->now_ms);
    assert_true(rig->retired_count < RIG_MANY);
    rig->retired[rig->retired_count++] = (struct rig_retired){ *which, until_ms };
}

static void hear_answer(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes,
                        size_t size)
{
    struct rig *rig = context;
    struct rig_answer *answer = &rig->answers[rig->answer_count++];

    assert_true(rig->answer_count < RIG_MANY);
    answer->asker = *asker;
    answer->size = size;
    assert_null(dns_look(bytes, size, &answer->seen));
}

static void hear_event(void *context, const struct mxc_net_event *event)
{
    struct rig *rig = context;
    struct mxc_net_event taken;

    assert_true(mxc_net_event_take(event, sizeof *event, &taken));
    assert_memory_equal(event, &taken, sizeof taken);
    rig->events[rig->event_count++] = *event;
    assert_true(rig->event_count < RIG_MANY);
}

static bool hear_try(void *context, const struct mxc_dns_try *try)
{
    struct rig *rig = context;
    struct rig_sent *sent = &rig->sent[rig->sent_count];

    assert_true(try->server < 2 && try->slot < MXC_RESOLVER_SLOTS);
    if (rig->broken >> try->server & 1)
        return false;
    assert_true(++rig->sent_count < RIG_MANY);
    sent->try = *try;
    assert_true(try->size <= sizeof sent->bytes);
    memcpy(sent->bytes, try->bytes, try->size);
    sent->try.bytes = sent->bytes;
    assert_null(dns_look(sent->bytes, try->size, &sent->seen));
    rig->open[try->slot] = true;
    return true;
}

static void hear_close(void *context, uint32_t slot)
{
    struct rig *rig = context;

    rig->open[slot] = false;
}

static void give_random(void *context, uint8_t *out, size_t size)
{
    struct rig *rig = context;

    while (size--) {
        rig->random = rig->random * 6364136223846793005U + 1442695040888963407U;
        *out++ = (uint8_t)(rig->random >> 56);
    }
}

void rig_begin(struct rig *rig)
{
    const struct mxc_resolver_options options = {
        .judge = { rig, say_name, say_guard, pin, say_denied, deny, retire },
        .ways = { rig, hear_answer, hear_event, hear_try, hear_close, give_random },
        .servers = 2,
        .timeout_s = 1,
        .attempts = 2,
    };

    rig->now_ms = 1000000;
    rig->resolver = mxc_resolver_new(&options);
    assert_non_null(rig->resolver);
    rig_pass(rig, 0);
}

void rig_end(struct rig *rig)
{
    mxc_resolver_free(rig->resolver);
    for (size_t i = 0; i < MXC_RESOLVER_SLOTS; i++)
        assert_false(rig->open[i]);
}

void rig_pass(struct rig *rig, uint64_t ms)
{
    rig->now_ms += ms;
    assert_true(mxc_resolver_tick(rig->resolver, rig->now_ms) > rig->now_ms);
}

void rig_ask_bytes(struct rig *rig, const struct dns_bytes *query, unsigned port)
{
    const struct mxc_dns_asker asker = { { 4, { 0 }, (uint16_t)port }, 0 };

    mxc_resolver_ask(rig->resolver, query->bytes, query->size, &asker, rig->now_ms);
    rig_pass(rig, 0);
}

void rig_ask(struct rig *rig, const char *name, unsigned type)
{
    struct dns_bytes query;
    unsigned port = type;

    for (const char *c = name; *c; c++)
        port = port * 31 + (unsigned char)*c;
    dns_begin(&query, 0x7777, DNS_RD);
    dns_ask(&query, name, type);
    dns_edns(&query, 4096, 0);
    rig_ask_bytes(rig, &query, port);
}

void rig_reply(struct rig *rig, struct dns_bytes *out, unsigned flags)
{
    const struct dns_seen *seen = &rig_sent(rig)->seen;

    dns_begin(out, seen->id, DNS_ANSWER | flags);
    dns_ask(out, seen->name, seen->type);
}

void rig_say(struct rig *rig, const struct dns_bytes *message)
{
    struct mxc_dns_try from = rig_sent(rig)->try;

    from.bytes = message->bytes;
    from.size = message->size;
    mxc_resolver_receive(rig->resolver, &from, rig->now_ms);
    rig_pass(rig, 0);
}

void rig_resolve(struct rig *rig, const char *name, unsigned type, uint32_t ttl,
                 const char *address)
{
    size_t before = rig->sent_count;
    struct dns_bytes message;

    rig_ask(rig, name, type);
    assert_int_equal(rig->sent_count, before + 1);
    rig_reply(rig, &message, 0);
    if (*address)
        dns_address(&message, name, ttl, address);
    else
        dns_soa(&message, "org", ttl, ttl);
    rig_say(rig, &message);
}

const struct rig_sent *rig_sent(const struct rig *rig)
{
    assert_true(rig->sent_count);
    return &rig->sent[rig->sent_count - 1];
}

const struct dns_seen *rig_seen(const struct rig *rig)
{
    assert_true(rig->answer_count);
    return &rig->answers[rig->answer_count - 1].seen;
}

const struct mxc_net_event *rig_event(const struct rig *rig)
{
    assert_true(rig->event_count);
    return &rig->events[rig->event_count - 1];
}
