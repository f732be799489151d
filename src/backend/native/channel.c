/* SPDX-License-Identifier: MIT */
/* Packets between init and the executor. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "backend/native/native.h"
#include "base/auto.h"

int native_send(int channel, const struct native_message *message, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .room = { 0 } };
    struct iovec data = { .iov_base = (void *)(uintptr_t)message, .iov_len = sizeof *message };
    struct msghdr packet = { .msg_iov = &data, .msg_iovlen = 1 };

    if (fd >= 0) {
        packet.msg_control = control.room;
        packet.msg_controllen = sizeof control.room;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    while (sendmsg(channel, &packet, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return -1;
    return 0;
}

/* Init is ours, but it lives beside the program: what comes from there is looked at like anything from
 * inside. An error is always one, its texts end, and are one line. */
static void clean(struct mxc_err *err)
{
    struct mxc_err given = *err;

    given.where[sizeof given.where - 1] = '\0';
    given.text[sizeof given.text - 1] = '\0';
    if (given.code <= MXC_OK || given.code > MXC_BACKEND)
        given.code = MXC_BACKEND;
    (void)mxc_fail(err, given.code, given.sys, given.where, "%s",
                   *given.text ? given.text : "the sandbox's first process gave no reason");
}

/* At most one descriptor is meant; others are not kept. */
static void take_descriptors(struct msghdr *packet, int *fd)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(packet); at; at = CMSG_NXTHDR(packet, at)) {
        size_t count = at->cmsg_len < CMSG_LEN(0) ? 0 : (at->cmsg_len - CMSG_LEN(0)) / sizeof *fd;

        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < count; i++) {
            int one;

            memcpy(&one, CMSG_DATA(at) + i * sizeof one, sizeof one);
            mxc_auto_close(fd);
            *fd = one;
        }
    }
}

int native_receive(int channel, struct native_message *out, int *fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec data = { .iov_base = out, .iov_len = sizeof *out };
    struct msghdr packet = { .msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room };
    ssize_t got;

    *fd = -1;
    do
        got = recvmsg(channel, &packet, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return (int)got;
    take_descriptors(&packet, fd);
    if (got != sizeof *out) {
        mxc_auto_close(fd);
        *fd = -1;
        errno = EPROTO;
        return -1;
    }
    if (out->kind != NATIVE_STARTED && out->kind != NATIVE_ENDED)
        clean(&out->err);
    return 1;
}
