/* SPDX-License-Identifier: MIT */
/* How a call ended, in a file that the caller made and the program cannot reach: what it prints
 * cannot be taken for an error of ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "cli/lxc_exec.h"
#include "run/result.h"

int mxc_lxc_result_open(int *out, struct mxc_err *err)
{
    const char *path = getenv("MXC_RESULT_FILE");
    auto_close int fd = -1;
    struct stat info;

    *out = -1;
    if (!path || !*path)
        return 0;
    fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return mxc_fail(err, MXC_USAGE, errno, "MXC_RESULT_FILE", "cannot open '%s': %s", path,
                        strerror(errno));
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode))
        return mxc_fail(err, MXC_USAGE, 0, "MXC_RESULT_FILE", "'%s' is not a regular file", path);
    *out = mxc_take_fd(&fd);
    return 0;
}

static void add_envelope(const struct mxc_lxc_envelope *told, struct mxc_buf *out)
{
    if (!told->code) {
        mxc_buf_add(out, "null");
        return;
    }
    mxc_buf_add(out, "{\"code\":");
    mxc_buf_json(out, told->code);
    mxc_buf_add(out, ",\"message\":");
    mxc_buf_json(out, told->message);
    mxc_buf_add(out, "}");
}

int mxc_lxc_result_write(int fd, int status, const struct mxc_lxc_envelope *told,
                         const struct mxc_err *why)
{
    auto_buf text = { 0 };

    if (fd < 0)
        return 0;
    mxc_buf_format(&text, "{\"version\":1,\"status\":%d,\"envelope\":", status);
    add_envelope(told, &text);
    mxc_buf_add(&text, ",\"error\":");
    if (why)
        mxc_result_error_json(why, &text);
    else
        mxc_buf_add(&text, "null");
    mxc_buf_add(&text, "}\n");
    return text.failed ? -1 : mxc_write_all(fd, text.data, text.length);
}
