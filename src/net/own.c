/* SPDX-License-Identifier: MIT */
/* Addresses of the host, by rtnetlink. Both sockets are opened before the process is confined. */
#include "net/own.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"

static int fail(struct mxc_err *err, const char *call)
{
    int error = errno;

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot read the addresses of the host: %s",
                    strerror(error));
}

static int open_socket(uint32_t groups, int flags, int *out, struct mxc_err *err)
{
    struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = groups };
    auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) < 0)
        return fail(err, "netlink");
    *out = mxc_take_fd(&fd);
    return 0;
}

static int keep(struct mxc_own *own, int family, const void *data, size_t size, struct mxc_err *err)
{
    if (own->count == MXC_OWN_MAX)
        return mxc_fail(err, MXC_UNAVAILABLE, 0, "netlink",
                        "this host has more than %d addresses, which could not all be kept closed",
                        MXC_OWN_MAX);
    if (family == AF_INET && size == 4)
        own->addresses[own->count++] = mxc_address_v4(data);
    else if (family == AF_INET6 && size == 16)
        own->addresses[own->count++] = mxc_address_v6(data);
    return 0;
}

/* IFA_LOCAL is the host's own end; IPv6 has IFA_ADDRESS alone. Both are kept where both are given: a
 * broadcast network gives the same twice, and the far end of a link is no place for a guest either. */
static int take_address(struct mxc_own *own, struct nlmsghdr *message, struct mxc_err *err)
{
    struct ifaddrmsg *info = NLMSG_DATA(message);
    size_t left = IFA_PAYLOAD(message);

    for (struct rtattr *at = IFA_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type != IFA_LOCAL && at->rta_type != IFA_ADDRESS)
            continue;
        if (keep(own, info->ifa_family, RTA_DATA(at), RTA_PAYLOAD(at), err) < 0)
            return -1;
    }
    return 0;
}

/* 1 when the list is complete. */
static int take_packet(struct mxc_own *own, void *bytes, size_t length, struct mxc_err *err)
{
    for (struct nlmsghdr *at = bytes; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length)) {
        if (at->nlmsg_type == NLMSG_DONE)
            return 1;
        if (at->nlmsg_type == NLMSG_ERROR) {
            errno = EPROTO;
            return fail(err, "netlink");
        }
        if (at->nlmsg_type == RTM_NEWADDR && take_address(own, at, err) < 0)
            return -1;
    }
    return 0;
}

static int read_all(struct mxc_own *own, struct mxc_err *err)
{
    const struct {
        struct nlmsghdr header;
        struct ifaddrmsg info;
    } request = { .header = { .nlmsg_len = sizeof request,
                              .nlmsg_type = RTM_GETADDR,
                              .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
    _Alignas(struct nlmsghdr) static char bytes[32768];
    int done = 0;

    own->count = 0;
    if (send(own->dump, &request, sizeof request, 0) < 0)
        return fail(err, "netlink");
    while (done == 0) {
        ssize_t got = recv(own->dump, bytes, sizeof bytes, 0);

        if (got < 0 && errno != EINTR)
            return fail(err, "netlink");
        if (got > 0)
            done = take_packet(own, bytes, (size_t)got, err);
    }
    return done < 0 ? -1 : 0;
}

int mxc_own_open(struct mxc_own *out, struct mxc_err *err)
{
    out->changes = out->dump = -1;
    if (open_socket(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, SOCK_NONBLOCK, &out->changes, err) <
            0 ||
        open_socket(0, 0, &out->dump, err) < 0)
        return -1;
    return read_all(out, err);
}

int mxc_own_refresh(struct mxc_own *own, struct mxc_err *err)
{
    char ignored[4096];

    while (recv(own->changes, ignored, sizeof ignored, 0) > 0 || errno == EINTR || errno == ENOBUFS)
        ; /* whatever changed, and however much was lost: all of it is read again */
    return read_all(own, err);
}
