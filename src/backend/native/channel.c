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
        got = recvmsg(channel, &packet, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -1;
    take_descriptors(&packet, fd); /* an empty packet, too, may bring some */
    if (got != sizeof *out || (packet.msg_flags & MSG_TRUNC)) {
        mxc_auto_close(fd);
        *fd = -1;
        errno = EPROTO;
        return got ? -1 : 0;
    }
    if (out->kind != NATIVE_STARTED && out->kind != NATIVE_ENDED) {
        const struct mxc_err given = out->err;

        /* Init is ours, but it lives beside the program. */
        mxc_err_take(&given, &out->err);
    }
    return 1;
}
