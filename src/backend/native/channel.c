/* SPDX-License-Identifier: MIT */
/* Packets between init and the executor. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "backend/native/native.h"

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
    if (got != sizeof *out) {
        errno = EPROTO;
        return -1;
    }
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&packet); at; at = CMSG_NXTHDR(&packet, at))
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS)
            memcpy(fd, CMSG_DATA(at), sizeof *fd);
    return 1;
}
