/* SPDX-License-Identifier: MIT */
/* Process 1 of the sandbox: builds the root, starts the program, reaps whatever is left to it,
 * reports how the program ended, and ends; the kernel then kills everything else. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/native/device.h"
#include "backend/native/native.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"

/* The executor writes one byte when ids, limits and grants are in place. */
static int await_go(const struct native_job *job)
{
    char byte;
    ssize_t got;

    do
        got = recv(job->channel, &byte, 1, 0);
    while (got < 0 && errno == EINTR);
    return got == 1 ? 0 : -1;
}

int native_take_ids(void)
{
    if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static int take_ids(const struct native_job *job, struct mxc_err *err)
{
    if (job->mapped && native_take_ids() < 0)
        return native_fail(err, "setresuid", "take", "ids of the namespace");
    /* A change of ids disarms the death signal, so it is armed here. If the executor is gone
     * already, the closed channel tells when the start is to be reported. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return native_fail(err, "PR_SET_PDEATHSIG", "follow", "executor");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return native_fail(err, "PR_SET_DUMPABLE", "protect", "init");
    return 0;
}

/* Whole pages are given back instead of being copied to be overwritten: an environment may be
 * large. */
static void wipe(char *first, size_t length)
{
    const uintptr_t page = 4095;
    uintptr_t from = ((uintptr_t)first + page) & ~page, to = ((uintptr_t)first + length) & ~page;

    if (to <= from || madvise((void *)from, to - from, MADV_DONTNEED) < 0) {
        memset(first, 0, length);
        return;
    }
    memset(first, 0, from - (uintptr_t)first);
    memset((void *)to, 0, (uintptr_t)first + length - to);
}

/* /proc/1/cmdline and environ show our copy of the executor's arguments, which may hold the policy.
 * The kernel keeps them in one piece from argv[0] to the name in the auxiliary vector. */
static void forget_arguments(const struct native_job *job)
{
    char *first = program_invocation_name;
    const char *last = (const char *)(uintptr_t)getauxval(AT_EXECFN);

    if (first && last && last > first && last - first < 8 << 20)
        wipe(first, (size_t)(last - first) + strlen(last));
    (void)prctl(PR_SET_NAME, job->init_name, 0, 0, 0);
}

static int raise_loopback(struct mxc_err *err)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK };
    auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 && errno == EAFNOSUPPORT)
        return 0; /* a kernel without IPv4 has no loopback to raise */
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        return native_fail(err, "SIOCSIFFLAGS", "raise", "lo");
    return 0;
}

/* A pty of the sandbox's own devpts; the executor gets the master, the program the other end. */
static int open_terminal(const struct native_job *job, int *out, struct mxc_err *err)
{
    struct native_message message = { .kind = NATIVE_TERMINAL };
    auto_close int master = -1;
    int unlocked = 0, peer;

    if (!job->terminal)
        return 0;
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
        return native_fail(err, "open", "open", "/dev/ptmx");
    peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (peer < 0)
        return native_fail(err, "TIOCGPTPEER", "open", "terminal");
    *out = peer;
    if (native_send(job->channel, &message, master) < 0)
        return native_fail(err, "sendmsg", "hand over", "terminal");
    return 0;
}

struct launch {
    const struct native_job *job;
    int ruleset;
    int terminal;
};

/* The watcher reads it from outside, where nothing of the sandbox can stand in its way. */
static int hand_over_proc(const struct native_job *job, struct mxc_err *err)
{
    struct native_message message = { .kind = NATIVE_PROC };
    auto_close int proc = -1;

    if (!job->watched)
        return 0;
    proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 || native_send(job->channel, &message, proc) < 0)
        return native_fail(err, "sendmsg", "hand over", "/proc");
    return 0;
}

/* Made while /dev/net/tun of the host is still in sight. */
static int open_network(const struct native_job *job, struct mxc_err *err)
{
    struct native_message message = { .kind = NATIVE_DEVICE };
    auto_close int device = -1;

    if (!job->network)
        return 0;
    if (native_device_open(false, &device, err) < 0)
        return -1;
    if (native_send(job->channel, &message, device) < 0)
        return native_fail(err, "sendmsg", "hand over", "network interface");
    return 0;
}

/* Until somebody serves the terminal and the interface. They get ready while we do; which of the
 * two answers comes first does not matter. */
static int await_servers(const struct native_job *job, struct mxc_err *err)
{
    if ((job->terminal && await_go(job) < 0) || (job->network && await_go(job) < 0))
        return native_fail(err, "recv", "await", "terminal or network");
    return 0;
}

static void report_error(const struct native_job *job, const struct mxc_err *err)
{
    struct native_message message = { .kind = NATIVE_ERROR, .err = *err };

    (void)native_send(job->channel, &message, -1);
}

static int launched(void *context)
{
    const struct launch *launch = context;
    struct mxc_err err = { 0 };

    (void)native_become_guest(launch->job, launch->ruleset, launch->terminal, &err);
    report_error(launch->job, &err);
    _exit(127);
}

/* The child shares our memory until it executes, so nothing is copied; we stand still meanwhile. */
static pid_t start_program(const struct launch *launch, struct mxc_err *err)
{
    static _Alignas(16) char stack[65536];
    pid_t pid = clone(launched, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD,
                      (void *)(uintptr_t)launch);

    if (pid < 0)
        return native_fail(err, "clone", "start", "program");
    return pid;
}

static int keep_only_channel(const struct native_job *job, struct mxc_err *err)
{
    unsigned channel = (unsigned)job->channel;

    if ((channel && mxc_sys_close_range(0, channel - 1, 0) < 0) ||
        mxc_sys_close_range(channel + 1, ~0u, 0) < 0)
        return native_fail(err, "close_range", "close", "descriptors");
    return 0;
}

static bool no_room(const struct native_job *job)
{
    const struct mxc_step *tmp = mxc_plan_find(job->plan, MXC_STEP_TMP);
    struct statfs info;

    return tmp && statfs(tmp->to, &info) == 0 && (!info.f_bavail || !info.f_ffree);
}

_Noreturn static void reap(const struct native_job *job, pid_t program)
{
    struct native_message message = { .kind = NATIVE_ENDED };
    int status;

    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);

        if (pid == program)
            break;
        if (pid < 0 && errno != EINTR)
            _exit(1);
    }
    message.status = status;
    message.tmp_full = no_room(job);
    (void)native_send(job->channel, &message, -1);
    /* What it left behind would die with us, and its processor time would be nobody's. */
    if (kill(-1, SIGKILL) == 0)
        while (waitpid(-1, NULL, __WALL) > 0 || errno == EINTR)
            ;
    _exit(0);
}

static pid_t set_up(struct native_job *job, struct mxc_err *err)
{
    struct launch launch = { .job = job, .ruleset = -1, .terminal = -1 };
    pid_t program;
    mode_t mask;

    if (take_ids(job, err) < 0 || open_network(job, err) < 0)
        return -1;
    mask = umask(0); /* modes of ours are as written, whatever the caller's mask is */
    if (native_build_root(job, err) < 0)
        return -1;
    (void)umask(mask);
    if (raise_loopback(err) < 0 || hand_over_proc(job, err) < 0 ||
        open_terminal(job, &launch.terminal, err) < 0 ||
        native_landlock_rules(job, &launch.ruleset, err) < 0)
        return -1;
    forget_arguments(job);
    if (native_drop_bounding(job->last_capability, err) < 0 || native_drop_capabilities(err) < 0)
        return -1;
    if (await_servers(job, err) < 0)
        return -1;
    program = start_program(&launch, err);
    if (program < 0 || keep_only_channel(job, err) < 0)
        return -1;
    return program;
}

_Noreturn void native_init_main(struct native_job *job)
{
    const struct native_message started = { .kind = NATIVE_STARTED };
    struct mxc_err err = { 0 };
    pid_t program;

    /* Whoever kills the executor meanwhile leaves the channel closed. */
    if (await_go(job) < 0)
        _exit(1);
    program = set_up(job, &err);
    if (program < 0) {
        report_error(job, &err);
        _exit(1);
    }
    if (native_send(job->channel, &started, -1) < 0)
        _exit(1); /* nobody is there to watch the program */
    reap(job, program);
}
