/* SPDX-License-Identifier: MIT */
/* The executor's side of mxc-net. */
#include "backend/network.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "net/rules.h"
#include "policy/cidr.h"
#include "sys/linux/beside.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

/* Host id of every mxc-net that root starts: nobody's, and below the ranges that sandboxes get. */
#define HOST_ID 0x6fffffffu

#define NAMESPACES                                                                                 \
    (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

static int fail(struct mxc_err *err, const char *call, const char *what)
{
    int error = errno;

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot %s: %s", what, strerror(error));
}

const char *mxc_net_program(void)
{
    return mxc_sys_beside("mxc-net");
}

/* Sealed, so that what was checked stays what is used. */
static int rules_memory(const struct mxc_plan *plan, int *out, struct mxc_err *err)
{
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    struct mxc_arena arena = { 0 };
    struct mxc_blob blob;
    auto_close int fd = memfd_create("rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const struct mxc_rules_options options = { .loopback_port = plan->loopback_port };
    int result = mxc_rules_compile(&arena, plan->network, &options, &blob, err);

    if (result == 0 && (fd < 0 || write(fd, blob.data, blob.size) != (ssize_t)blob.size ||
                        fcntl(fd, F_ADD_SEALS, seals) < 0))
        result = fail(err, "memfd_create", "keep the rules of the network");
    mxc_arena_done(&arena);
    if (result == 0)
        *out = mxc_take_fd(&fd);
    return result;
}

/* ---- the child: system calls only, until it executes */

#define PROGRAM_FD (MXC_NET_RULES_FD + 1)

struct start {
    int program;
    int control;
    int rules;
    bool mapped; /* ids of its own */
};

_Noreturn static void give_up(const struct start *start, const char *call, const char *what)
{
    struct mxc_net_message message = { .kind = MXC_NET_ERROR };

    (void)fail(&message.err, call, what);
    (void)!send(start->control, &message, sizeof message, MSG_NOSIGNAL);
    _exit(127);
}

/* Root of its namespace, so that executing keeps the capabilities that confining itself needs. */
static int take_ids(void)
{
    if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM) /* a user's namespace has none */
        return -1;
    if (syscall(SYS_setresgid, 0, 0, 0) < 0)
        return -1;
    return (int)syscall(SYS_setresuid, 0, 0, 0);
}

static int take_descriptors(const struct start *start)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    /* Away from 0 to 4 first: one of them may stand where the other goes. */
    int control = fcntl(start->control, F_DUPFD, 16);
    int rules = fcntl(start->rules, F_DUPFD, 16);
    int program = fcntl(start->program, F_DUPFD, 16);

    if (null < 0 || control < 0 || rules < 0 || program < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (dup2(null, i) < 0)
            return -1;
    if (dup2(control, MXC_NET_CONTROL_FD) < 0 || dup2(rules, MXC_NET_RULES_FD) < 0 ||
        dup3(program, PROGRAM_FD, O_CLOEXEC) < 0)
        return -1;
    return mxc_sys_close_range(PROGRAM_FD + 1, ~0u, 0);
}

_Noreturn static void become_net(const struct start *start)
{
    static const char *const argv[] = { "mxc-net", NULL };
    static const char *const environment[] = { NULL };
    char go;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || recv(start->control, &go, 1, 0) != 1)
        _exit(127); /* the executor is gone */
    if (setsid() < 0 || take_ids() < 0)
        give_up(start, "setresuid", "prepare the network process");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) /* a change of ids disarmed it */
        give_up(start, "PR_SET_PDEATHSIG", "prepare the network process");
    if (take_descriptors(start) < 0)
        give_up(start, "dup2", "prepare the network process");
    /* Not by its path: below a private folder of root's the ids of nobody would not reach it. */
    (void)syscall(SYS_execveat, PROGRAM_FD, "", argv, environment, AT_EMPTY_PATH);
    give_up(&(struct start){ .control = MXC_NET_CONTROL_FD }, "execve", "execute mxc-net");
}

/* ---- ids and setup */

static int write_map(pid_t pid, const char *name, const char *text, struct mxc_err *err)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return mxc_sys_write_at(AT_FDCWD, path, text) < 0
               ? fail(err, name, "map the ids of the network process")
               : 0;
}

static int map_ids(pid_t pid, bool mapped, struct mxc_err *err)
{
    char users[64], groups[64];

    (void)snprintf(users, sizeof users, "0 %u 1", mapped ? HOST_ID : (unsigned)geteuid());
    (void)snprintf(groups, sizeof groups, "0 %u 1", mapped ? HOST_ID : (unsigned)getegid());
    if (!mapped && write_map(pid, "setgroups", "deny", err) < 0)
        return -1;
    if (write_map(pid, "uid_map", users, err) < 0)
        return -1;
    return write_map(pid, "gid_map", groups, err);
}

static int launch(const struct start *start, struct mxc_net *net, struct mxc_err *err)
{
    pid_t pid = (pid_t)syscall(SYS_clone, (unsigned long)(NAMESPACES | SIGCHLD), 0, 0, 0, 0);

    if (pid < 0)
        return fail(err, "clone", "start the network process");
    if (pid == 0) {
        (void)close(net->control); /* else nobody would see that the executor is gone */
        become_net(start);
    }
    net->pid = pid;
    if (map_ids(pid, start->mapped, err) < 0)
        return -1;
    return send(net->control, "g", 1, MSG_NOSIGNAL) == 1
               ? 0
               : fail(err, "send", "release the network process");
}

static int fill_publish(const struct mxc_network *network, struct mxc_net_setup *setup,
                        struct mxc_err *err)
{
    if (network->publish_count > MXC_NET_PUBLISH_MAX)
        return mxc_fail(err, MXC_POLICY_REFUSED, 0, "/network/ingress/publish",
                        "more than %d ports cannot be published", MXC_NET_PUBLISH_MAX);
    for (size_t i = 0; i < network->publish_count; i++) {
        const struct mxc_publish *from = &network->publish[i];
        struct mxc_net_publish *to = &setup->publish[setup->publish_count++];

        to->host.family = from->host_address.family;
        memcpy(to->host.bytes, from->host_address.address, sizeof to->host.bytes);
        to->host_port = from->host_port;
        to->port = from->port;
        to->relayed = from->loopback;
        to->index = (uint16_t)i;
    }
    return 0;
}

static bool wants_loopback(const struct mxc_plan *plan)
{
    return plan->network->host_loopback_allow || plan->network->allow_local || plan->loopback_port;
}

static int start_steps(const struct mxc_plan *plan, bool mapped, struct mxc_net *net,
                       struct mxc_err *err)
{
    struct mxc_net_setup setup = { .loopback = wants_loopback(plan) };
    const char *path = mxc_net_program();
    auto_close int program = path ? open(path, O_PATH | O_CLOEXEC) : -1;
    struct start start = { .program = program, .mapped = mapped };
    auto_close int control = -1;
    auto_close int rules = -1;
    int ends[2];

    if (program < 0)
        return mxc_fail(err, MXC_UNAVAILABLE, ENOENT, "mxc-net",
                        "the program mxc-net, which enforces rules of the network, is not "
                        "installed beside this one; install it, or leave the network closed");
    if (fill_publish(plan->network, &setup, err) < 0 || rules_memory(plan, &rules, err) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return fail(err, "socketpair", "make a channel");
    net->control = ends[0];
    control = ends[1];
    start.control = control;
    start.rules = rules;
    if (launch(&start, net, err) < 0)
        return -1;
    if (send(net->control, &setup, sizeof setup, MSG_NOSIGNAL) != sizeof setup)
        return fail(err, "send", "instruct the network process");
    return 0;
}

int mxc_net_start(const struct mxc_plan *plan, bool mapped, struct mxc_net *out,
                  struct mxc_err *err)
{
    *out = MXC_NET_NONE;
    if (start_steps(plan, mapped, out, err) == 0)
        return 0;
    mxc_net_stop(out);
    return -1;
}

/* One byte with descriptors. */
static ssize_t send_descriptors(int socket, const int *fds, size_t count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = { .room = { 0 } };
    char byte = 'd';
    struct iovec data = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr packet = { .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = CMSG_SPACE(count * sizeof *fds) };
    ssize_t sent;

    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(count * sizeof *fds);
    memcpy(CMSG_DATA(&control.header), fds, count * sizeof *fds);
    do
        sent = sendmsg(socket, &packet, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

int mxc_net_give_device(struct mxc_net *net, int device, struct mxc_err *err)
{
    if (net->device < 0) /* without it only the end is slower */
        net->device = fcntl(device, F_DUPFD_CLOEXEC, 3);
    if (send_descriptors(net->control, &device, 1) < 0 && errno != EPIPE && errno != ECONNRESET)
        return fail(err, "sendmsg", "hand the network interface over");
    return 0; /* or it has ended: its last words say why */
}

/* Whoever closes an interface last waits until the whole kernel has forgotten it, 20 ms and more.
 * So the last one is a socket that lies in its own queue, and the device with it: the kernel's
 * collector of such rings takes both, in a worker of its own. Where that fails (a limit, an old
 * kernel) the wait is ours again. */
void mxc_net_leave_device(int device)
{
    int ends[2];

    if (device < 0)
        return;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0) {
        (void)send_descriptors(ends[1], (const int[]){ ends[0], device }, 2);
        (void)close(device);
        (void)close(ends[1]);
        device = ends[0];
    }
    (void)close(device);
}

bool mxc_net_may_ping(bool mapped)
{
    const unsigned long group = mapped ? HOST_ID : getegid();
    unsigned long first, last;
    char text[64], *rest;

    if (mxc_sys_read_at(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", text, sizeof text) <= 0)
        return false;
    first = strtoul(text, &rest, 10);
    last = strtoul(rest, NULL, 10);
    return first <= group && group <= last;
}

static int ended(struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, 0, "mxc-net",
                    "the network process ended; without it nothing enforces the rules, so the "
                    "sandbox was ended");
}

/* It reads what the guest writes, so it may say anything. */
static int take_message(struct mxc_net_message *message, struct mxc_err *err)
{
    const struct mxc_net_message given = *message;

    switch (given.kind) {
    case MXC_NET_READY:
        return 1;
    case MXC_NET_EVENT:
        return mxc_net_event_take(&given.event, sizeof given.event, &message->event) ? 1 : 0;
    case MXC_NET_ERROR:
        mxc_err_take(&given.err, err);
        return -1;
    default:
        return ended(err);
    }
}

int mxc_net_hear(const struct mxc_net *net, struct mxc_net_message *out, struct mxc_err *err)
{
    ssize_t got;

    /* When it ended without reading what we sent, that comes first, and its last words after it. */
    do
        got = recv(net->control, out, sizeof *out, MSG_DONTWAIT);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got < 0 && errno == EAGAIN)
        return 0;
    if (got != sizeof *out)
        return ended(err);
    return take_message(out, err);
}

void mxc_net_finish(const struct mxc_net *net)
{
    if (net->control >= 0)
        (void)shutdown(net->control, SHUT_WR);
}

void mxc_net_stop(struct mxc_net *net)
{
    mxc_auto_close(&net->control);
    net->control = -1;
    if (net->pid > 0) {
        (void)kill(net->pid, SIGKILL);
        while (waitpid(net->pid, NULL, __WALL) < 0 && errno == EINTR)
            ;
        net->pid = 0;
    }
    mxc_net_leave_device(net->device); /* nobody else has it now */
    net->device = -1;
}
