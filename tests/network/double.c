/* SPDX-License-Identifier: MIT */
/* Plays executor and init for a test that wants to be the guest's side of the device: starts mxc-net under the rules of a
 * policy, gives it a socket in place of a network interface, and prints what it says: "ready", "event KIND WHY", and
 * "lost TEXT" when it ends.
 *
 * usage: double POLICY DEVICE-DESCRIPTOR [mapped]      ends with its standard input; 'double' lies beside mxc-net.
 * DEVICE-DESCRIPTOR -1: its packet comes without one.
 * 'mapped': as root of the host, for whom mxc-net has an id of its own. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend/network.h"

static int complain(const struct mxc_err *err)
{
    printf("lost %s\n", err->text);
    return 1;
}

/* 1 to go on, 0 when everything was heard, -1 when mxc-net is gone. */
static int hear(const struct mxc_net *net, struct mxc_err *err)
{
    struct mxc_net_message message;
    int got = mxc_net_hear(net, &message, err);

    if (got <= 0)
        return got;
    if (message.kind == MXC_NET_READY)
        puts("ready");
    else
        printf("event %s %s\n", mxc_net_kind_text((enum mxc_net_kind)message.event.kind),
               mxc_net_why_text((enum mxc_why)message.event.why));
    return 1;
}

static int listen_to(const struct mxc_net *net, struct mxc_err *err)
{
    struct pollfd polls[] = { { .fd = net->control, .events = POLLIN },
                              { .fd = STDIN_FILENO, .events = POLLIN } };

    for (;;) {
        int got;

        if (poll(polls, 2, -1) < 0)
            continue;
        if (polls[1].revents)
            return 0;
        while ((got = hear(net, err)) > 0)
            ;
        (void)fflush(stdout);
        if (got < 0)
            return -1;
    }
}

static int give(struct mxc_net *net, int device, struct mxc_err *err)
{
    if (device >= 0)
        return mxc_net_give_device(net, device, err);
    return send(net->control, "d", 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err = { 0 };
    struct mxc_net net = MXC_NET_NONE;
    struct mxc_plan plan = { .network = &policy.network };
    int result;

    if (argc < 3) {
        (void)fputs("usage: double POLICY DEVICE-DESCRIPTOR [mapped]\n", stderr);
        return 2;
    }
    if (mxc_policy_read(&arena, argv[1], strlen(argv[1]), NULL, &policy, &err) < 0 ||
        mxc_net_start(&plan, argc > 3, &net, &err) < 0 || give(&net, atoi(argv[2]), &err) < 0)
        return complain(&err);
    (void)close(atoi(argv[2]));
    result = listen_to(&net, &err) < 0 ? complain(&err) : 0;
    mxc_net_stop(&net);
    mxc_arena_done(&arena);
    return result;
}
