/* SPDX-License-Identifier: MIT */
/* The resolver within mxc-net: its rules, its servers, and the guest that it answers. */
#include "net/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "net/resolver_rules.h"
#include "net/resolver_tcp.h"
#include "net/upstream.h"

/* Addresses of denied names that are kept: for each name so many, for long lists fewer. */
#define DENIED_SHARE 1024u
#define DENIED_LEAST 32u
#define DENIED_MOST  1048576u

/* An answer in a datagram, in its frame. */
#define FRAME_ROOM (MXC_DNS_DATAGRAM + 128)

struct mxc_names {
    struct mxc_names_options options;
    struct mxc_resolver_rules rules;
    struct mxc_resolver *resolver;
    struct mxc_resolver_tcp *tcp;
    struct mxc_upstream *upstream;
    uint64_t now_ms;
    uint64_t tick_ms; /* when the resolver is to be told of the time again */
};

static void write_frame(void *context, const uint8_t *frame, size_t size)
{
    struct mxc_names *names = context;

    names->options.write(names->options.context, frame, size);
}

static void answer(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes,
                   size_t size)
{
    struct mxc_names *names = context;
    uint8_t frame[FRAME_ROOM];
    size_t length;

    mxc_known_learn(names->options.known, bytes, size);
    if (asker->stream) {
        mxc_resolver_tcp_answer(names->tcp, asker, bytes, size, names->now_ms);
        return;
    }
    length =
        mxc_filter_answer(names->options.filter, &asker->guest, bytes, size, frame, sizeof frame);
    if (length)
        write_frame(names, frame, length);
}

static bool ask(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes, size_t size,
                uint64_t now_ms)
{
    struct mxc_names *names = context;

    return mxc_resolver_ask(names->resolver, bytes, size, asker, now_ms);
}

static void tell(void *context, const struct mxc_net_event *event)
{
    struct mxc_names *names = context;

    mxc_filter_tell(names->options.filter, event, names->now_ms);
}

static bool send_try(void *context, const struct mxc_dns_try *try)
{
    struct mxc_names *names = context;

    return mxc_upstream_send(names->upstream, try);
}

static void close_slot(void *context, uint32_t slot)
{
    struct mxc_names *names = context;

    mxc_upstream_close(names->upstream, slot);
}

/* As many bytes as this the kernel always gives; without them every answer could be guessed. */
static void give_random(void *context, uint8_t *out, size_t size)
{
    (void)context;
    if (getrandom(out, size, 0) != (ssize_t)size)
        abort();
}

static int make_resolver(struct mxc_names *names, const struct mxc_resolv_conf *conf,
                         struct mxc_err *err)
{
    const struct mxc_resolver_options options = {
        .judge = mxc_resolver_judge_of(&names->rules),
        .ways = { names, answer, tell, send_try, close_slot, give_random },
        .servers = conf->count,
        .timeout_s = conf->timeout_s,
        .attempts = conf->attempts,
    };
    const struct mxc_resolver_tcp_ways tcp = { names, write_frame, ask, give_random };

    names->resolver = mxc_resolver_new(&options);
    names->tcp = mxc_resolver_tcp_new(&tcp);
    return names->resolver && names->tcp
               ? 0
               : mxc_fail(err, MXC_BACKEND, ENOMEM, "mxc-net", "out of memory");
}

static struct mxc_pins *new_denied(uint32_t count)
{
    uint32_t share = DENIED_MOST / count;

    share = share > DENIED_SHARE ? DENIED_SHARE : share;
    return mxc_pins_new_shared(share < DENIED_LEAST ? DENIED_LEAST : share, count);
}

static int furnish(struct mxc_names *names, const struct mxc_names_options *options,
                   struct mxc_err *err)
{
    struct mxc_resolv_conf conf;

    names->options = *options;
    names->rules = (struct mxc_resolver_rules){ .rules = options->rules,
                                                .live = options->live,
                                                .pins = options->pins };
    if (options->rules->deny_names.count) {
        names->rules.denied = new_denied(options->rules->deny_names.count);
        if (!names->rules.denied)
            return mxc_fail(err, MXC_BACKEND, ENOMEM, "mxc-net", "out of memory");
        options->live->denied = names->rules.denied;
    }
    if (mxc_upstream_conf(&conf, err) < 0 || mxc_upstream_new(&conf, &names->upstream, err) < 0 ||
        make_resolver(names, &conf, err) < 0)
        return -1;
    return 0;
}

int mxc_names_new(const struct mxc_names_options *options, struct mxc_names **out,
                  struct mxc_err *err)
{
    struct mxc_names *names = calloc(1, sizeof *names);

    if (!names)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "mxc-net", "out of memory");
    if (furnish(names, options, err) < 0) {
        free(names); /* the rest of it goes with the process, which ends */
        return -1;
    }
    *out = names;
    return 0;
}

static void tick(struct mxc_names *names, uint64_t now_ms)
{
    uint64_t tcp_ms = mxc_resolver_tcp_tick(names->tcp, now_ms);

    if (names->rules.closed)
        mxc_filter_recheck(names->options.filter, NULL, now_ms);
    names->rules.closed = false;
    names->tick_ms = mxc_resolver_tick(names->resolver, now_ms);
    names->tick_ms = tcp_ms < names->tick_ms ? tcp_ms : names->tick_ms;
}

void mxc_names_ask(struct mxc_names *names, const struct mxc_filter_out *asked, uint64_t now_ms)
{
    const struct mxc_dns_asker asker = { .guest = asked->asker };

    names->now_ms = now_ms;
    (void)mxc_resolver_ask(names->resolver, asked->query, asked->query_size, &asker, now_ms);
    tick(names, now_ms);
}

void mxc_names_hear(struct mxc_names *names, const uint8_t *frame, size_t size, uint64_t now_ms)
{
    names->now_ms = now_ms;
    mxc_resolver_tcp_take(names->tcp, frame, size, now_ms);
    tick(names, now_ms);
}

void mxc_names_polls(struct mxc_names *names, struct pollfd *polls, size_t room, size_t *count,
                     int *timeout_ms, uint64_t now_ms)
{
    uint64_t left = names->tick_ms > now_ms ? names->tick_ms - now_ms : 0;

    mxc_upstream_polls(names->upstream, polls, room, count);
    if (*timeout_ms < 0 || left < (uint64_t)*timeout_ms)
        *timeout_ms = left < INT32_MAX ? (int)left : INT32_MAX;
}

void mxc_names_handle(struct mxc_names *names, const struct pollfd *polls, uint64_t now_ms)
{
    if (!mxc_upstream_is_busy(names->upstream) && now_ms < names->tick_ms)
        return;
    names->now_ms = now_ms;
    mxc_upstream_handle(names->upstream, polls, names->resolver, now_ms);
    tick(names, now_ms);
}

bool mxc_names_are_settled(const struct mxc_names *names)
{
    return mxc_resolver_is_settled(names->resolver);
}
