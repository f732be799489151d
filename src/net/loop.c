/* SPDX-License-Identifier: MIT */
/* One poll for everything: the guest's frames, libslirp's sockets, the resolver's, changes of the
 * host's addresses, and the executor. */
#include "net/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/echo.h"
#include "net/filter.h"
#include "net/names.h"
#include "net/own.h"
#include "net/place.h"
#include "net/relay.h"
#include "net/sockets.h"
#include "net/stack.h"

/* Sockets of libslirp, one a flow, and ours; see net/sockets.h. */
#define POLLS MXC_SOCKETS_MAX

/* Frames that are read before anybody else has a turn. */
#define BATCH 64

/* How often idle flows are looked for, and events counted that were not told. */
#define TICK_MS 1000

/* An Ethernet header more than the largest packet. */
#define FRAME_MAX (14 + 65535)

enum { AT_DEVICE, AT_CONTROL, AT_OWN, AT_OTHERS };

_Static_assert(AT_OTHERS + MXC_ECHO_MAX + MXC_RELAY_POLLS < POLLS,
               "what is added without looking has room");

struct mxc_loop {
    struct mxc_stack *stack;
    struct mxc_filter *filter;
    struct mxc_names *names;
    struct mxc_known known;
    struct mxc_pins *pins;
    struct mxc_live live;
    struct mxc_own own;
    int device; /* -1: gone, with the sandbox */
    int control;
    uint64_t now_ms;
    uint64_t tick_ms; /* when the filter is to be told of the time again */
    uint64_t lost;    /* events that the executor had no room for */
    bool ending;
    struct mxc_filter_out out;
    struct mxc_echo echo;
    struct mxc_relay relay;
    size_t relay_at; /* its first entry in 'polls' */
    struct pollfd polls[POLLS];
    uint8_t frame[FRAME_MAX];
};

static uint64_t read_clock(clockid_t clock, uint64_t unit_ns)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec) / unit_ns;
}

/* False when it has no room; in the end it listens, or ends us. */
static bool say(const struct mxc_loop *loop, const struct mxc_net_event *event)
{
    struct mxc_net_message message = { .kind = MXC_NET_EVENT, .event = *event };

    message.event.time_ns = read_clock(CLOCK_REALTIME, 1);
    return send(loop->control, &message, sizeof message,
                MSG_NOSIGNAL | (loop->ending ? 0 : MSG_DONTWAIT)) == sizeof message;
}

/* An executor that does not listen learns how much it missed. */
static bool say_lost(struct mxc_loop *loop)
{
    struct mxc_net_event event = { .kind = MXC_NET_UNTOLD, .rule = MXC_NO_RULE };

    event.count = loop->lost < UINT32_MAX ? (uint32_t)loop->lost : UINT32_MAX;
    if (loop->lost && say(loop, &event))
        loop->lost -= event.count;
    return !loop->lost;
}

static void tell(void *context, const struct mxc_net_event *event)
{
    struct mxc_loop *loop = context;
    struct mxc_net_event told = *event;
    const char *name = *event->name ? NULL : mxc_known_find(&loop->known, &event->to);

    if (name)
        memcpy(told.name, name, strlen(name) + 1);
    if (!say_lost(loop) || !say(loop, &told))
        loop->lost += told.count;
}

/* A full device loses the frame, as a full network does. */
static void write_frame(struct mxc_loop *loop, const uint8_t *frame, size_t length)
{
    if (loop->device >= 0)
        (void)!write(loop->device, frame, length);
}

static void write_answer(void *context, const uint8_t *frame, size_t length)
{
    write_frame(context, frame, length);
}

static void send_to_guest(void *context, const uint8_t *frame, size_t length)
{
    struct mxc_loop *loop = context;

    if (mxc_filter_in(loop->filter, frame, length, loop->now_ms) == MXC_FRAME_PASS)
        write_frame(loop, frame, length);
}

static int no_memory(struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, ENOMEM, "mxc-net", "out of memory");
}

static int refresh_own(struct mxc_loop *loop, struct mxc_err *err)
{
    bool changed;

    if (mxc_own_refresh(&loop->own, &changed, err) < 0)
        return -1;
    if (changed)
        mxc_filter_recheck(loop->filter, NULL, loop->now_ms);
    return 0;
}

static int make_filter(struct mxc_loop *loop, const struct mxc_ruleset *rules,
                       const struct mxc_net_setup *setup, struct mxc_err *err)
{
    uint16_t published[MXC_NET_PUBLISH_MAX];
    struct mxc_filter_options options = { .guest_mac = MXC_NET_GUEST_MAC,
                                          .rules = rules,
                                          .live = &loop->live,
                                          .published = published,
                                          .published_count = setup->publish_count,
                                          .tell = tell,
                                          .context = loop };

    for (size_t i = 0; i < setup->publish_count; i++)
        published[i] = setup->publish[i].port;
    if (getrandom(&options.seed, sizeof options.seed, 0) != sizeof options.seed)
        return mxc_fail(err, MXC_BACKEND, errno, "getrandom", "cannot get a random number: %s",
                        strerror(errno));
    loop->filter = mxc_filter_new(&options);
    return loop->filter ? 0 : no_memory(err);
}

static int make_names(struct mxc_loop *loop, const struct mxc_ruleset *rules, struct mxc_err *err)
{
    const struct mxc_names_options options = { .rules = rules,
                                               .live = &loop->live,
                                               .pins = loop->pins,
                                               .filter = loop->filter,
                                               .known = &loop->known,
                                               .write = write_answer,
                                               .context = loop };

    return mxc_names_new(&options, &loop->names, err);
}

static int publish_all(struct mxc_loop *loop, const struct mxc_net_setup *setup,
                       struct mxc_err *err)
{
    for (size_t i = 0; i < setup->publish_count; i++)
        if (mxc_stack_publish(loop->stack, &setup->publish[i], err) < 0 ||
            (setup->publish[i].relayed &&
             mxc_relay_listen(&loop->relay, &setup->publish[i], err) < 0))
            return -1;
    return 0;
}

static int furnish(struct mxc_loop *loop, const struct mxc_ruleset *rules,
                   const struct mxc_net_setup *setup, struct mxc_err *err)
{
    loop->pins = mxc_pins_new(MXC_PINS_DEFAULT);
    if (!loop->pins)
        return no_memory(err);
    loop->live.pins = loop->pins;
    loop->live.own = &loop->own.spans;
    loop->control = MXC_NET_CONTROL_FD;
    loop->device = -1;
    mxc_echo_init(&loop->echo);
    mxc_relay_init(&loop->relay);
    loop->now_ms = read_clock(CLOCK_MONOTONIC, 1000000);
    if (make_filter(loop, rules, setup, err) < 0 || mxc_own_open(&loop->own, err) < 0 ||
        make_names(loop, rules, err) < 0)
        return -1;
    if (mxc_stack_new(setup->loopback, send_to_guest, loop, &loop->stack, err) < 0 ||
        publish_all(loop, setup, err) < 0)
        return -1;
    mxc_stack_introduce(loop->stack);
    return 0;
}

int mxc_loop_new(const struct mxc_ruleset *rules, const struct mxc_net_setup *setup,
                 struct mxc_loop **out, struct mxc_err *err)
{
    struct mxc_loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return no_memory(err);
    if (furnish(loop, rules, setup, err) < 0) {
        free(loop); /* the rest of it goes with the process, which ends */
        return -1;
    }
    *out = loop;
    return 0;
}

static void pass_on(struct mxc_loop *loop, size_t length)
{
    struct mxc_filter_out *out = &loop->out;

    switch (mxc_echo_take(&loop->echo, loop->frame, length, loop->now_ms)) {
    case MXC_ECHO_OTHER:
        mxc_stack_input(loop->stack, loop->frame, length);
        break;
    case MXC_ECHO_UNABLE:
        if (mxc_filter_unable(loop->filter, loop->frame, length, loop->now_ms, out) ==
            MXC_FRAME_REPLY)
            write_frame(loop, out->reply, out->reply_size);
        break;
    case MXC_ECHO_TAKEN:
        break;
    }
}

static void handle_frame(struct mxc_loop *loop, size_t length)
{
    struct mxc_filter_out *out = &loop->out;

    switch (mxc_filter_out(loop->filter, loop->frame, length, loop->now_ms, out)) {
    case MXC_FRAME_PASS:
        pass_on(loop, length);
        break;
    case MXC_FRAME_REPLY:
        write_frame(loop, out->reply, out->reply_size);
        break;
    case MXC_FRAME_RESOLVE:
        mxc_names_ask(loop->names, out, loop->now_ms);
        break;
    case MXC_FRAME_STREAM:
        mxc_names_hear(loop->names, loop->frame, length, loop->now_ms);
        break;
    case MXC_FRAME_DROP:
        break;
    }
}

/* The device ends with the sandbox's network namespace; the executor tells when that is the end of
 * the run. */
static void read_frames(struct mxc_loop *loop)
{
    for (int i = 0; i < BATCH; i++) {
        ssize_t got = read(loop->device, loop->frame, sizeof loop->frame);

        mxc_filter_crowd(loop->filter, mxc_stack_is_full(loop->stack));
        if (got < 0 && (errno == EAGAIN || errno == EINTR || errno == ENETDOWN))
            return;
        if (got <= 0) {
            (void)close(loop->device);
            loop->device = -1;
            return;
        }
        handle_frame(loop, (size_t)got);
    }
}

static int wait_all(struct mxc_loop *loop, struct mxc_err *err)
{
    size_t count = AT_OTHERS;
    int timeout = TICK_MS, ready;

    loop->polls[AT_DEVICE] = (struct pollfd){ .fd = loop->device, .events = POLLIN };
    loop->polls[AT_CONTROL] = (struct pollfd){ .fd = loop->control, .events = POLLIN };
    loop->polls[AT_OWN] = (struct pollfd){ .fd = loop->own.changes, .events = POLLIN };
    mxc_echo_polls(&loop->echo, loop->polls, &count, loop->now_ms);
    loop->relay_at = count;
    mxc_relay_polls(&loop->relay, loop->polls, &count, loop->now_ms);
    mxc_names_polls(loop->names, loop->polls, POLLS, &count, &timeout, loop->now_ms);
    mxc_stack_polls(loop->stack, loop->polls, POLLS, &count, &timeout);
    do
        ready = poll(loop->polls, count, timeout);
    while (ready < 0 && errno == EINTR);
    loop->now_ms = read_clock(CLOCK_MONOTONIC, 1000000);
    loop->live.now_ms = loop->now_ms;
    if (ready < 0)
        return mxc_fail(err, MXC_BACKEND, errno, "poll", "cannot wait for packets: %s",
                        strerror(errno));
    if (loop->now_ms >= loop->tick_ms) {
        mxc_filter_tick(loop->filter, loop->now_ms);
        loop->tick_ms = loop->now_ms + TICK_MS;
    }
    return 0;
}

/* Denied names whose servers do not answer must not keep a sandbox from starting. */
#define SETTLE_MS 5000

int mxc_loop_settle(struct mxc_loop *loop, struct mxc_err *err)
{
    uint64_t until_ms = loop->now_ms + SETTLE_MS;

    for (;;) {
        size_t count = 0;
        int timeout = TICK_MS;

        loop->now_ms = loop->live.now_ms = read_clock(CLOCK_MONOTONIC, 1000000);
        mxc_names_handle(loop->names, loop->polls, loop->now_ms);
        if (mxc_names_are_settled(loop->names) || loop->now_ms >= until_ms)
            return 0;
        mxc_names_polls(loop->names, loop->polls, POLLS, &count, &timeout, loop->now_ms);
        if (poll(loop->polls, count, timeout) < 0 && errno != EINTR)
            return mxc_fail(err, MXC_BACKEND, errno, "poll", "cannot wait for name servers: %s",
                            strerror(errno));
    }
}

int mxc_loop_run(struct mxc_loop *loop, int device, int control, struct mxc_err *err)
{
    loop->device = device;
    loop->control = control;
    for (;;) {
        if (wait_all(loop, err) < 0)
            return -1;
        if (loop->polls[AT_CONTROL].revents) { /* nothing more is said: it was closed */
            loop->ending = true;
            mxc_filter_free(loop->filter); /* tells what it has kept back */
            loop->filter = NULL;
            (void)say_lost(loop);
            return 0;
        }
        if (loop->polls[AT_OWN].revents && refresh_own(loop, err) < 0)
            return -1;
        mxc_echo_handle(&loop->echo, loop->polls + AT_OTHERS, send_to_guest, loop);
        mxc_relay_handle(&loop->relay, loop->polls + loop->relay_at, loop->now_ms);
        mxc_names_handle(loop->names, loop->polls, loop->now_ms);
        mxc_stack_handle(loop->stack, loop->polls);
        if (loop->polls[AT_DEVICE].revents)
            read_frames(loop);
    }
}
