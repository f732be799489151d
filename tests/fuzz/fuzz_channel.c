/* SPDX-License-Identifier: MIT */
/* The executor hears init, which somebody may have taken over: packets of any bytes, any length, with any
 * descriptors. Whatever comes, the run ends with a known error or a result that can be printed, nothing of
 * the channel reaches a terminal, and no descriptor stays open. Linked with
 * --wrap=poll,wait4,syscall. */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/native/native_run.h"
#include "fuzz.h"
#include "run/result.h"

#define PACKETS_MAX 12
#define FDS_MAX     3

/* Shape of a packet. */
enum { HAS_FDS = 3, HAS_SIZE = 4, HAS_KIND = 8, HAS_TEXT = 16 };

/* More looks than any input has events: something is ready that nobody takes. */
#define POLLS_MAX 1000

/* Init, as the kernel would show it. */
static struct {
    int pidfd;
    bool killed;
    bool stays; /* ends only when it is killed */
    unsigned polls;
} init;

int __real_poll(struct pollfd *polls, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *polls, nfds_t count, int timeout);
pid_t __wrap_wait4(pid_t pid, int *status, int options, struct rusage *usage);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* Init ends when it is killed, or when nothing else happens any more. */
int __wrap_poll(struct pollfd *polls, nfds_t count, int timeout)
{
    int ready = __real_poll(polls, count, 0);

    FUZZ_CHECK(++init.polls < POLLS_MAX, "the executor turns in circles");
    if (!init.killed && (ready || !timeout || init.stays))
        return ready;
    for (nfds_t i = 0; i < count; i++)
        if (polls[i].fd >= 0 && polls[i].fd == init.pidfd) {
            polls[i].revents = POLLIN;
            return ready + 1;
        }
    return ready;
}

/* The executor's own signals, and what the sanitizers' runtime does not do itself. */
long __wrap_syscall(long number, ...)
{
    long given[6];
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        given[i] = va_arg(args, long);
    va_end(args);
    if (number != SYS_pidfd_send_signal)
        return __real_syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    FUZZ_CHECK((int)given[0] == init.pidfd, "another process is killed");
    init.killed = true;
    return 0;
}

pid_t __wrap_wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    (void)options;
    *status = init.killed ? SIGKILL : 0;
    memset(usage, 0, sizeof *usage);
    return pid;
}

static void fill(struct fuzz_input *input, void *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)out)[i] = (unsigned char)fuzz_byte(input);
}

/* A message with its parts from the input, so that kinds are hit; the rest of it is zero. */
static void make_message(struct fuzz_input *input, unsigned shape, struct native_message *out)
{
    memset(out, 0, sizeof *out);
    if (shape & HAS_KIND)
        fill(input, &out->kind, sizeof out->kind);
    else
        out->kind = (int)(fuzz_byte(input) % 7);
    fill(input, &out->status, 2);
    out->tmp_full = (int)fuzz_byte(input);
    fill(input, &out->err.code, shape & HAS_KIND ? sizeof out->err.code : 1);
    fill(input, &out->err.sys, 1);
    if (shape & HAS_TEXT) {
        memset(out->err.where, (int)fuzz_byte(input), sizeof out->err.where);
        memset(out->err.text, (int)fuzz_byte(input), sizeof out->err.text);
    }
    fill(input, out->err.where, fuzz_byte(input) % 16u);
    fill(input, out->err.text, fuzz_byte(input) % 16u);
}

/* What could come along: what is expected, and things that are always ready, never ready, or the channel. */
static int open_some(unsigned which, int channel)
{
    static const char *const paths[] = { "/dev/null", "/proc", "/dev/ptmx", "/dev/zero", "/" };

    if (which < sizeof paths / sizeof *paths)
        return open(paths[which],
                    (which == 1 || which == 4 ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY);
    return which == 5 ? dup(channel) : eventfd(0, EFD_CLOEXEC);
}

static void send_packet(struct fuzz_input *input, int channel)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control = { .room = { 0 } };
    unsigned char bytes[sizeof(struct native_message) + 64] = { 0 };
    struct iovec data = { bytes, sizeof(struct native_message) };
    struct msghdr packet = { .msg_iov = &data, .msg_iovlen = 1 };
    unsigned shape = fuzz_byte(input), count = shape & HAS_FDS;
    int fds[FDS_MAX];

    make_message(input, shape, (struct native_message *)(void *)bytes);
    if (shape & HAS_SIZE)
        data.iov_len = (sizeof(struct native_message) + fuzz_byte(input) * 4u) % sizeof bytes;
    for (unsigned i = 0; i < count; i++)
        fds[i] = open_some(shape >> 5, channel);
    if (count) {
        packet.msg_control = control.room;
        packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
    }
    (void)sendmsg(channel, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
    for (unsigned i = 0; i < count; i++)
        (void)close(fds[i]);
}

static struct mxc_run make_run(int channel, unsigned options)
{
    struct mxc_run run = { .init = 77,
                           .pidfd = eventfd(0, EFD_CLOEXEC),
                           .channel = channel,
                           .signals = -1,
                           .timer = -1,
                           .watch_timer = -1,
                           .oom_event = -1,
                           .proc = -1 };

    (void)clock_gettime(CLOCK_MONOTONIC, &run.started);
    run.terminal = (struct native_terminal){ .master = -1, .keyboard = -1, .screen = -1 };
    run.output.pipes[0].from = run.output.pipes[1].from = -1;
    run.cgroup.keeper_pipe = -1;
    run.net = MXC_NET_NONE;
    run.job.terminal = run.job.is_terminal[1] = options & 1;
    run.job.watched = options & 2;
    run.limits.memory = options & 2 ? 1u << 20 : 0;
    memset(&init, 0, sizeof init);
    init.pidfd = run.pidfd;
    return run;
}

static void close_run(struct mxc_run *run)
{
    const int fds[] = { run->pidfd, run->channel, run->proc, run->timer };

    native_terminal_close(&run->terminal, NULL);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

static void check_result(const struct mxc_exit *exit, const struct mxc_err *err)
{
    struct mxc_result result = { .backend = "native", .exit = exit, .err = err };
    auto_buf line = { 0 };

    mxc_result_json(&result, &line);
    FUZZ_CHECK(!line.failed && fuzz_is_lines(line.data) && fuzz_is_json(line.data), line.data);
}

/* A failed run has an error that ends with a status other than 0; another one a result. */
static void listen_to_init(struct mxc_run *run, unsigned options)
{
    struct mxc_exit exit = { .reason = MXC_REASON_SETUP };
    struct mxc_err err = { 0 };
    int failed = native_supervise_start(run, &err), status;

    if (!failed && options & 8) { /* out of time, and init does not end by itself */
        run->timer = eventfd(1, EFD_CLOEXEC);
        init.stays = true;
    }
    if (failed || native_supervise_wait(run, &err) < 0) {
        fuzz_check_error(&err);
        FUZZ_CHECK(mxc_code_status(err.code) != 0 && mxc_code_text(err.code), err.text);
        check_result(&exit, &err);
        return;
    }
    native_report(run, &exit);
    FUZZ_CHECK(exit.signal >= 0 && exit.code >= 0, NULL);
    status = mxc_exit_status(&exit);
    FUZZ_CHECK(status >= 0 && status <= 255, NULL);
    FUZZ_CHECK(run->ended || status != 0, "a program that nobody saw end has not succeeded");
    check_result(&exit, NULL);
}

/* The lowest free descriptor and the next ones. */
static void take_marks(int marks[4])
{
    for (int i = 0; i < 4; i++)
        marks[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 4; i++)
        (void)close(marks[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    unsigned options = fuzz_byte(&input);
    int ends[2], before[4], after[4];
    struct mxc_run run;

    take_marks(before);
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, NULL);
    run = make_run(ends[0], options);
    for (int i = 0; i < PACKETS_MAX && input.left; i++)
        send_packet(&input, ends[1]);
    if (options & 4)
        (void)shutdown(ends[1], SHUT_WR);
    listen_to_init(&run, options);
    close_run(&run);
    (void)close(ends[1]);
    take_marks(after);
    FUZZ_CHECK(!memcmp(before, after, sizeof before), "a descriptor stays open");
    return 0;
}
