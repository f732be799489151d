/* SPDX-License-Identifier: MIT */
/* Connections from ::1 of the host to 127.0.0.1 of the host, where libslirp takes them into the
 * guest. */
#include "net/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "net/publish.h"

/* How long nobody is accepted when there were no descriptors: asking again at once would never
 * end. */
#define REST_MS 1000

/* As net/stack.c has it for connections that libslirp accepts. */
#define NOT_TAKEN_MS 120000

/* Whoever closed his end for good is found by that, and not only when the guest says something. */
#define ALIVE_IDLE_S  60
#define ALIVE_AGAIN_S 15

enum { CLIENT, LISTENER };

void mxc_relay_init(struct mxc_relay *relay)
{
    relay->port_count = relay->pair_count = relay->polled_ports = relay->polled_pairs = 0;
    relay->rest_until_ms = 0;
    for (size_t i = 0; i < MXC_RELAY_MAX; i++)
        relay->pairs[i][CLIENT].fd = relay->pairs[i][LISTENER].fd = -1;
}

static int open_stream(int family)
{
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* ---- listening */

/* What is set here, accepted connections have from it. */
static int set_options(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        { SOL_SOCKET, SO_REUSEADDR, 1 }, /* connections of a run before may still linger */
        { SOL_SOCKET, SO_OOBINLINE, 1 }, /* urgent bytes stay where they are */
        { IPPROTO_TCP, TCP_NODELAY, 1 },
        { IPPROTO_TCP, TCP_USER_TIMEOUT, NOT_TAKEN_MS },
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_IDLE_S },
        { IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_AGAIN_S },
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int)) < 0)
            return -1;
    return 0;
}

static int listen_on_loopback(int fd, uint16_t port)
{
    const struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                                     .sin6_port = htons(port),
                                     .sin6_addr = in6addr_loopback };

    if (fd < 0 || set_options(fd) < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) < 0)
        return -1;
    return listen(fd, MXC_PUBLISH_WAITING);
}

int mxc_relay_listen(struct mxc_relay *relay, const struct mxc_net_publish *publish,
                     struct mxc_err *err)
{
    const struct mxc_address loopback = mxc_address_v6(in6addr_loopback.s6_addr);
    auto_close int fd = open_stream(AF_INET6);

    if (listen_on_loopback(fd, publish->host_port) < 0) {
        if (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL)
            return 0;
        return mxc_publish_fail(publish, &loopback, err);
    }
    relay->ports[relay->port_count++] =
        (struct mxc_relay_port){ .fd = mxc_take_fd(&fd), .port = publish->host_port };
    return 0;
}

/* ---- the beginning and the end of a connection */

/* The other side is to learn that this was no orderly end. */
static void reset(int fd)
{
    static const struct linger at_once = { .l_onoff = 1 };

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(fd);
}

static int dial_listener(uint16_t port)
{
    static const int yes = 1;
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    auto_close int fd = open_stream(AF_INET);

    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof yes) < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) < 0 && errno != EINPROGRESS)
        return -1;
    return mxc_take_fd(&fd);
}

static void add_pair(struct mxc_relay *relay, size_t port, int client, int listener)
{
    for (size_t i = 0; i < MXC_RELAY_MAX; i++) {
        struct mxc_relay_end *pair = relay->pairs[i];

        if (pair[CLIENT].fd >= 0)
            continue;
        /* Not connected yet: there is no room. */
        pair[CLIENT] = (struct mxc_relay_end){ .fd = client, .stuck = true };
        pair[LISTENER] = (struct mxc_relay_end){ .fd = listener };
        relay->port_of[i] = (uint8_t)port;
        relay->ports[port].pairs++;
        relay->pair_count++;
        return;
    }
}

static void accept_from(struct mxc_relay *relay, size_t port, uint64_t now_ms)
{
    int client = accept4(relay->ports[port].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    int listener;

    if (client < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            relay->rest_until_ms = now_ms + REST_MS;
        return;
    }
    listener = dial_listener(relay->ports[port].port);
    if (listener < 0)
        reset(client);
    else
        add_pair(relay, port, client, listener);
}

static void end_pair(struct mxc_relay *relay, size_t index, void (*end)(int fd))
{
    struct mxc_relay_end *pair = relay->pairs[index];

    for (int i = 0; i < 2; i++) {
        end(pair[i].fd);
        pair[i].fd = -1;
    }
    relay->ports[relay->port_of[index]].pairs--;
    relay->pair_count--;
}

static void close_one(int fd)
{
    (void)close(fd);
}

/* ---- what is said */

/* Carries what 'from' says to the other end, as much as that takes. False: the connection is
 * broken. */
static bool carry(struct mxc_relay *relay, struct mxc_relay_end *from, int to)
{
    ssize_t said = recv(from->fd, relay->chunk, sizeof relay->chunk, MSG_PEEK);
    ssize_t taken;

    if (said == 0) {
        from->ended = true;
        return shutdown(to, SHUT_WR) == 0;
    }
    from->stuck = false;
    if (said < 0)
        return errno == EAGAIN || errno == EINTR;
    taken = send(to, relay->chunk, (size_t)said, MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    from->stuck = taken < said;
    /* TCP throws bytes away by MSG_TRUNC, without copying them again. */
    return taken <= 0 || recv(from->fd, NULL, (size_t)taken, MSG_TRUNC) == taken;
}

static short wanted(const struct mxc_relay_end *end, const struct mxc_relay_end *other)
{
    short events = !end->ended && !end->stuck ? POLLIN : 0;

    return other->stuck && !other->ended ? events | POLLOUT : events;
}

/* False: the connection is broken. */
static bool handle_end(struct mxc_relay *relay, struct mxc_relay_end *end,
                       struct mxc_relay_end *other, short happened)
{
    short events = wanted(end, other);

    if (happened & (POLLERR | POLLNVAL))
        return false;
    /* Both directions are closed here, and poll() would say so for ever. */
    if ((happened & POLLHUP) && !events)
        end->gone = true;
    if ((happened & (POLLIN | POLLHUP)) && (events & POLLIN) && !carry(relay, end, other->fd))
        return false;
    return !(happened & POLLOUT) || !(events & POLLOUT) || carry(relay, other, end->fd);
}

static void handle_pair(struct mxc_relay *relay, size_t index, const struct pollfd *polls)
{
    struct mxc_relay_end *pair = relay->pairs[index];

    if (!handle_end(relay, &pair[CLIENT], &pair[LISTENER], polls[CLIENT].revents) ||
        !handle_end(relay, &pair[LISTENER], &pair[CLIENT], polls[LISTENER].revents))
        end_pair(relay, index, reset);
    else if (pair[CLIENT].ended && pair[LISTENER].ended)
        end_pair(relay, index, close_one);
}

/* ---- polling */

static struct pollfd poll_end(const struct mxc_relay_end *end, const struct mxc_relay_end *other)
{
    short events = wanted(end, other);

    return (struct pollfd){ .fd = events || !end->gone ? end->fd : -1, .events = events };
}

void mxc_relay_polls(struct mxc_relay *relay, struct pollfd *polls, size_t *count, uint64_t now_ms)
{
    const size_t share = relay->port_count ? MXC_RELAY_MAX / relay->port_count : 0;

    relay->polled_ports = relay->polled_pairs = 0;
    for (size_t i = 0; i < relay->port_count && now_ms >= relay->rest_until_ms; i++) {
        if (relay->ports[i].pairs >= share)
            continue;
        polls[(*count)++] = (struct pollfd){ .fd = relay->ports[i].fd, .events = POLLIN };
        relay->polled_port[relay->polled_ports++] = i;
    }
    for (size_t i = 0; i < MXC_RELAY_MAX && relay->polled_pairs < relay->pair_count; i++) {
        const struct mxc_relay_end *pair = relay->pairs[i];

        if (pair[CLIENT].fd < 0)
            continue;
        polls[(*count)++] = poll_end(&pair[CLIENT], &pair[LISTENER]);
        polls[(*count)++] = poll_end(&pair[LISTENER], &pair[CLIENT]);
        relay->polled[relay->polled_pairs++] = i;
    }
}

void mxc_relay_handle(struct mxc_relay *relay, const struct pollfd *polls, uint64_t now_ms)
{
    const struct pollfd *pairs = polls + relay->polled_ports;

    for (size_t i = 0; i < relay->polled_pairs; i++)
        handle_pair(relay, relay->polled[i], pairs + 2 * i);
    for (size_t i = 0; i < relay->polled_ports; i++)
        if (polls[i].revents)
            accept_from(relay, relay->polled_port[i], now_ms);
}
