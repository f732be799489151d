/* SPDX-License-Identifier: MIT */
/* mxc-net: carries the traffic of one sandbox, and of it only what the rules allow. The executor
 * starts it with two descriptors (net/control.h) in namespaces of its own. It reads no packet
 * before it is confined. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/confine.h"
#include "net/loop.h"

static int fail(struct mxc_err *err, const char *call, const char *what)
{
    int error = errno;

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot %s: %s", what, strerror(error));
}

static int hear_setup(struct mxc_net_setup *out, struct mxc_err *err)
{
    ssize_t got;

    do
        got = recv(MXC_NET_CONTROL_FD, out, sizeof *out, 0);
    while (got < 0 && errno == EINTR);
    if (got != sizeof *out || out->publish_count > MXC_NET_PUBLISH_MAX) {
        errno = got < 0 ? errno : EPROTO;
        return fail(err, "recv", "hear what to do");
    }
    return 0;
}

static int map_rules(struct mxc_ruleset *out, struct mxc_err *err)
{
    struct stat info;
    void *data;

    if (fstat(MXC_NET_RULES_FD, &info) < 0)
        return fail(err, "fstat", "read the rules");
    data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, MXC_NET_RULES_FD, 0);
    if (data == MAP_FAILED)
        return fail(err, "mmap", "read the rules");
    return mxc_rules_open(data, (size_t)info.st_size, out, err);
}

static bool holds_device(const struct cmsghdr *header)
{
    return header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
           header->cmsg_len == CMSG_LEN(sizeof(int));
}

/* The first packet with a descriptor. The executor closing its end is no error: the run is over. */
static int hear_device(int *out, struct mxc_err *err)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec data = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr packet = { .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room };
    ssize_t got;

    do
        got = recvmsg(MXC_NET_CONTROL_FD, &packet, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        _exit(0);
    if (got < 0 || packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
        !holds_device(CMSG_FIRSTHDR(&packet))) {
        errno = got < 0 ? errno : EPROTO;
        return fail(err, "recvmsg", "take the network interface");
    }
    memcpy(out, CMSG_DATA(CMSG_FIRSTHDR(&packet)), sizeof *out);
    return 0;
}

static int say_ready(struct mxc_err *err)
{
    static const struct mxc_net_message ready = { .kind = MXC_NET_READY };

    return send(MXC_NET_CONTROL_FD, &ready, sizeof ready, MSG_NOSIGNAL) < 0
               ? fail(err, "send", "say that the network is ready")
               : 0;
}

static int serve(struct mxc_err *err)
{
    static struct mxc_net_setup setup;
    static struct mxc_ruleset rules;
    struct mxc_loop *loop;
    int device = -1;

    if (hear_setup(&setup, err) < 0 || map_rules(&rules, err) < 0 ||
        mxc_loop_new(&rules, &setup, &loop, err) < 0)
        return -1;
    if (mxc_net_confine(err) < 0 || mxc_loop_settle(loop, err) < 0 || say_ready(err) < 0 ||
        hear_device(&device, err) < 0)
        return -1;
    return mxc_loop_run(loop, device, MXC_NET_CONTROL_FD, err);
}

/* "mxc-net resolve NAME", for the address of a proxy: the executor itself is linked statically, and
 * so cannot load what the host resolves names with. One address a line. */
static int resolve(const char *name)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *found;
    char text[64];

    if (getaddrinfo(name, NULL, &hints, &found) != 0)
        return 1;
    for (const struct addrinfo *at = found; at; at = at->ai_next)
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) ==
            0)
            (void)printf("%.*s\n", (int)strcspn(text, "%"), text); /* without an interface */
    freeaddrinfo(found);
    return 0;
}

int main(int argc, char **argv)
{
    struct mxc_net_message message = { .kind = MXC_NET_ERROR };
    struct stat info;

    if (argc == 3 && strcmp(argv[1], "resolve") == 0)
        return resolve(argv[2]);
    if (fstat(MXC_NET_CONTROL_FD, &info) < 0 || !S_ISSOCK(info.st_mode) ||
        fstat(MXC_NET_RULES_FD, &info) < 0) {
        (void)fputs("mxc-net: this program is started by mxc, for policies that open the network\n",
                    stderr);
        return 2;
    }
    (void)prctl(PR_SET_NAME, "mxc-net", 0, 0, 0); /* executed by descriptor, it has none */
    if (serve(&message.err) == 0)
        return 0;
    (void)!send(MXC_NET_CONTROL_FD, &message, sizeof message, MSG_NOSIGNAL);
    return 1;
}
