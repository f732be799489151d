/* SPDX-License-Identifier: MIT */
/* Log lines, error sentences and envelopes of lxc-exec. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/utf8.h"
#include "cli/lxc_exec.h"
#include "policy/text.h"

void mxc_lxc_put(int fd, const struct mxc_buf *text)
{
    if (!text->failed && text->data)
        (void)mxc_write_all(fd, text->data, text->length);
}

/* printf into new memory that the caller frees; NULL when there is none. */
__attribute__((format(printf, 1, 0))) static char *format_line(const char *format, va_list args)
{
    char *text = NULL;

    return vasprintf(&text, format, args) < 0 ? NULL : text;
}

void mxc_lxc_print(int fd, const char *format, ...)
{
    va_list args;

    va_start(args, format);

    auto_free char *text = format_line(format, args);

    va_end(args);
    if (text)
        (void)mxc_write_all(fd, text, strlen(text));
}

/* A file with another name, or of another user, may have been laid there to be written to. */
static const char *why_not_ours(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return strerror(errno);
    if (!S_ISREG(info.st_mode))
        return "it is not a regular file";
    if (info.st_uid != geteuid())
        return "it belongs to another user";
    return info.st_nlink > 1 ? "it has another name as well" : NULL;
}

static int open_log(const char *path, struct mxc_buf *why)
{
    auto_close int fd = open(
        path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK, 0600);
    const char *wrong;

    if (fd < 0) {
        mxc_buf_format(why, "%s (os error %d)", strerror(errno), errno);
        return -1;
    }
    wrong = why_not_ours(fd);
    if (!wrong)
        return mxc_take_fd(&fd);
    mxc_buf_add(why, wrong);
    return -1;
}

void mxc_lxc_log_open(struct mxc_lxc_log *log, const char *path)
{
    struct mxc_shown shown;
    auto_buf why = { 0 };

    log->file = path ? open_log(path, &why) : -1;
    if (path && log->file < 0)
        mxc_lxc_print(STDERR_FILENO, "Warning: could not open log file '%s': %s\n",
                      mxc_shown(&shown, path, strlen(path)), why.data ? why.data : "");
}

void mxc_lxc_log_done(struct mxc_lxc_log *log)
{
    if (log->file >= 0)
        (void)close(log->file);
    log->file = -1;
    mxc_buf_done(&log->kept);
}

/* One write, so that lines of several writers of the file do not mix. */
static void append_to_file(int fd, const char *line)
{
    auto_buf text = { 0 };

    mxc_buf_format(&text, "[%lld] %s\n", (long long)time(NULL), line);
    mxc_lxc_put(fd, &text);
}

void mxc_lxc_log_line(struct mxc_lxc_log *log, const char *format, ...)
{
    va_list args;

    va_start(args, format);

    auto_free char *line = format_line(format, args);

    va_end(args);
    if (!line)
        return;
    mxc_utf8_tame(
        line); /* what a policy says, such as its containerId, makes no lines of its own */
    if (log->file >= 0)
        append_to_file(log->file, line);
    if (log->live)
        mxc_lxc_print(STDOUT_FILENO, "%s\n", line);
    else
        mxc_buf_format(&log->kept, "%s\n", line);
}

void mxc_lxc_describe(const struct mxc_err *err, struct mxc_buf *out)
{
    struct mxc_err told = *err;
    bool pointer = *told.where == '/';

    mxc_cli_explain(&told);
    if (*told.where && !pointer)
        mxc_buf_format(out, "%s: ", told.where);
    mxc_buf_add(out, told.text);
    if (!pointer && !told.line)
        return;
    mxc_buf_format(out, " (%s%s", pointer ? told.where : "", pointer && told.line ? ", " : "");
    if (told.line)
        mxc_buf_format(out, "line %d column %d", told.line, told.column);
    mxc_buf_add(out, ")");
}

void mxc_lxc_envelope(int fd, const struct mxc_lxc_envelope *told)
{
    auto_buf text = { 0 };

    mxc_buf_format(&text, "{\"error\":{\"code\":\"%s\",\"message\":", told->code);
    mxc_buf_json(&text, told->message);
    mxc_buf_add(&text, "}}\n");
    mxc_lxc_put(fd, &text);
}
