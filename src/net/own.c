/* SPDX-License-Identifier: MIT */
/* What is the host's own, by rtnetlink: its addresses, and the routes that lead to the host itself
 * (each address has some; others are made by hand, for networks that no interface has). Both
 * sockets are opened before the process is confined. */
#include "net/own.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <string.h>
#include <sys/socket.h>

#include "net/address.h"
#include "net/marked.h"
#include "net/netlink.h"

/* How often a list is read again that changes while it is read. */
#define TRIES 64

/* Messages about changes that are looked at in one turn; the others wake the caller again. */
#define MESSAGES 256

static const struct mxc_netlink_list rules = { RTM_GETRULE, RTM_NEWRULE, AF_UNSPEC, 0, true };
static const struct mxc_netlink_list addresses = { RTM_GETADDR, RTM_NEWADDR, AF_UNSPEC, 0, false };
static const struct mxc_netlink_list routes[] = {
    { RTM_GETROUTE, RTM_NEWROUTE, AF_INET, RTN_LOCAL, false },
    { RTM_GETROUTE, RTM_NEWROUTE, AF_INET, RTN_BROADCAST, false },
    { RTM_GETROUTE, RTM_NEWROUTE, AF_INET, RTN_ANYCAST, false },
    { RTM_GETROUTE, RTM_NEWROUTE, AF_INET6, RTN_LOCAL, true },
    { RTM_GETROUTE, RTM_NEWROUTE, AF_INET6, RTN_ANYCAST, true },
};

/* One reading of all lists. */
struct reading {
    struct mxc_spans spans;
    struct mxc_marked marked;
};

static int keep(struct mxc_spans *spans, const struct mxc_cidr *network, struct mxc_err *err)
{
    int error = mxc_spans_add(spans, network);

    if (error != ENOSPC)
        return error ? mxc_netlink_fail(err, error) : 0;
    return mxc_fail(err, MXC_UNAVAILABLE, 0, "netlink",
                    "this host has more than %d separate own networks, which could not all be "
                    "kept closed",
                    MXC_SPANS_MAX / 2);
}

static size_t width_of(unsigned family)
{
    return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

/* 'data' may be NULL: all zero. */
static int keep_network(struct mxc_spans *spans, unsigned family, const struct rtattr *data,
                        uint8_t bits, struct mxc_err *err)
{
    struct mxc_cidr network = { .family = family == AF_INET ? 4 : 6, .bits = bits };
    size_t width = width_of(family);

    if (!width || bits > 8 * width || (data && RTA_PAYLOAD(data) != width))
        return mxc_netlink_fail(err, EPROTO);
    if (data)
        memcpy(network.address, (const uint8_t *)data + RTA_LENGTH(0), width);
    return keep(spans, &network, err);
}

/* IFA_LOCAL is the host's own end; IPv6 has IFA_ADDRESS alone. Both are kept where both are given:
 * a broadcast network gives the same twice, and the far end of a link is no place for a guest
 * either. */
static int take_address(void *context, struct nlmsghdr *row, struct mxc_err *err)
{
    struct reading *reading = context;
    struct ifaddrmsg *info = NLMSG_DATA(row);
    int left = (int)IFA_PAYLOAD(row); /* may become less than nothing */
    size_t width = width_of(info->ifa_family);

    for (struct rtattr *at = IFA_RTA(info); width && RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type != IFA_LOCAL && at->rta_type != IFA_ADDRESS)
            continue;
        if (keep_network(&reading->spans, info->ifa_family, at, (uint8_t)(8 * width), err) < 0)
            return -1;
    }
    return 0;
}

/* Attributes of a rule that hold one number. */
static void read_numbers(struct nlmsghdr *row, uint32_t numbers[FRA_MAX + 1])
{
    struct fib_rule_hdr *head = NLMSG_DATA(row);
    int left = (int)(row->nlmsg_len - NLMSG_LENGTH(sizeof *head));
    struct rtattr *at = (void *)((char *)head + NLMSG_ALIGN(sizeof *head));

    for (; RTA_OK(at, left); at = RTA_NEXT(at, left))
        if (at->rta_type <= FRA_MAX && RTA_PAYLOAD(at) == sizeof *numbers)
            memcpy(&numbers[at->rta_type], RTA_DATA(at), sizeof *numbers);
}

static int take_rule(void *context, struct nlmsghdr *row, struct mxc_err *err)
{
    struct reading *reading = context;
    const struct fib_rule_hdr *head = NLMSG_DATA(row);
    uint32_t numbers[FRA_MAX + 1] = { [FRA_TABLE] = head->table, [FRA_FWMASK] = UINT32_MAX };
    bool asks;

    (void)err;
    read_numbers(row, numbers);
    asks = numbers[FRA_FWMARK] & numbers[FRA_FWMASK] && !(head->flags & FIB_RULE_INVERT);
    if (head->action == FR_ACT_TO_TBL)
        mxc_marked_add(&reading->marked, head->family, numbers[FRA_TABLE], asks);
    return 0;
}

static bool leads_home(const struct rtmsg *info)
{
    return info->rtm_type == RTN_LOCAL || info->rtm_type == RTN_BROADCAST ||
           info->rtm_type == RTN_ANYCAST;
}

static int take_route(void *context, struct nlmsghdr *row, struct mxc_err *err)
{
    struct reading *reading = context;
    struct rtmsg *info = NLMSG_DATA(row);
    const struct rtattr *to = NULL;
    uint32_t table = info->rtm_table;
    int left = (int)RTM_PAYLOAD(row);

    if (!leads_home(info) || !width_of(info->rtm_family))
        return 0;
    for (struct rtattr *at = RTM_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type == RTA_DST)
            to = at;
        if (at->rta_type == RTA_TABLE && RTA_PAYLOAD(at) == sizeof table)
            memcpy(&table, RTA_DATA(at), sizeof table);
    }
    if (mxc_marked_only(&reading->marked, info->rtm_family, table))
        return 0;
    return keep_network(&reading->spans, info->rtm_family, to, info->rtm_dst_len, err);
}

/* The rules first: they say which routes count. */
static int read_once(int fd, struct reading *reading, struct mxc_err *err)
{
    int done = mxc_netlink_read(fd, &rules, take_rule, reading, err);

    if (done == 0)
        done = mxc_netlink_read(fd, &addresses, take_address, reading, err);
    for (size_t i = 0; done == 0 && i < sizeof routes / sizeof *routes; i++)
        done = mxc_netlink_read(fd, &routes[i], take_route, reading, err);
    mxc_spans_settle(&reading->spans);
    return done;
}

static int read_all(int fd, struct mxc_spans *out, struct mxc_err *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct reading reading = { .spans = { 0 } };
        int done = read_once(fd, &reading, err);

        if (done == 0) {
            *out = reading.spans;
            return 0;
        }
        mxc_spans_done(&reading.spans);
        if (done < 0)
            return -1;
    }
    return mxc_netlink_fail(err, EAGAIN);
}

int mxc_own_open(struct mxc_own *out, struct mxc_err *err)
{
    const uint32_t groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                            RTMGRP_IPV6_ROUTE | 1u << (RTNLGRP_IPV4_RULE - 1) |
                            1u << (RTNLGRP_IPV6_RULE - 1);

    out->changes = out->dump = -1;
    if (mxc_netlink_open(groups, SOCK_NONBLOCK, &out->changes, err) < 0 ||
        mxc_netlink_open(0, 0, &out->dump, err) < 0)
        return -1;
    return read_all(out->dump, &out->spans, err);
}

/* Routes to elsewhere may change all the time. */
static bool matters(void *bytes, size_t left)
{
    for (struct nlmsghdr *at = bytes; NLMSG_OK(at, left); at = mxc_netlink_next(at, &left)) {
        bool is_route = at->nlmsg_type == RTM_NEWROUTE || at->nlmsg_type == RTM_DELROUTE;

        if (!is_route || at->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg)) ||
            leads_home(NLMSG_DATA(at)))
            return true;
    }
    return false;
}

/* Whatever changed, and however much was lost (ENOBUFS): all of it is read again. */
static bool hear_changes(int fd)
{
    _Alignas(struct nlmsghdr) char bytes[8192];
    bool any = false;

    for (int i = 0; i < MESSAGES; i++) {
        ssize_t got = recv(fd, bytes, sizeof bytes, MSG_TRUNC);

        if (got < 0 && errno == EAGAIN)
            break;
        any |= got < 0 ? errno != EINTR : (size_t)got > sizeof bytes || matters(bytes, (size_t)got);
    }
    return any;
}

int mxc_own_refresh(struct mxc_own *own, bool *changed, struct mxc_err *err)
{
    struct mxc_spans now;

    *changed = false;
    if (!hear_changes(own->changes))
        return 0;
    if (read_all(own->dump, &now, err) < 0)
        return -1;
    *changed = !mxc_spans_same(&own->spans, &now);
    mxc_spans_done(&own->spans);
    own->spans = now;
    return 0;
}
