/* SPDX-License-Identifier: MIT */
/* One JSON line on a descriptor that the guest never holds. */
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

int mxc_report_open(const char *option, const char *text, int *out, struct mxc_err *err)
{
    int fd;

    if (!text) {
        *out = -1;
        return 0;
    }
    if (mxc_cli_descriptor(option, text, &fd, err) < 0)
        return -1;
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
        return mxc_fail(err, MXC_USAGE, 0, option, "descriptor %d cannot be written to", fd);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, option, "cannot keep descriptor %d ours", fd);
    *out = fd;
    return 0;
}

int mxc_report_write(int fd, const struct mxc_result *result, struct mxc_err *err)
{
    auto_buf line = { 0 };

    if (fd < 0)
        return 0;
    mxc_result_json(result, &line);
    if (line.failed)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "--result-fd", "cannot make the result");
    (void)signal(SIGPIPE, SIG_IGN); /* the run is over; its status must still be told */
    if (mxc_write_all(fd, line.data, line.length) < 0 && errno != EPIPE)
        return mxc_fail(err, MXC_BACKEND, errno, "--result-fd", "cannot write the result");
    return 0;
}

void mxc_report_time(const struct timespec *moment, char *out)
{
    struct tm parts;
    size_t length;

    if (!gmtime_r(&moment->tv_sec, &parts)) {
        *out = '\0';
        return;
    }
    length = strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(out + length, 8, ".%03dZ", (int)(moment->tv_nsec / 1000000));
}
