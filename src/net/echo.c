/* SPDX-License-Identifier: MIT */
/* Echo requests by the kernel's sockets for them: no privilege, and no other ICMP message can be
 * sent through one. */
#include "net/echo.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/packet.h"
#include "net/place.h"
#include "net/reply.h"
#include "net/wire.h"

#define IDLE_MS 10000

union place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static const struct family {
    int domain, protocol;
    socklen_t place_size;
    size_t size; /* of an address, in bytes */
    uint8_t answer;
    uint8_t gateway_mac[6], guest[16], gateway[16];
    unsigned prefix; /* of the guest's network, in bytes */
} families[] = {
    { AF_INET, IPPROTO_ICMP, sizeof(struct sockaddr_in), 4, 0, MXC_NET_MAC4(2), MXC_NET_GUEST4,
      MXC_NET_GATEWAY4, MXC_NET_PREFIX4 / 8 },
    { AF_INET6, IPPROTO_ICMPV6, sizeof(struct sockaddr_in6), 16, 129, MXC_NET_MAC6(2),
      MXC_NET_GUEST6, MXC_NET_GATEWAY6, MXC_NET_PREFIX6 / 8 },
};

static const struct family *family_of(uint8_t version)
{
    return &families[version == 6];
}

void mxc_echo_init(struct mxc_echo *echo)
{
    echo->polled_count = 0;
    for (size_t i = 0; i < MXC_ECHO_MAX; i++)
        echo->slots[i].fd = -1;
}

static void release(struct mxc_echo_slot *slot)
{
    if (slot->fd >= 0)
        (void)close(slot->fd);
    slot->fd = -1;
}

static union place place_of(const struct family *family, const uint8_t *address)
{
    union place place = { .v6 = { 0 } };

    place.any.sa_family = (sa_family_t)family->domain;
    if (family->domain == AF_INET)
        memcpy(&place.v4.sin_addr, address, family->size);
    else
        memcpy(&place.v6.sin6_addr, address, family->size);
    return place;
}

static bool open_slot(struct mxc_echo_slot *slot, const struct mxc_packet *packet)
{
    const struct family *family = family_of(packet->version);
    union place place = place_of(family, packet->to);

    release(slot);
    slot->fd = socket(family->domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, family->protocol);
    if (slot->fd < 0)
        return false;
    if (connect(slot->fd, &place.any, family->place_size) < 0) {
        int error = errno;

        release(slot);
        errno = error;
        return false;
    }
    slot->version = packet->version;
    memcpy(slot->to, packet->to, family->size);
    slot->id = packet->from_port;
    return true;
}

static bool is_for(const struct mxc_echo_slot *slot, const struct mxc_packet *packet)
{
    return slot->fd >= 0 && slot->version == packet->version && slot->id == packet->from_port &&
           memcmp(slot->to, packet->to, family_of(packet->version)->size) == 0;
}

static struct mxc_echo_slot *find(struct mxc_echo *echo, const struct mxc_packet *packet)
{
    struct mxc_echo_slot *oldest = &echo->slots[0];

    for (size_t i = 0; i < MXC_ECHO_MAX; i++) {
        struct mxc_echo_slot *slot = &echo->slots[i];

        if (is_for(slot, packet))
            return slot;
        if (oldest->fd >= 0 && (slot->fd < 0 || slot->used_ms < oldest->used_ms))
            oldest = slot;
    }
    return open_slot(oldest, packet) ? oldest : NULL;
}

static bool is_right(const struct mxc_packet *packet)
{
    return packet->version == 4
               ? mxc_sum_v4(packet->ip, MXC_IP_ICMP, packet->data, packet->data_size) == 0
               : mxc_sum_v6(packet->ip, MXC_IP_ICMP6, packet->data, packet->data_size) == 0;
}

enum mxc_echo_verdict mxc_echo_take(struct mxc_echo *echo, const uint8_t *frame, size_t size,
                                    uint64_t now_ms)
{
    const struct family *family;
    struct mxc_packet packet;
    struct mxc_echo_slot *slot;

    mxc_packet_read(frame, size, &packet);
    if (packet.kind != MXC_PACKET_ECHO)
        return MXC_ECHO_OTHER;
    family = family_of(packet.version);
    if (memcmp(packet.to, family->gateway, family->prefix) == 0)
        return MXC_ECHO_OTHER;
    if (!is_right(&packet) || packet.data_size > MXC_ECHO_ROOM)
        return MXC_ECHO_TAKEN; /* lost, as in any network */
    slot = find(echo, &packet);
    if (!slot)
        return errno == EACCES || errno == EPERM ? MXC_ECHO_UNABLE : MXC_ECHO_TAKEN;
    slot->used_ms = now_ms;
    (void)!send(slot->fd, packet.data, packet.data_size, MSG_NOSIGNAL);
    return MXC_ECHO_TAKEN;
}

void mxc_echo_polls(struct mxc_echo *echo, struct pollfd *polls, size_t *count, uint64_t now_ms)
{
    echo->polled_count = 0;
    for (size_t i = 0; i < MXC_ECHO_MAX; i++) {
        struct mxc_echo_slot *slot = &echo->slots[i];

        if (slot->fd >= 0 && now_ms - slot->used_ms > IDLE_MS)
            release(slot);
        if (slot->fd < 0)
            continue;
        polls[(*count)++] = (struct pollfd){ .fd = slot->fd, .events = POLLIN };
        echo->polled[echo->polled_count++] = i;
    }
}

/* The frame of an answer of 'size' bytes in echo->message; 0: it is none. */
static size_t make_frame(struct mxc_echo *echo, const struct mxc_echo_slot *slot, size_t size)
{
    const struct family *family = family_of(slot->version);
    struct mxc_datagram ends = { .version = slot->version, .from = slot->to, .to = family->guest };

    if (size < MXC_ICMP_SIZE || echo->message[0] != family->answer)
        return 0;
    memcpy(ends.ether_from, family->gateway_mac, 6);
    memcpy(ends.ether_to, (const uint8_t[])MXC_NET_GUEST_MAC, 6);
    mxc_put16(echo->message + 4, slot->id);
    return mxc_reply_icmp(&ends, echo->message, size, echo->frame, sizeof echo->frame);
}

void mxc_echo_handle(struct mxc_echo *echo, const struct pollfd *polls,
                     void (*send)(void *context, const uint8_t *frame, size_t size), void *context)
{
    for (size_t i = 0; i < echo->polled_count; i++) {
        struct mxc_echo_slot *slot = &echo->slots[echo->polled[i]];
        ssize_t got;
        size_t size;

        if (!polls[i].revents || slot->fd < 0)
            continue;
        got = recv(slot->fd, echo->message, sizeof echo->message, 0);
        size = got > 0 ? make_frame(echo, slot, (size_t)got) : 0;
        if (size)
            send(context, echo->frame, size);
    }
}
