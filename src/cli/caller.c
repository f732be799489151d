/* SPDX-License-Identifier: MIT */
/* A run that ends with its caller: the kernel hangs a pipe up when the last process that held its
 * other end is gone, however it went. No process id is looked at, so none can be mistaken for
 * another. */
#include "cli/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "cli/cli.h"

/* Of other families some hang up late or never: a network may lose the news. */
static bool is_connected(int fd)
{
    struct sockaddr_storage peer = { 0 };
    socklen_t length = sizeof peer, type_length = sizeof(int);
    int type = 0;

    return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) && type != SOCK_DGRAM &&
           !getpeername(fd, (struct sockaddr *)&peer, &length) && peer.ss_family == AF_UNIX;
}

/* Whoever holds both ends of a pipe keeps it up himself. */
static bool hangs_up(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return false;
    if (S_ISFIFO(info.st_mode))
        return (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR;
    return S_ISSOCK(info.st_mode) && is_connected(fd);
}

int mxc_caller_open(const char *option, const char *text, int *out, struct mxc_err *err)
{
    int fd;

    if (!text) {
        *out = 0;
        return 0;
    }
    if (mxc_cli_descriptor(option, text, &fd, err) < 0)
        return -1;
    if (!hangs_up(fd))
        return mxc_fail(
            err, MXC_USAGE, 0, option,
            "descriptor %d is neither one end of a pipe nor a connected Unix socket, so "
            "it would not tell that the caller is gone",
            fd);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, option, "cannot keep descriptor %d ours", fd);
    *out = fd;
    return 0;
}
