/* SPDX-License-Identifier: MIT */
/* Lists by rtnetlink. */
#include "net/netlink.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"

int mxc_netlink_fail(struct mxc_err *err, int error)
{
    return mxc_fail(err, MXC_BACKEND, error, "netlink",
                    "cannot read the addresses and routes of the host: %s", strerror(error));
}

/* With strict checks the kernel leaves out the routes of other types by itself: a router may have a
 * million. */
int mxc_netlink_open(uint32_t groups, int flags, int *out, struct mxc_err *err)
{
    struct sockaddr_nl at = { .nl_family = AF_NETLINK, .nl_groups = groups };
    const int yes = 1;
    auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 ||
        setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &yes, sizeof yes) < 0)
        return mxc_netlink_fail(err, errno);
    *out = mxc_take_fd(&fd);
    return 0;
}

static int ask(int fd, const struct mxc_netlink_list *list, struct mxc_err *err)
{
    struct {
        struct nlmsghdr header;
        union {
            struct ifaddrmsg address;
            struct rtmsg route;
            struct fib_rule_hdr rule;
        } body;
    } request = { .header = { .nlmsg_type = list->ask,
                              .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
    size_t size = sizeof request.body.rule;

    if (list->ask == RTM_GETADDR)
        size = sizeof request.body.address;
    request.header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
    request.body.route.rtm_family = list->family; /* the first member of all three */
    if (list->type)
        request.body.route.rtm_type = list->type;
    return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? mxc_netlink_fail(err, errno) : 0;
}

struct reading {
    const struct mxc_netlink_list *list;
    mxc_netlink_take *take;
    void *context;
    bool complete, changed;
};

/* The errno of a message that ends the list, 0 or less than that. */
static int end_of(struct nlmsghdr *message)
{
    int error = 0;

    if (message->nlmsg_len >= NLMSG_LENGTH(sizeof error))
        memcpy(&error, NLMSG_DATA(message), sizeof error);
    else if (message->nlmsg_type == NLMSG_ERROR)
        error = -EPROTO;
    return error;
}

static bool is_unknown(int error)
{
    return error == -EOPNOTSUPP || error == -EAFNOSUPPORT;
}

static int take_packet(struct reading *reading, void *bytes, size_t left, struct mxc_err *err)
{
    for (struct nlmsghdr *at = bytes; NLMSG_OK(at, left); at = mxc_netlink_next(at, &left)) {
        reading->changed |= (at->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (at->nlmsg_type == NLMSG_DONE || at->nlmsg_type == NLMSG_ERROR) {
            int error = end_of(at);

            if (error < 0 && !(reading->list->may_be_none && is_unknown(error)))
                return mxc_netlink_fail(err, -error);
            reading->complete = true;
            return 0;
        }
        if (at->nlmsg_type == reading->list->row && reading->take(reading->context, at, err) < 0)
            return -1;
    }
    return 0;
}

int mxc_netlink_read(int fd, const struct mxc_netlink_list *list, mxc_netlink_take *take,
                     void *context, struct mxc_err *err)
{
    _Alignas(struct nlmsghdr) static char bytes[32768]; /* as much as the kernel sends at once */
    struct reading reading = { .list = list, .take = take, .context = context };

    if (ask(fd, list, err) < 0)
        return -1;
    while (!reading.complete) {
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);

        if (got < 0 && errno != EINTR)
            return mxc_netlink_fail(err, errno);
        if (got > 0 && take_packet(&reading, bytes, (size_t)got, err) < 0)
            return -1;
    }
    return reading.changed ? MXC_NETLINK_AGAIN : 0;
}
