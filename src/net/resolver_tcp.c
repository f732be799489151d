/* SPDX-License-Identifier: MIT */
/* The resolver's port of TCP. */
#include "net/resolver_tcp.h"

#include <stdlib.h>
#include <string.h>

#include "net/closed.h"
#include "net/dns_stream.h"
#include "net/packet.h"
#include "net/reply.h"
#include "net/wire.h"

#define PORT      53
#define WINDOW    4096
#define OUT_ROOM  (4 * (MXC_DNS_ROOM + MXC_DNS_FRAME))
#define WAITING   16 /* questions of one connection that are not answered */
#define IDLE_MS   15000
#define RESEND_MS 200
#define RESENDS   6

enum { SEGMENT_DEFAULT = 536, SEGMENT_LEAST = 64, SEGMENT_MOST = 1220 };

struct connection {
    uint32_t serial; /* 0: free */
    struct mxc_asker who;
    uint8_t guest[6]; /* its Ethernet address */
    bool open;        /* else our SYN is not acknowledged */
    bool guest_fin, our_fin;
    uint16_t most;        /* bytes in one segment */
    uint32_t expected;    /* what the guest sends next */
    uint32_t acked, sent; /* of ours */
    uint32_t window;      /* what the guest takes beyond 'acked' */
    unsigned waiting, resends;
    uint64_t resend_ms, idle_ms;
    struct mxc_dns_stream in;
    size_t out_size; /* bytes from 'acked' on */
    uint8_t in_room[MXC_DNS_FRAME + MXC_DNS_QUESTION_MAX];
    uint8_t out[OUT_ROOM];
};

struct mxc_resolver_tcp {
    struct mxc_resolver_tcp_ways ways;
    uint32_t serial;
    struct connection connections[MXC_RESOLVER_CONNECTIONS];
};

struct mxc_resolver_tcp *mxc_resolver_tcp_new(const struct mxc_resolver_tcp_ways *ways)
{
    struct mxc_resolver_tcp *tcp = calloc(1, sizeof *tcp);

    if (tcp)
        tcp->ways = *ways;
    return tcp;
}

void mxc_resolver_tcp_free(struct mxc_resolver_tcp *tcp)
{
    free(tcp);
}

/* ---- what we say */

static void say(struct mxc_resolver_tcp *tcp, const struct connection *connection, uint8_t flags,
                uint32_t seq, size_t size)
{
    bool v6 = connection->who.version == 6;
    struct mxc_datagram ends = { .version = connection->who.version,
                                 .from = v6 ? MXC_RESOLVER_V6 : MXC_RESOLVER_V4,
                                 .to = v6 ? MXC_GUEST_V6 : MXC_GUEST_V4,
                                 .from_port = PORT,
                                 .to_port = connection->who.port };
    const struct mxc_segment segment = { seq, connection->expected, WINDOW, flags };
    const uint8_t *data = size ? connection->out + (seq - connection->acked) : NULL;
    const struct mxc_reply_bytes bytes = { data, size };
    uint8_t frame[MXC_ETHER_SIZE + MXC_V6_SIZE + MXC_TCP_SIZE + SEGMENT_MOST];
    size_t length;

    memcpy(ends.ether_from, connection->who.ether, 6);
    memcpy(ends.ether_to, connection->guest, 6);
    length = mxc_reply_tcp(&ends, &segment, &bytes, frame, sizeof frame);
    tcp->ways.write(tcp->ways.context, frame, length);
}

static void say_ack(struct mxc_resolver_tcp *tcp, const struct connection *connection)
{
    say(tcp, connection, MXC_TCP_ACK, connection->sent, 0);
}

static void reset(struct mxc_resolver_tcp *tcp, struct connection *connection)
{
    say(tcp, connection, MXC_TCP_RST | MXC_TCP_ACK, connection->sent, 0);
    connection->serial = 0;
}

/* Is anything of ours on its way? */
static bool is_unacked(const struct connection *connection)
{
    return connection->sent != connection->acked;
}

static size_t next_size(const struct connection *connection)
{
    size_t done = connection->sent - connection->acked;
    size_t size = done < connection->out_size ? connection->out_size - done : 0;
    size_t room = done < connection->window ? connection->window - done : 0;

    size = size < room ? size : room;
    return size < connection->most ? size : connection->most;
}

/* Says what the guest takes now. False when there was nothing to say. */
static bool push(struct mxc_resolver_tcp *tcp, struct connection *connection, uint64_t now_ms)
{
    uint32_t before = connection->sent;
    size_t size;

    while (connection->open && !connection->our_fin && (size = next_size(connection)) > 0) {
        say(tcp, connection, MXC_TCP_ACK, connection->sent, size);
        connection->sent += (uint32_t)size;
    }
    if (connection->guest_fin && !connection->our_fin && !connection->waiting &&
        connection->sent - connection->acked == connection->out_size) {
        say(tcp, connection, MXC_TCP_FIN | MXC_TCP_ACK, connection->sent, 0);
        connection->sent++;
        connection->our_fin = true;
    }
    if (connection->sent != before)
        connection->resend_ms = now_ms + ((uint64_t)RESEND_MS << connection->resends);
    return connection->sent != before;
}

/* ---- connections */

static struct connection *find(struct mxc_resolver_tcp *tcp, uint8_t version, uint16_t port)
{
    for (size_t i = 0; i < MXC_RESOLVER_CONNECTIONS; i++) {
        struct connection *connection = &tcp->connections[i];

        if (connection->serial && connection->who.version == version &&
            connection->who.port == port)
            return connection;
    }
    return NULL;
}

/* A free place, or that of the one that was silent for longest. */
static struct connection *make_room(struct mxc_resolver_tcp *tcp)
{
    struct connection *oldest = &tcp->connections[0];

    for (size_t i = 0; i < MXC_RESOLVER_CONNECTIONS; i++) {
        struct connection *connection = &tcp->connections[i];

        if (!connection->serial)
            return connection;
        if (connection->idle_ms < oldest->idle_ms)
            oldest = connection;
    }
    reset(tcp, oldest);
    return oldest;
}

/* The largest segment, by the option of a SYN. */
static uint16_t segment_most(const struct mxc_packet *packet)
{
    const uint8_t *at = packet->data + MXC_TCP_SIZE,
                  *end = packet->data + (packet->data[12] >> 4) * 4;
    uint16_t most = SEGMENT_DEFAULT;

    while (at < end && *at) {
        size_t left = (size_t)(end - at), size = *at == 1 ? 1 : left > 1 ? at[1] : 0;

        if (!size || size > left || (*at != 1 && size < 2))
            break;
        if (*at == 2 && size == 4)
            most = mxc_get16(at + 2);
        at += size;
    }
    return most < SEGMENT_LEAST ? SEGMENT_LEAST : most > SEGMENT_MOST ? SEGMENT_MOST : most;
}

static void greet(struct mxc_resolver_tcp *tcp, const struct mxc_packet *packet, uint64_t now_ms)
{
    struct connection *connection = make_room(tcp);
    uint8_t random[4];

    tcp->ways.random(tcp->ways.context, random, sizeof random);
    memset(connection, 0, sizeof *connection);
    connection->serial = ++tcp->serial ? tcp->serial : ++tcp->serial;
    connection->who = (struct mxc_asker){ .version = packet->version, .port = packet->from_port };
    memcpy(connection->who.ether, packet->ether, 6);
    memcpy(connection->guest, packet->ether + 6, 6);
    connection->most = segment_most(packet);
    connection->expected = mxc_get32(packet->data + 4) + 1;
    connection->acked = mxc_get32(random);
    connection->sent = connection->acked + 1;
    connection->resend_ms = now_ms + RESEND_MS;
    connection->idle_ms = now_ms + IDLE_MS;
    connection->in = (struct mxc_dns_stream){ connection->in_room, sizeof connection->in_room, 0 };
    say(tcp, connection, MXC_TCP_SYN | MXC_TCP_ACK, connection->acked, 0);
}

/* ---- what the guest says */

/* False when the connection is over. */
static bool hear_ack(struct connection *connection, const struct mxc_packet *packet)
{
    uint32_t ack = mxc_get32(packet->data + 8), fresh = ack - connection->acked;
    bool all = ack == connection->sent;

    if (!fresh || fresh > connection->sent - connection->acked)
        return true; /* an old one */
    connection->resends = 0;
    if (!connection->open) {
        connection->open = true;
        connection->acked++;
        return true;
    }
    if (connection->our_fin && all)
        return false;
    memmove(connection->out, connection->out + fresh, connection->out_size - fresh);
    connection->out_size -= fresh;
    connection->acked = ack;
    return true;
}

/* Gives questions on; false when the connection is over. */
static bool hear_bytes(struct mxc_resolver_tcp *tcp, struct connection *connection,
                       const struct mxc_reply_bytes *bytes, uint64_t now_ms)
{
    const struct mxc_dns_asker asker = { connection->who, connection->serial };
    const uint8_t *at = bytes->data;
    size_t left = bytes->size, taken, size;
    bool due;
    int got;

    while ((got = mxc_dns_stream_take(&connection->in, at, left, &taken, &size)) > 0) {
        at += taken;
        left -= taken;
        if (connection->waiting == WAITING) {
            reset(tcp, connection);
            return false;
        }
        connection->waiting++;
        due = tcp->ways.ask(tcp->ways.context, &asker, connection->in_room + MXC_DNS_FRAME, size,
                            now_ms);
        if (connection->serial != asker.stream)
            return false;
        connection->waiting -= !due;
    }
    if (got < 0)
        reset(tcp, connection);
    return got == 0;
}

static void hear_data(struct mxc_resolver_tcp *tcp, struct connection *connection,
                      const struct mxc_packet *packet, uint64_t now_ms)
{
    size_t header = (size_t)(packet->data[12] >> 4) * 4;
    const struct mxc_reply_bytes bytes = { packet->data + header, packet->data_size - header };
    bool fin = packet->flags & MXC_TCP_FIN, in_turn;

    in_turn = mxc_get32(packet->data + 4) == connection->expected && !connection->guest_fin;
    if (in_turn) {
        connection->idle_ms = now_ms + IDLE_MS;
        connection->expected += (uint32_t)bytes.size + fin;
        if (!hear_bytes(tcp, connection, &bytes, now_ms))
            return;
        connection->guest_fin = fin;
    }
    if (!push(tcp, connection, now_ms) && (bytes.size || fin))
        say_ack(tcp, connection);
}

static void hear(struct mxc_resolver_tcp *tcp, struct connection *connection,
                 const struct mxc_packet *packet, uint64_t now_ms)
{
    uint32_t seq = mxc_get32(packet->data + 4), ack = mxc_get32(packet->data + 8);

    if (packet->flags & MXC_TCP_RST) {
        if (seq == connection->expected)
            connection->serial = 0;
        return;
    }
    if (packet->flags & MXC_TCP_SYN) {
        if (!connection->open && seq + 1 == connection->expected)
            say(tcp, connection, MXC_TCP_SYN | MXC_TCP_ACK, connection->acked, 0);
        else
            say_ack(tcp, connection);
        return;
    }
    if (!(packet->flags & MXC_TCP_ACK))
        return;
    if ((int32_t)(ack - connection->sent) > 0 || (!connection->open && ack != connection->sent)) {
        reset(tcp, connection); /* of what we never said */
        return;
    }
    connection->window = mxc_get16(packet->data + 14);
    if (hear_ack(connection, packet))
        hear_data(tcp, connection, packet, now_ms);
    else
        connection->serial = 0;
}

void mxc_resolver_tcp_take(struct mxc_resolver_tcp *tcp, const uint8_t *frame, size_t size,
                           uint64_t now_ms)
{
    struct mxc_packet packet;
    struct connection *connection;
    uint8_t refusal[MXC_REPLY_ROOM];

    mxc_packet_read(frame, size, &packet);
    if (packet.kind != MXC_PACKET_TCP)
        return;
    connection = find(tcp, packet.version, packet.from_port);
    if (connection)
        hear(tcp, connection, &packet, now_ms);
    else if (packet.flags & MXC_TCP_SYN && !(packet.flags & (MXC_TCP_ACK | MXC_TCP_RST)))
        greet(tcp, &packet, now_ms);
    else if (!(packet.flags & MXC_TCP_RST))
        tcp->ways.write(tcp->ways.context, refusal, mxc_reply_reset(&packet, refusal));
}

void mxc_resolver_tcp_answer(struct mxc_resolver_tcp *tcp, const struct mxc_dns_asker *asker,
                             const uint8_t *bytes, size_t size, uint64_t now_ms)
{
    struct connection *connection = find(tcp, asker->guest.version, asker->guest.port);
    uint8_t *at;

    if (!connection || connection->serial != asker->stream || connection->our_fin)
        return;
    if (connection->waiting)
        connection->waiting--;
    if (MXC_DNS_FRAME + size > OUT_ROOM - connection->out_size) {
        reset(tcp, connection);
        return;
    }
    at = connection->out + connection->out_size;
    mxc_dns_stream_head(size, at);
    memcpy(at + MXC_DNS_FRAME, bytes, size);
    connection->out_size += MXC_DNS_FRAME + size;
    (void)push(tcp, connection, now_ms);
}

/* ---- time */

static void resend(struct mxc_resolver_tcp *tcp, struct connection *connection, uint64_t now_ms)
{
    if (++connection->resends == RESENDS) {
        reset(tcp, connection);
        return;
    }
    connection->resend_ms = now_ms + ((uint64_t)RESEND_MS << connection->resends);
    if (!connection->open) {
        say(tcp, connection, MXC_TCP_SYN | MXC_TCP_ACK, connection->acked, 0);
        return;
    }
    connection->sent = connection->acked;
    connection->our_fin = false;
    (void)push(tcp, connection, now_ms);
}

uint64_t mxc_resolver_tcp_tick(struct mxc_resolver_tcp *tcp, uint64_t now_ms)
{
    uint64_t next = MXC_RESOLVER_NEVER;

    for (size_t i = 0; i < MXC_RESOLVER_CONNECTIONS; i++) {
        struct connection *connection = &tcp->connections[i];

        if (connection->serial && connection->idle_ms <= now_ms)
            reset(tcp, connection);
        else if (connection->serial && is_unacked(connection) && connection->resend_ms <= now_ms)
            resend(tcp, connection, now_ms);
        if (!connection->serial)
            continue;
        next = connection->idle_ms < next ? connection->idle_ms : next;
        if (is_unacked(connection) && connection->resend_ms < next)
            next = connection->resend_ms;
    }
    return next;
}
