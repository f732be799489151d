/* SPDX-License-Identifier: MIT */
/* libslirp as the end of the guest's network: it speaks TCP, UDP and ICMP with the guest, and uses
 * ordinary sockets towards the world. */
#include "net/stack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/place.h"
#include "net/publish.h"
#include "net/sockets.h"
#include "net/wire.h"

#define TIMERS 4 /* it makes one, for router advertisements */

struct timer {
    SlirpTimerCb call;
    void *context;
    int64_t at_ms; /* INT64_MAX: not armed */
};

struct mxc_stack {
    Slirp *slirp;
    mxc_stack_send *send;
    void *context;
    struct timer timers[TIMERS];
    struct mxc_sockets sockets;
    int listeners[MXC_NET_PUBLISH_MAX];
    size_t listener_count;
    bool refused; /* during one call of mxc_stack_input(): by the guest */
    /* during one call of mxc_stack_polls() or mxc_stack_handle() */
    struct pollfd *polls;
    size_t room;
    size_t count;
    const struct pollfd *ready;
};

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- what libslirp calls */

static ssize_t send_packet(const void *frame, size_t length, void *opaque)
{
    struct mxc_stack *stack = opaque;

    stack->send(stack->context, frame, length);
    return (ssize_t)length;
}

/* What the guest does wrong concerns nobody. */
static void guest_error(const char *message, void *opaque)
{
    (void)message;
    (void)opaque;
}

static int64_t clock_get_ns(void *opaque)
{
    (void)opaque;
    return now_ns();
}

static void *timer_new(SlirpTimerCb call, void *context, void *opaque)
{
    struct mxc_stack *stack = opaque;

    for (size_t i = 0; i < TIMERS; i++) {
        if (stack->timers[i].call)
            continue;
        stack->timers[i] = (struct timer){ call, context, INT64_MAX };
        return &stack->timers[i];
    }
    abort(); /* it makes no more than it has kinds */
}

static void timer_free(void *timer, void *opaque)
{
    (void)opaque;
    *(struct timer *)timer = (struct timer){ .at_ms = INT64_MAX };
}

static void timer_mod(void *timer, int64_t at_ms, void *opaque)
{
    (void)opaque;
    ((struct timer *)timer)->at_ms = at_ms;
}

/* What is not taken within two minutes is not kept for longer, also after this process has
 * ended. */
static void enter_descriptor(int fd, void *opaque)
{
    struct mxc_stack *stack = opaque;
    const unsigned ms = 120000;

    mxc_sockets_add(&stack->sockets, fd);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms); /* fails for others */
}

/* Who connected to a published port was accepted before the guest was asked. When it has refused,
 * he learns that by a reset and not by an orderly end. */
static void leave_descriptor(int fd, void *opaque)
{
    static const struct linger at_once = { .l_onoff = 1 };
    struct mxc_stack *stack = opaque;

    mxc_sockets_remove(&stack->sockets, fd);
    if (stack->refused)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void ignore_notice(void *opaque)
{
    (void)opaque;
}

static const SlirpCb calls = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_get_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = enter_descriptor,
    .unregister_poll_fd = leave_descriptor,
    .notify = ignore_notice,
};

/* ---- making it */

/* The bound that net/confine.c will set. */
static size_t most_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > MXC_SOCKETS_MAX)
        return MXC_SOCKETS_MAX;
    return (size_t)limit.rlim_max;
}

int mxc_stack_new(bool loopback, mxc_stack_send *send, void *context, struct mxc_stack **out,
                  struct mxc_err *err)
{
    static const uint8_t host4[] = MXC_NET_GATEWAY4, resolver4[] = MXC_NET_RESOLVER4;
    static const uint8_t host6[16] = MXC_NET_GATEWAY6, resolver6[16] = MXC_NET_RESOLVER6;
    SlirpConfig config = {
        .version = 4,
        .in_enabled = true,
        .vnetmask.s_addr = htonl(0xffffffffu << (32 - MXC_NET_PREFIX4)),
        .in6_enabled = true,
        .vprefix_len = MXC_NET_PREFIX6,
        .if_mtu = MXC_NET_MTU,
        .if_mru = MXC_NET_MTU,
        .disable_host_loopback = !loopback,
        .disable_dns = true,
        .disable_dhcp = true,
    };
    struct mxc_stack *stack = calloc(1, sizeof *stack);

    if (!stack)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "slirp", "out of memory");
    memcpy(&config.vhost, host4, sizeof host4);
    memcpy(&config.vnameserver, resolver4, sizeof resolver4);
    memcpy(&config.vhost6, host6, sizeof host6);
    memcpy(&config.vnameserver6, resolver6, sizeof resolver6);
    memcpy(&config.vprefix_addr6, host6, MXC_NET_PREFIX6 / 8);
    config.vnetwork.s_addr = config.vhost.s_addr & config.vnetmask.s_addr;
    config.vdhcp_start = config.vhost; /* it asks for one, although nobody is answered */
    mxc_sockets_init(&stack->sockets, most_descriptors());
    stack->send = send;
    stack->context = context;
    stack->slirp = slirp_new(&config, &calls, stack);
    if (!stack->slirp) {
        free(stack);
        return mxc_fail(err, MXC_BACKEND, 0, "slirp", "cannot start libslirp %s",
                        slirp_version_string());
    }
    *out = stack;
    return 0;
}

union place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t fill_place(union place *out, unsigned family, const uint8_t *bytes, uint16_t port)
{
    *out = (union place){ .v6 = { 0 } };
    if (family == 4) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(port);
        memcpy(&out->v4.sin_addr, bytes, 4);
        return sizeof out->v4;
    }
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(port);
    memcpy(&out->v6.sin6_addr, bytes, 16);
    return sizeof out->v6;
}

/* The number that the next socket gets. */
static int next_descriptor(void)
{
    int fd = dup(STDIN_FILENO);

    if (fd >= 0)
        (void)close(fd);
    return fd;
}

int mxc_stack_publish(struct mxc_stack *stack, const struct mxc_net_publish *publish,
                      struct mxc_err *err)
{
    static const uint8_t guest4[] = MXC_NET_GUEST4, guest6[16] = MXC_NET_GUEST6;
    const unsigned family = publish->host.family;
    const int flags = family == 6 ? SLIRP_HOSTFWD_V6ONLY : 0;
    union place host, guest;
    socklen_t host_size = fill_place(&host, family, publish->host.bytes, publish->host_port);
    socklen_t guest_size = fill_place(&guest, family, family == 4 ? guest4 : guest6, publish->port);

    const int expected = next_descriptor();

    if (slirp_add_hostxfwd(stack->slirp, &host.any, host_size, &guest.any, guest_size, flags) < 0)
        return mxc_publish_fail(publish, &publish->host, err);
    /* It lets one connection wait; others would be slow to find out that it has taken that one. */
    if (listen(expected, MXC_PUBLISH_WAITING) < 0)
        return mxc_publish_fail(publish, &publish->host, err);
    stack->listeners[stack->listener_count++] = expected;
    return 0;
}

/* ---- using it */

bool mxc_stack_is_full(const struct mxc_stack *stack)
{
    return mxc_sockets_are_full(&stack->sockets);
}

/* Is it the reset that answers a SYN? RFC 9293 numbers that one zero. */
static bool is_refusal(const uint8_t *frame, size_t length)
{
    const bool v6 = mxc_get16(frame + 12) == MXC_ETHER_V6;
    const uint8_t *ip = frame + MXC_ETHER_SIZE, *tcp = ip + (v6 ? MXC_V6_SIZE : MXC_V4_SIZE);
    const uint8_t flags = MXC_TCP_RST | MXC_TCP_ACK;

    return length >= (size_t)(tcp - frame) + MXC_TCP_SIZE && ip[v6 ? 6 : 9] == MXC_IP_TCP &&
           (tcp[13] & flags) == flags && mxc_get32(tcp + 4) == 0;
}

void mxc_stack_input(struct mxc_stack *stack, const uint8_t *frame, size_t length)
{
    stack->refused = is_refusal(frame, length);
    slirp_input(stack->slirp, frame, (int)length);
    stack->refused = false;
}

static const struct {
    int slirp;
    short poll;
} words[] = {
    { SLIRP_POLL_IN, POLLIN },   { SLIRP_POLL_OUT, POLLOUT }, { SLIRP_POLL_PRI, POLLPRI },
    { SLIRP_POLL_ERR, POLLERR }, { SLIRP_POLL_HUP, POLLHUP },
};

static bool listens(const struct mxc_stack *stack, int fd)
{
    for (size_t i = 0; i < stack->listener_count; i++)
        if (stack->listeners[i] == fd)
            return true;
    return false;
}

/* When there are too many, who comes to a published port waits: accepting would fail, and the port
 * be ready still. */
static int add_poll(int fd, int events, void *opaque)
{
    struct mxc_stack *stack = opaque;
    struct pollfd *entry = &stack->polls[stack->count];

    if (stack->count == stack->room) /* the flows are bounded below that */
        return -1;
    if (mxc_stack_is_full(stack) && listens(stack, fd))
        return -1;
    *entry = (struct pollfd){ .fd = fd };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (events & words[i].slirp)
            entry->events |= words[i].poll;
    return (int)stack->count++;
}

static int get_events(int index, void *opaque)
{
    const struct mxc_stack *stack = opaque;
    int events = 0;

    if (index < 0)
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (stack->ready[index].revents & words[i].poll)
            events |= words[i].slirp;
    return events;
}

static int64_t next_timer(const struct mxc_stack *stack)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < TIMERS; i++)
        if (stack->timers[i].call && stack->timers[i].at_ms < next)
            next = stack->timers[i].at_ms;
    return next;
}

void mxc_stack_polls(struct mxc_stack *stack, struct pollfd *polls, size_t room, size_t *count,
                     int *timeout_ms)
{
    uint32_t timeout = *timeout_ms < 0 ? UINT32_MAX : (uint32_t)*timeout_ms;
    int64_t left = next_timer(stack);

    stack->polls = polls;
    stack->room = room;
    stack->count = *count;
    slirp_pollfds_fill(stack->slirp, &timeout, add_poll, stack);
    *count = stack->count;
    if (left != INT64_MAX) {
        left -= now_ns() / 1000000;
        if (left < (int64_t)timeout)
            timeout = left < 0 ? 0 : (uint32_t)left;
    }
    *timeout_ms = timeout > INT32_MAX ? -1 : (int)timeout;
}

void mxc_stack_handle(struct mxc_stack *stack, const struct pollfd *polls)
{
    int64_t now = now_ns() / 1000000;

    stack->ready = polls;
    slirp_pollfds_poll(stack->slirp, 0, get_events, stack);
    for (size_t i = 0; i < TIMERS; i++) {
        struct timer *timer = &stack->timers[i];

        if (!timer->call || timer->at_ms > now)
            continue;
        timer->at_ms = INT64_MAX;
        timer->call(timer->context);
    }
}
