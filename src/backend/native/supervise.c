/* SPDX-License-Identifier: MIT */
/* Watching one sandbox: messages of init, its end, our signals, our caller, the timeout, the
 * relays. No polling: every one of them is a descriptor. */
#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/native/native_run.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

enum {
    AT_CHANNEL,
    AT_PIDFD,
    AT_SIGNALS,
    AT_TIMER,
    AT_WATCH,
    AT_OOM,
    AT_NET,
    AT_CALLER,
    AT_RELAYS,
    AT_MAX = AT_RELAYS + 5
};

/* How soon a terminal that came to the foreground is noticed; only then is there nothing to wait
 * for. */
#define BACKGROUND_MS 250

void native_supervise_kill(struct mxc_run *run)
{
    if (run->init <= 0)
        return;
    /* A filter may forbid the newer call. Nobody else reaps our child, so its number is still its
     * own. */
    if (run->pidfd < 0 || mxc_sys_pidfd_signal(run->pidfd, SIGKILL) < 0)
        (void)kill(run->init, SIGKILL);
}

/* The first one counts. */
static void interrupt(struct mxc_run *run, int signal_number)
{
    if (run->interrupted)
        return;
    run->interrupted = signal_number;
    native_supervise_kill(run);
}

static void take_signal(struct mxc_run *run)
{
    struct signalfd_siginfo info;

    while (read(run->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGWINCH) {
            native_terminal_resize(&run->terminal);
        } else if (info.ssi_signo == SIGCONT) {
            native_terminal_resume(&run->terminal);
        } else {
            interrupt(run, (int)info.ssi_signo);
        }
    }
}

/* What hung up stays so; it is looked at until then. */
static int watched_caller(const struct mxc_run *run)
{
    return run->options.caller && !run->interrupted ? run->options.caller : -1;
}

static int wait_events(struct mxc_run *run, struct pollfd polls[AT_MAX], int timeout_ms,
                       struct mxc_err *err)
{
    size_t count = AT_RELAYS;
    int ready;

    polls[AT_CHANNEL] = (struct pollfd){ .fd = run->ended ? -1 : run->channel, .events = POLLIN };
    polls[AT_PIDFD] = (struct pollfd){ .fd = run->init > 0 ? run->pidfd : -1, .events = POLLIN };
    polls[AT_SIGNALS] = (struct pollfd){ .fd = run->signals, .events = POLLIN };
    polls[AT_TIMER] = (struct pollfd){ .fd = run->timer, .events = POLLIN };
    polls[AT_WATCH] = (struct pollfd){ .fd = run->watch_timer, .events = POLLIN };
    polls[AT_OOM] = (struct pollfd){ .fd = run->oom_event, .events = POLLIN };
    polls[AT_NET] = (struct pollfd){ .fd = run->ended ? -1 : run->net.control, .events = POLLIN };
    /* Asked for nothing, poll still tells of a hang-up, and not of what the caller may have
     * written. */
    polls[AT_CALLER] = (struct pollfd){ .fd = watched_caller(run) };
    if (run->executed.tv_sec) { /* before that nothing is relayed */
        count += native_terminal_polls(&run->terminal, polls + count);
        count += native_output_polls(&run->output, polls + count);
    }
    do
        ready = poll(polls, count, timeout_ms);
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return native_fail(err, "poll", "watch", "sandbox");
    if (polls[AT_SIGNALS].revents)
        take_signal(run);
    if (polls[AT_CALLER].revents)
        interrupt(run, SIGHUP);
    return ready;
}

static int reap(struct mxc_run *run, struct mxc_err *err)
{
    int status;
    pid_t pid;

    do
        pid = wait4(run->init, &status, __WALL, &run->usage);
    while (pid < 0 && errno == EINTR);
    if (pid < 0)
        return native_fail(err, "wait4", "reap", "init");
    run->init = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &run->finished);
    /* Neither killed nor heard: its last packet was lost, and how the program ended is not
     * known. */
    if (WIFEXITED(status) && !run->ended && !run->interrupted)
        return mxc_fail(err, MXC_BACKEND, 0, "init",
                        "the sandbox's first process could not tell how the program ended");
    return 0;
}

/* Init is our code, but it runs inside: what it sends is taken as from a stranger. */
static int surprised(struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, EPROTO, "init", "init sent what no step of set-up sends");
}

static int handle_terminal(struct mxc_run *run, int *master, struct mxc_err *err)
{
    unsigned number;

    if (*master < 0 || !run->job.terminal || run->terminal.master >= 0 ||
        ioctl(*master, TIOCGPTN, &number) < 0)
        return surprised(err);
    if (native_terminal_open(&run->terminal, &run->job, mxc_take_fd(master), err) < 0)
        return -1;
    if (send(run->channel, "g", 1, MSG_NOSIGNAL) != 1)
        return native_fail(err, "send", "answer", "init");
    return 0;
}

/* What the watcher reads must be a /proc: reading something else may take any time. */
static int handle_proc(struct mxc_run *run, int *proc, struct mxc_err *err)
{
    struct statfs info;

    if (*proc < 0 || !run->job.watched || run->proc >= 0 || fstatfs(*proc, &info) < 0 ||
        info.f_type != PROC_SUPER_MAGIC)
        return surprised(err);
    run->proc = mxc_take_fd(proc);
    return 0;
}

static int handle_device(struct mxc_run *run, int device, struct mxc_err *err)
{
    if (device < 0 || !run->job.network || run->net_served)
        return surprised(err);
    return native_network_device(run, device, err);
}

static int init_killed(struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, 0, "init",
                    "the sandbox's first process was killed while it was being set up");
}

/* Returns 1 when the program was executed, 0 to go on, -1 when set-up failed. */
static int setup_message(struct mxc_run *run, struct mxc_err *err)
{
    struct native_message message;
    auto_close int fd = -1;
    int got = native_receive(run->channel, &message, &fd);

    if (got < 0)
        return native_fail(err, "recvmsg", "hear", "init");
    if (got == 0)
        return init_killed(err);
    switch (message.kind) {
    case NATIVE_TERMINAL:
        return handle_terminal(run, &fd, err);
    case NATIVE_PROC:
        return handle_proc(run, &fd, err);
    case NATIVE_DEVICE:
        return handle_device(run, fd, err);
    case NATIVE_STARTED:
        (void)clock_gettime(CLOCK_MONOTONIC, &run->executed);
        return 1;
    case NATIVE_ERROR:
        *err = message.err;
        if (err->code == MXC_UNAVAILABLE && strcmp(err->where, NATIVE_FIRST_MOUNT) == 0)
            return native_refuse_namespaces(err->sys, err);
        return -1;
    default:
        return surprised(err);
    }
}

/* Of init, or of its end. As setup_message(). */
static int setup_word(struct mxc_run *run, bool spoken, struct mxc_err *err)
{
    int done = spoken ? setup_message(run, err) : init_killed(err);

    if (!run->net_lost.code || !done)
        return done;
    if (done < 0)
        *err = run->net_lost; /* which came first */
    else
        native_supervise_kill(run); /* wait() reports it */
    return done;
}

/* Once init was released only init knows whether the program ran before the network process
 * ended. */
static int setup_network(struct mxc_run *run, struct mxc_err *err)
{
    bool released = run->net_ready && run->net_served;

    if (native_network_hear(run, &run->net_lost) == 0)
        return 0;
    mxc_auto_close(&run->net.control);
    run->net.control = -1;
    if (!released)
        *err = run->net_lost;
    return released ? 0 : -1;
}

/* In milliseconds. */
static long setup_time_left(const struct mxc_run *run)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return NATIVE_SETUP_DEADLINE_MS - (now.tv_sec - run->started.tv_sec) * 1000 -
           (now.tv_nsec - run->started.tv_nsec) / 1000000;
}

int native_supervise_start(struct mxc_run *run, struct mxc_err *err)
{
    struct pollfd polls[AT_MAX];

    for (;;) {
        long left = setup_time_left(run);

        if (left <= 0) /* whatever else may be ready meanwhile */
            return mxc_fail(
                err, MXC_BACKEND, ETIME, "setup",
                "the sandbox was not ready after %d seconds; a granted path may lie on a "
                "filesystem that does not answer",
                NATIVE_SETUP_DEADLINE_MS / 1000);
        if (wait_events(run, polls, (int)left, err) < 0)
            return -1;
        if (run->interrupted)
            return 0; /* wait() reports it */
        if (polls[AT_NET].revents && setup_network(run, err) < 0)
            return -1;
        if (polls[AT_CHANNEL].revents || polls[AT_PIDFD].revents) {
            int done = setup_word(run, polls[AT_CHANNEL].revents != 0, err);

            if (done)
                return done < 0 ? -1 : 0;
        }
    }
}

void native_supervise_abandon(struct mxc_run *run)
{
    struct mxc_err ignored; /* why it is abandoned is told already */

    native_supervise_kill(run);
    if (run->init > 0)
        (void)reap(run, &ignored);
    native_network_end(run);
}

static void run_message(struct mxc_run *run)
{
    struct native_message message;
    auto_close int fd = -1;

    if (native_receive(run->channel, &message, &fd) == 1 && message.kind == NATIVE_ENDED) {
        run->ended = true;
        run->status = message.status;
        run->tmp_full = message.tmp_full;
        return;
    }
    mxc_auto_close(&run->channel); /* init is gone without a word; its pidfd tells the rest */
    run->channel = -1;
}

static void handle_events(struct mxc_run *run, const struct pollfd *polls)
{
    if (polls[AT_CHANNEL].revents)
        run_message(run);
    if (polls[AT_TIMER].revents)
        native_supervise_kill(run); /* also after the program's end: init, too, has to end */
    if (polls[AT_TIMER].revents && !run->ended) {
        run->timed_out = true;
        mxc_auto_close(&run->timer);
        run->timer = -1;
    }
    if (polls[AT_WATCH].revents)
        native_watch_sample(run);
    if (polls[AT_OOM].revents) {
        run->over_memory = true;
        mxc_auto_close(&run->oom_event);
        run->oom_event = -1;
        native_supervise_kill(run);
    }
    if (polls[AT_NET].revents && native_network_hear(run, &run->net_lost) < 0)
        native_network_lost(run);
    native_terminal_look(&run->terminal);
    native_terminal_move(&run->terminal, &run->output);
    native_output_move(&run->output);
    if (run->output.exceeded)
        native_supervise_kill(run);
}

int native_supervise_wait(struct mxc_run *run, struct mxc_err *err)
{
    struct pollfd polls[AT_MAX];

    while (run->init > 0) {
        if (wait_events(run, polls, native_terminal_waits(&run->terminal) ? BACKGROUND_MS : -1,
                        err) < 0)
            return -1;
        handle_events(run, polls);
        if (polls[AT_PIDFD].revents) {
            if (!run->ended && run->channel >= 0)
                run_message(run); /* its last word may still be in the channel */
            if (reap(run, err) < 0)
                return -1;
        }
    }
    return 0;
}

/* Then what the caller does not take at once is not waited for. */
static bool cut_short(const struct mxc_run *run)
{
    return run->interrupted || run->timed_out || run->over_memory || run->unwatched ||
           run->net_lost.code || run->output.exceeded;
}

int native_supervise_drain(struct mxc_run *run, struct mxc_err *err)
{
    int *const over[] = { &run->channel, &run->watch_timer, &run->oom_event };
    struct pollfd polls[AT_MAX];

    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        mxc_auto_close(over[i]);
        *over[i] = -1;
    }
    native_network_end(run);
    native_output_move(&run->output);
    while (native_output_polls(&run->output, polls) && !cut_short(run)) {
        if (wait_events(run, polls, -1, err) < 0)
            return -1;
        if (polls[AT_TIMER]
                .revents) /* a caller that takes no output does not make the run longer */
            run->timed_out = true;
        native_output_move(&run->output);
    }
    if (run->unwatched)
        return mxc_fail(err, MXC_BACKEND, run->unwatched, "memory watcher",
                        "the memory of the sandbox could not be counted any more: %s",
                        strerror(run->unwatched));
    /* In a cgroup of v2 it is killed with the program when memory runs out. */
    if (run->net_lost.code && !run->interrupted && !run->timed_out &&
        !native_cgroup_oom_kills(&run->cgroup)) {
        *err = run->net_lost;
        return -1;
    }
    if (run->output.error)
        return mxc_fail(err, MXC_BACKEND, run->output.error, "output",
                        "cannot pass on the output of the program: %s",
                        strerror(run->output.error));
    return 0;
}
