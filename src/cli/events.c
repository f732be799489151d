/* SPDX-License-Identifier: MIT */
/* A descriptor or a file for events. */
#include "cli/events.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cli/report.h"

int mxc_cli_events_open(const char *text, int *out, struct mxc_err *err)
{
    int fd;

    if (!text || !text[strspn(text, "0123456789")])
        return mxc_report_open("--events", text, out, err);
    /* Not blocking: a fifo that nobody reads is an error here, and not a start that never comes. */
    fd = open(text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0)
        return mxc_fail(err, MXC_USAGE, errno, "--events", "cannot write to '%s': %s", text,
                        strerror(errno));
    *out = fd;
    return 0;
}
