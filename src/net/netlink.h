/* SPDX-License-Identifier: MIT */
/* Reading lists of the kernel by rtnetlink. */
#ifndef MXC_NET_NETLINK_H
#define MXC_NET_NETLINK_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One list: what to ask for, and what the rows of the answer are. */
struct mxc_netlink_list {
    uint16_t ask, row; /* RTM_… */
    uint8_t family;
    uint8_t type;     /* of routes, RTN_…; 0: of any */
    bool may_be_none; /* a kernel that does not know this list has none */
};

/* Gets the rows one by one; 0, or -1 with 'err', which ends the reading. */
typedef int mxc_netlink_take(void *context, struct nlmsghdr *row, struct mxc_err *err);

/* A socket that hears of changes in these groups (RTMGRP_…), or that asks; 'flags' beside
 * SOCK_CLOEXEC. The caller closes '*out'. */
int mxc_netlink_open(uint32_t groups, int flags, int *out, struct mxc_err *err);

/* Reads a whole list. 0, or -1; MXC_NETLINK_AGAIN when it changed meanwhile and may lack rows. */
#define MXC_NETLINK_AGAIN 1
int mxc_netlink_read(int fd, const struct mxc_netlink_list *list, mxc_netlink_take *take,
                     void *context, struct mxc_err *err);

/* The message behind this one; '*left' bytes, this one's among them, become those behind it. */
static inline struct nlmsghdr *mxc_netlink_next(struct nlmsghdr *at, size_t *left)
{
    size_t size = NLMSG_ALIGN(at->nlmsg_len);

    *left = size < *left ? *left - size : 0;
    return (void *)((char *)at + size);
}

/* Says that the host's addresses cannot be read, with an errno; returns -1. */
int mxc_netlink_fail(struct mxc_err *err, int error);

#endif
