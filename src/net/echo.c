/* SPDX-License-Identifier: MIT */
/* Echo requests over IPv6, by the kernel's sockets for them: no privilege, and no other ICMPv6 message can be
 * sent through one. */
#include "net/echo.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/place.h"
#include "net/wire.h"

#define HEADERS      (MXC_ETHER_SIZE + MXC_V6_SIZE)
#define ECHO_REQUEST 128
#define ECHO_REPLY   129
#define IDLE_MS      10000
#define HOP_LIMIT    64

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

/* The gateway and the resolver are libslirp's. */
static bool is_ours(const uint8_t *address)
{
    static const uint8_t gateway[16] = MXC_NET_GATEWAY6;

    return memcmp(address, gateway, MXC_NET_PREFIX6 / 8) == 0;
}

static bool open_slot(struct mxc_echo_slot *slot, const uint8_t *to, uint16_t id)
{
    struct sockaddr_in6 at = { .sin6_family = AF_INET6 };

    release(slot);
    memcpy(&at.sin6_addr, to, 16);
    slot->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
    if (slot->fd < 0)
        return false; /* net.ipv4.ping_group_range of the host leaves us out */
    if (connect(slot->fd, (const struct sockaddr *)&at, sizeof at) < 0) {
        release(slot);
        return false;
    }
    memcpy(slot->to, to, 16);
    slot->id = id;
    return true;
}

static struct mxc_echo_slot *find(struct mxc_echo *echo, const uint8_t *to, uint16_t id)
{
    struct mxc_echo_slot *oldest = &echo->slots[0];

    for (size_t i = 0; i < MXC_ECHO_MAX; i++) {
        struct mxc_echo_slot *slot = &echo->slots[i];

        if (slot->fd >= 0 && slot->id == id && memcmp(slot->to, to, 16) == 0)
            return slot;
        if (oldest->fd >= 0 && (slot->fd < 0 || slot->used_ms < oldest->used_ms))
            oldest = slot;
    }
    return open_slot(oldest, to, id) ? oldest : NULL;
}

bool mxc_echo_take(struct mxc_echo *echo, const uint8_t *frame, size_t size, uint64_t now_ms)
{
    const uint8_t *ip = frame + MXC_ETHER_SIZE, *icmp = frame + HEADERS;
    struct mxc_echo_slot *slot;
    size_t length;

    if (size < HEADERS + MXC_ICMP_SIZE || mxc_get16(frame + 12) != MXC_ETHER_V6 ||
        ip[6] != MXC_IP_ICMP6 || icmp[0] != ECHO_REQUEST || is_ours(ip + 24))
        return false;
    length = mxc_get16(ip + 4);
    slot = find(echo, ip + 24, mxc_get16(icmp + 4));
    if (!slot || length > size - HEADERS || length > MXC_ECHO_ROOM)
        return true; /* lost, as in any network */
    slot->used_ms = now_ms;
    (void)!send(slot->fd, icmp, length, MSG_NOSIGNAL);
    return true;
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

/* Puts the headers before an answer of 'length' bytes that lies in its place already. */
static void put_headers(struct mxc_echo *echo, const struct mxc_echo_slot *slot, size_t length)
{
    static const uint8_t guest_mac[] = MXC_NET_GUEST_MAC, gateway_mac[] = MXC_NET_MAC6(2);
    static const uint8_t guest[16] = MXC_NET_GUEST6;
    uint8_t *ip = echo->frame + MXC_ETHER_SIZE, *icmp = echo->frame + HEADERS;

    memcpy(echo->frame, guest_mac, sizeof guest_mac);
    memcpy(echo->frame + 6, gateway_mac, sizeof gateway_mac);
    mxc_put16(echo->frame + 12, MXC_ETHER_V6);
    mxc_put32(ip, 6u << 28);
    mxc_put16(ip + 4, (uint32_t)length);
    ip[6] = MXC_IP_ICMP6;
    ip[7] = HOP_LIMIT;
    memcpy(ip + 8, slot->to, 16);
    memcpy(ip + 24, guest, 16);
    mxc_put16(icmp + 2, 0);
    mxc_put16(icmp + 4, slot->id);
    mxc_put16(icmp + 2, mxc_sum_v6(ip, MXC_IP_ICMP6, icmp, length));
}

void mxc_echo_handle(struct mxc_echo *echo, const struct pollfd *polls,
                     void (*send)(void *context, const uint8_t *frame, size_t size), void *context)
{
    for (size_t i = 0; i < echo->polled_count; i++) {
        struct mxc_echo_slot *slot = &echo->slots[echo->polled[i]];
        uint8_t *icmp = echo->frame + HEADERS;
        ssize_t got;

        if (!polls[i].revents || slot->fd < 0)
            continue;
        got = recv(slot->fd, icmp, MXC_ECHO_ROOM, 0);
        if (got < MXC_ICMP_SIZE || icmp[0] != ECHO_REPLY)
            continue;
        put_headers(echo, slot, (size_t)got);
        send(context, echo->frame, HEADERS + (size_t)got);
    }
}
