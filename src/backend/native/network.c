/* SPDX-License-Identifier: MIT */
/* The executor between init, which makes the network interface, and mxc-net, which serves it. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "backend/native/native_run.h"
#include "base/auto.h"
#include "sys/linux/clock.h"

int native_network_start(struct mxc_run *run, struct mxc_err *err)
{
    const struct mxc_network *network = run->job.plan->network;

    if (!network)
        return 0;
    run->job.network = true;
    return mxc_net_start(run->job.plan, run->job.mapped, &run->net, err);
}

/* Init waits with the program until somebody serves its interface. */
static int release(struct mxc_run *run, struct mxc_err *err)
{
    if (!run->net_ready || !run->net_served)
        return 0;
    return send(run->channel, "g", 1, MSG_NOSIGNAL) == 1
               ? 0
               : native_fail(err, "send", "answer", "init");
}

int native_network_device(struct mxc_run *run, int device, struct mxc_err *err)
{
    if (mxc_net_give_device(&run->net, device, err) < 0)
        return -1;
    run->net_served = true;
    return release(run, err);
}

static int take_message(struct mxc_run *run, const struct mxc_net_message *message,
                        struct mxc_err *err)
{
    if (message->kind == MXC_NET_EVENT) {
        if (run->options.event)
            run->options.event(run->options.context, &message->event);
        return 0;
    }
    if (run->net_ready)
        return 0; /* said twice */
    run->net_ready = true;
    return release(run, err);
}

int native_network_hear(struct mxc_run *run, struct mxc_err *err)
{
    /* Whoever talks without end is heard again after everybody else. */
    for (int i = 0; i < 64 && run->net.control >= 0; i++) {
        struct mxc_net_message message;
        int got = mxc_net_hear(&run->net, &message, err);

        if (got <= 0)
            return got;
        if (take_message(run, &message, err) < 0)
            return -1;
    }
    return 0;
}

void native_network_lost(struct mxc_run *run)
{
    mxc_auto_close(&run->net.control);
    run->net.control = -1;
    native_supervise_kill(run);
}

/* Neither talk without end nor silence makes the run longer than this. */
#define LAST_TALK_MS 1000
#define LAST_WAIT_MS 250

void native_network_end(struct mxc_run *run)
{
    struct pollfd said = { .fd = run->net.control, .events = POLLIN };
    int64_t until_ms = mxc_sys_now_ms() + LAST_TALK_MS;
    struct mxc_err ended; /* that it ends is right now */

    mxc_net_finish(&run->net);
    while (run->net.control >= 0 && mxc_sys_now_ms() < until_ms)
        if (poll(&said, 1, LAST_WAIT_MS) <= 0 || native_network_hear(run, &ended) < 0)
            break;
    mxc_net_stop(&run->net);
}
