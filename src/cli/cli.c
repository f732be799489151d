/* SPDX-License-Identifier: MIT */
/* Printing: results to standard output, errors as one line to standard error. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/utf8.h"
#include "run/result.h"

const int mxc_ending_signals[MXC_ENDING_SIGNALS] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

void mxc_cli_hold_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < MXC_ENDING_SIGNALS; i++)
        (void)sigaddset(&set, mxc_ending_signals[i]);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int mxc_write_all(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t done = write(fd, bytes, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        bytes += done;
        length -= (size_t)done;
    }
    return 0;
}

bool mxc_cli_colors(int fd)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if ((no && *no) || !term || !strcmp(term, "dumb"))
        return false;
    return isatty(fd);
}

void mxc_cli_explain(struct mxc_err *err)
{
    bool ours = err->code == MXC_BAD_POLICY || err->code == MXC_POLICY_REFUSED ||
                err->code == MXC_UNAVAILABLE; /* says all it knows */
    const char *reason = err->sys && !ours ? strerror(err->sys) : NULL;
    size_t length = strlen(err->text);

    if (reason && !strstr(err->text, reason))
        (void)snprintf(err->text + length, sizeof err->text - length, ": %s", reason);
}

static void add_json_error(struct mxc_buf *out, const char *file, const struct mxc_err *err)
{
    mxc_buf_add(out, "{\"error\":");
    mxc_result_error_json(err, out);
    if (file && out->length) {
        out->length--; /* the closing brace of the error */
        mxc_buf_add(out, ",\"file\":");
        mxc_buf_json(out, file);
        mxc_buf_add(out, "}");
    }
    mxc_buf_add(out, "}\n");
}

void mxc_cli_add_name(struct mxc_buf *out, const char *text)
{
    auto_free char *clean = strdup(text);

    if (clean)
        mxc_utf8_tame(clean);
    mxc_buf_add(out, clean ? clean : "?");
}

/* mxc: FILE:LINE:COLUMN: /pointer: text */
static void add_plain_error(struct mxc_buf *out, const char *program, const char *file,
                            const struct mxc_err *err)
{
    bool colors = mxc_cli_colors(STDERR_FILENO);

    mxc_buf_format(out, "%s%s:%s ", colors ? "\033[1;31m" : "", program, colors ? "\033[0m" : "");
    if (file)
        mxc_cli_add_name(out, file);
    if (file && err->line)
        mxc_buf_format(out, ":%d:%d", err->line, err->column);
    mxc_buf_add(out, file ? ": " : "");
    if (*err->where)
        mxc_buf_format(out, "%s: ", err->where);
    mxc_buf_format(out, "%s\n", err->text);
}

static void write_error(const struct mxc_buf *text)
{
    if (text->failed)
        (void)mxc_write_all(STDERR_FILENO, "mxc: out of memory\n", 19);
    else
        (void)mxc_write_all(STDERR_FILENO, text->data, text->length);
}

int mxc_cli_fail(struct mxc_cli *cli, const char *file, const struct mxc_err *err)
{
    struct mxc_err told = *err;
    auto_buf text = { 0 };

    mxc_cli_explain(&told);
    if (cli->json)
        add_json_error(&text, file, &told);
    else
        add_plain_error(&text, "mxc", file, &told);
    write_error(&text);
    return mxc_code_status(err->code);
}

int mxc_cli_usage(struct mxc_cli *cli, const char *format, ...)
{
    struct mxc_err err;
    char text[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)mxc_fail(&err, MXC_USAGE, 0, "", "%s (see '%s --help')", text, cli->program);
    return mxc_cli_fail(cli, NULL, &err);
}

void mxc_cli_say(struct mxc_cli *cli, const char *text)
{
    auto_buf line = { 0 };

    (void)cli;
    mxc_buf_format(&line, "mxc: %s\n", text);
    write_error(&line);
}

int mxc_cli_print(struct mxc_cli *cli, const struct mxc_buf *text, int status)
{
    struct mxc_err err;

    if (text->failed)
        (void)mxc_fail(&err, MXC_BACKEND, ENOMEM, "", "cannot make the output");
    else if (mxc_write_all(STDOUT_FILENO, text->data, text->length) < 0)
        (void)mxc_fail(&err, MXC_BACKEND, errno, "", "cannot write to standard output");
    else
        return status;
    (void)mxc_cli_fail(cli, NULL, &err);
    return 1;
}

int mxc_cli_descriptor(const char *option, const char *text, int *out, struct mxc_err *err)
{
    int fd;

    if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 7)
        return mxc_fail(err, MXC_USAGE, 0, option, "'%s' is not a number", text);
    fd = atoi(text);
    if (fd <= STDERR_FILENO)
        return mxc_fail(err, MXC_USAGE, 0, option,
                        "%d is a standard stream, which the program holds too: use 3 or above", fd);
    if (fcntl(fd, F_GETFL) < 0)
        return mxc_fail(err, MXC_USAGE, 0, option, "descriptor %d is not open", fd);
    *out = fd;
    return 0;
}
