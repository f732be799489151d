/* SPDX-License-Identifier: MIT */
/* The host's name servers, over sockets that are connected: the kernel drops what others send to
 * them. */
#include "net/upstream.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "net/dns_stream.h"

#define PORT      53
#define CONF_PATH "/etc/resolv.conf"
#define CONF_MAX  65536

/* Datagrams that are read from one socket before others have a turn. */
#define BATCH 16

struct server {
    struct sockaddr_storage address;
    socklen_t size;
};

/* One message on its way, and what comes back. */
struct channel {
    int fd; /* -1: none */
    uint32_t server, serial;
    bool stream;
    size_t polled;            /* one more than its place in the last poll(); 0: none */
    size_t unsent, out_size;  /* of 'out' */
    struct mxc_dns_stream in; /* its bytes are owned */
    uint8_t out[MXC_DNS_FRAME + MXC_DNS_QUERY_ROOM];
};

struct mxc_upstream {
    struct server servers[MXC_RESOLV_SERVERS];
    size_t count;
    uint32_t serial;
    size_t opened;
    struct channel channels[MXC_RESOLVER_SLOTS];
    uint8_t buffer[MXC_DNS_STREAM_ALL];
};

/* ---- who is asked */

int mxc_upstream_conf(struct mxc_resolv_conf *out, struct mxc_err *err)
{
    auto_close int fd = open(CONF_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    static char text[CONF_MAX]; /* read once */
    size_t size = 0;
    ssize_t got = 0;

    if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
        return mxc_fail(err, MXC_BACKEND, errno, CONF_PATH,
                        "cannot read which name servers the host has: %s", strerror(errno));
    while (fd >= 0 && size < CONF_MAX && (got = read(fd, text + size, CONF_MAX - size)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mxc_fail(err, MXC_BACKEND, errno, CONF_PATH,
                            "cannot read which name servers the host has: %s", strerror(errno));
        size += (size_t)got;
    }
    mxc_resolv_conf_read(text, size, out);
    return 0;
}

static unsigned scope_of(const char *scope)
{
    char *end;
    unsigned long number = strtoul(scope, &end, 10);

    return *scope && !*end && number <= UINT32_MAX ? (unsigned)number : if_nametoindex(scope);
}

static void set_server(struct server *out, const struct mxc_resolv_server *server)
{
    if (server->address.family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&out->address;

        v4->sin_family = AF_INET;
        v4->sin_port = htons(PORT);
        memcpy(&v4->sin_addr, server->address.bytes, sizeof v4->sin_addr);
        out->size = sizeof *v4;
    } else {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->address;

        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(PORT);
        memcpy(&v6->sin6_addr, server->address.bytes, sizeof v6->sin6_addr);
        v6->sin6_scope_id = scope_of(server->scope);
        out->size = sizeof *v6;
    }
}

int mxc_upstream_new(const struct mxc_resolv_conf *conf, struct mxc_upstream **out,
                     struct mxc_err *err)
{
    struct mxc_upstream *upstream = calloc(1, sizeof *upstream);

    if (!upstream)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "mxc-net", "out of memory");
    upstream->count = conf->count;
    for (size_t i = 0; i < conf->count; i++)
        set_server(&upstream->servers[i], &conf->servers[i]);
    for (size_t i = 0; i < MXC_RESOLVER_SLOTS; i++)
        upstream->channels[i].fd = -1;
    *out = upstream;
    return 0;
}

void mxc_upstream_free(struct mxc_upstream *upstream)
{
    if (!upstream)
        return;
    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++)
        mxc_upstream_close(upstream, slot);
    free(upstream);
}

/* ---- one message */

void mxc_upstream_close(struct mxc_upstream *upstream, uint32_t slot)
{
    struct channel *channel = &upstream->channels[slot];

    if (channel->fd >= 0) {
        (void)close(channel->fd);
        upstream->opened--;
    }
    free(channel->in.bytes);
    memset(channel, 0, sizeof *channel);
    channel->fd = -1;
}

/* As much as the kernel takes now; false when the connection is of no use. */
static bool send_more(struct channel *channel)
{
    ssize_t sent;

    if (!channel->unsent)
        return true;
    sent = send(channel->fd, channel->out + channel->out_size - channel->unsent, channel->unsent,
                MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR;
    channel->unsent -= (size_t)sent;
    return true;
}

static void fill_out(struct channel *channel, const struct mxc_dns_try *try)
{
    size_t head = try->stream ? MXC_DNS_FRAME : 0;

    if (head)
        mxc_dns_stream_head(try->size, channel->out);
    memcpy(channel->out + head, try->bytes, try->size);
    channel->out_size = channel->unsent = head + try->size;
}

static bool open_channel(struct mxc_upstream *upstream, const struct mxc_dns_try *try)
{
    struct channel *channel = &upstream->channels[try->slot];
    const struct server *server = &upstream->servers[channel->server];
    int kind = channel->stream ? SOCK_STREAM : SOCK_DGRAM;

    if (channel->stream) {
        channel->in.room =
            MXC_DNS_FRAME + (try->slot < MXC_RESOLVER_GUEST ? MXC_DNS_STREAM : MXC_DNS_STREAM_ALL);
        channel->in.bytes = malloc(channel->in.room);
        if (!channel->in.bytes)
            return false;
    }
    channel->fd = socket(server->address.ss_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (channel->fd < 0)
        return false;
    upstream->opened++;
    if (connect(channel->fd, (const struct sockaddr *)&server->address, server->size) < 0)
        return channel->stream && errno == EINPROGRESS;
    return send_more(channel);
}

bool mxc_upstream_send(struct mxc_upstream *upstream, const struct mxc_dns_try *try)
{
    struct channel *channel = &upstream->channels[try->slot];

    mxc_upstream_close(upstream, try->slot);
    if (try->server >= upstream->count || try->size > MXC_DNS_QUERY_ROOM)
        return false;
    channel->server = try->server;
    channel->stream = try->stream;
    channel->serial = ++upstream->serial;
    fill_out(channel, try);
    if (open_channel(upstream, try))
        return true;
    mxc_upstream_close(upstream, try->slot);
    return false;
}

/* ---- what comes back */

bool mxc_upstream_is_busy(const struct mxc_upstream *upstream)
{
    return upstream->opened;
}

void mxc_upstream_polls(struct mxc_upstream *upstream, struct pollfd *polls, size_t room,
                        size_t *count)
{
    for (size_t i = 0; i < MXC_RESOLVER_SLOTS; i++) {
        struct channel *channel = &upstream->channels[i];

        channel->polled = 0;
        if (channel->fd < 0 || *count >= room)
            continue;
        channel->polled = *count + 1;
        polls[(*count)++] =
            (struct pollfd){ .fd = channel->fd, .events = channel->unsent ? POLLOUT : POLLIN };
    }
}

struct arrival {
    struct mxc_upstream *upstream;
    struct mxc_resolver *resolver;
    uint32_t slot;
    uint64_t now_ms;
};

static void give(const struct arrival *arrival, const uint8_t *bytes, size_t size)
{
    const struct channel *channel = &arrival->upstream->channels[arrival->slot];
    const struct mxc_dns_try from = { arrival->slot, channel->server, channel->stream, bytes,
                                      size };

    mxc_resolver_receive(arrival->resolver, &from, arrival->now_ms);
}

static void fail(const struct arrival *arrival)
{
    mxc_resolver_failed(arrival->resolver, arrival->slot, arrival->now_ms);
}

/* Until the resolver has what it wanted, which closes or replaces the socket. */
static void read_datagrams(const struct arrival *arrival)
{
    struct mxc_upstream *upstream = arrival->upstream;
    struct channel *channel = &upstream->channels[arrival->slot];
    uint32_t serial = channel->serial;

    for (int i = 0; i < BATCH && channel->serial == serial; i++) {
        ssize_t got = recv(channel->fd, upstream->buffer, sizeof upstream->buffer, 0);

        if (got >= 0)
            give(arrival, upstream->buffer, (size_t)got);
        else if (errno != EINTR) {
            if (errno != EAGAIN)
                fail(arrival); /* nobody listens there */
            return;
        }
    }
}

/* One message is all that is awaited; what follows it is not read. */
static void read_stream(const struct arrival *arrival)
{
    struct mxc_upstream *upstream = arrival->upstream;
    struct channel *channel = &upstream->channels[arrival->slot];
    size_t taken, size = 0;
    ssize_t got = recv(channel->fd, upstream->buffer, sizeof upstream->buffer, 0);
    int whole;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    whole = got <= 0
                ? -1
                : mxc_dns_stream_take(&channel->in, upstream->buffer, (size_t)got, &taken, &size);
    if (whole < 0) {
        fail(arrival);
    } else if (whole) {
        memcpy(upstream->buffer, channel->in.bytes + MXC_DNS_FRAME, size);
        give(arrival, upstream->buffer, size);
    }
}

static void handle_channel(const struct arrival *arrival)
{
    struct channel *channel = &arrival->upstream->channels[arrival->slot];

    if (channel->unsent) {
        if (!send_more(channel))
            fail(arrival);
    } else if (channel->stream) {
        read_stream(arrival);
    } else {
        read_datagrams(arrival);
    }
}

void mxc_upstream_handle(struct mxc_upstream *upstream, const struct pollfd *polls,
                         struct mxc_resolver *resolver, uint64_t now_ms)
{
    for (uint32_t slot = 0; slot < MXC_RESOLVER_SLOTS; slot++) {
        const struct channel *channel = &upstream->channels[slot];

        if (channel->fd >= 0 && channel->polled && polls[channel->polled - 1].revents)
            handle_channel(&(struct arrival){ upstream, resolver, slot, now_ms });
    }
}
