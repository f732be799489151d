/* SPDX-License-Identifier: MIT */
/* Building and sending rtnetlink requests. */
#include "sys/linux/rtnl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"

static void *grow(struct mxc_rtnl *out, size_t size)
{
    size_t room = NLMSG_ALIGN(size);
    char *at = out->packet.bytes + out->used;

    if (out->overflowed || room > sizeof out->packet.bytes - out->used) {
        out->overflowed = true;
        return NULL;
    }
    memset(at, 0, room);
    out->used += room;
    return at;
}

static struct nlmsghdr *message(struct mxc_rtnl *out)
{
    return (struct nlmsghdr *)(void *)(out->packet.bytes + out->last);
}

static void set_length(struct mxc_rtnl *out)
{
    message(out)->nlmsg_len = (uint32_t)(out->used - out->last);
}

void mxc_rtnl_begin(struct mxc_rtnl *out, uint16_t type, uint16_t flags, const void *body,
                    size_t size)
{
    size_t at = out->used;
    struct nlmsghdr *header = grow(out, NLMSG_HDRLEN);
    void *copy = grow(out, size);

    if (!header || !copy)
        return;
    out->last = at;
    header->nlmsg_type = type;
    header->nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | NLM_F_ACK);
    header->nlmsg_seq = ++out->count;
    memcpy(copy, body, size);
    set_length(out);
}

void mxc_rtnl_put(struct mxc_rtnl *out, uint16_t type, const void *data, size_t size)
{
    struct rtattr *attribute = grow(out, RTA_LENGTH(size));

    if (!attribute)
        return;
    attribute->rta_type = type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(size);
    if (size)
        memcpy(RTA_DATA(attribute), data, size);
    set_length(out);
}

void mxc_rtnl_put_u32(struct mxc_rtnl *out, uint16_t type, uint32_t value)
{
    mxc_rtnl_put(out, type, &value, sizeof value);
}

size_t mxc_rtnl_open(struct mxc_rtnl *out, uint16_t type)
{
    size_t nest = out->used;

    mxc_rtnl_put(out, type, NULL, 0);
    return nest;
}

void mxc_rtnl_close(struct mxc_rtnl *out, size_t nest)
{
    struct rtattr *attribute = (struct rtattr *)(void *)(out->packet.bytes + nest);

    if (!out->overflowed)
        attribute->rta_len = (uint16_t)(out->used - nest);
}

void mxc_rtnl_raw(struct mxc_rtnl *out, const void *data, size_t size)
{
    void *at = grow(out, size);

    if (!at)
        return;
    memcpy(at, data, size);
    set_length(out);
}

/* One packet of answers. Counts them; returns the first error that matters, with the number of its
 * request, or 0. */
static int take_answers(char *bytes, size_t length, uint32_t may_fail, uint32_t *heard,
                        uint32_t *which)
{
    int error = 0;

    for (struct nlmsghdr *at = (struct nlmsghdr *)(void *)bytes; NLMSG_OK(at, length);
         at = NLMSG_NEXT(at, length)) {
        const struct nlmsgerr *answer = NLMSG_DATA(at);

        if (at->nlmsg_type != NLMSG_ERROR || at->nlmsg_len < NLMSG_LENGTH(sizeof *answer))
            continue;
        ++*heard;
        if (answer->error && !error && !(may_fail >> at->nlmsg_seq & 1)) {
            error = -answer->error;
            *which = at->nlmsg_seq;
        }
    }
    return error;
}

int mxc_rtnl_send(const struct mxc_rtnl *out, uint32_t may_fail, uint32_t *which)
{
    _Alignas(struct nlmsghdr) char answers[8192];
    const int short_answers = 1;
    auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    uint32_t heard = 0;

    *which = 0;
    if (out->overflowed)
        return ENOBUFS;
    if (fd < 0)
        return errno;
    /* An error would bring the whole request back. */
    (void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &short_answers, sizeof short_answers);
    if (send(fd, out->packet.bytes, out->used, 0) < 0)
        return errno;
    while (heard < out->count) {
        ssize_t got = recv(fd, answers, sizeof answers, 0);
        int error;

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got ? errno : EPROTO;
        error = take_answers(answers, (size_t)got, may_fail, &heard, which);
        if (error)
            return error;
    }
    return 0;
}
