/* SPDX-License-Identifier: MIT */
/* Reading policy text from files, standard input and base64. */
#include "cli/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/utf8.h"

#define MAX_CONFIG ((size_t)64 << 20)

/* Returns 0 or an errno; EFBIG for a text that never ends. */
static int read_all(int fd, struct mxc_buf *out)
{
    char chunk[16384];

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : 0;
        mxc_buf_add_n(out, chunk, (size_t)got);
        if (out->failed)
            return ENOMEM;
        if (out->length > MAX_CONFIG)
            return EFBIG;
    }
}

static int cannot_read(struct mxc_err *err, const char *name, int error)
{
    return mxc_fail(err, MXC_BAD_POLICY, 0, "",
                    "Failed to read configuration file '%s': %s (os error %d)", name,
                    strerror(error), error);
}

/* The text must be UTF-8 before anything looks at it; the message counts lines as the reader
 * does. */
static int check_utf8(const struct mxc_buf *text, const char *what, struct mxc_err *err)
{
    const char *data = text->data ? text->data : "";
    size_t bad = mxc_utf8_check(data, text->length);
    int line = 1, column = 1;

    if (bad == text->length)
        return 0;
    for (size_t i = 0; i < bad; i++) {
        column = data[i] == '\n' ? 1 : column + 1;
        line += data[i] == '\n';
    }
    (void)mxc_fail(err, MXC_BAD_POLICY, 0, "", "%s", what);
    if (err) {
        err->line = line;
        err->column = column;
    }
    return -1;
}

static int take(struct mxc_arena *arena, const struct mxc_buf *text, struct mxc_config *out,
                struct mxc_err *err)
{
    out->text = mxc_arena_copy_n(arena, text->data ? text->data : "", text->length);
    out->length = text->length;
    if (!out->text)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot keep the configuration");
    return 0;
}

static int read_and_take(struct mxc_arena *arena, int fd, const char *name, struct mxc_config *out,
                         struct mxc_err *err)
{
    auto_buf text = { 0 };
    int error = read_all(fd, &text);
    char what[300];

    if (error)
        return cannot_read(err, name, error);
    (void)snprintf(what, sizeof what,
                   "Failed to read configuration file '%s': stream did not contain valid UTF-8",
                   name);
    return check_utf8(&text, what, err) < 0 ? -1 : take(arena, &text, out, err);
}

int mxc_config_file(struct mxc_arena *arena, const char *path, struct mxc_config *out,
                    struct mxc_err *err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return mxc_fail(err, MXC_BAD_POLICY, 0, "", "Configuration file not found: %s", path);
    if (fd < 0)
        return cannot_read(err, path, errno);
    *out = (struct mxc_config){ .name = path };
    return read_and_take(arena, fd, path, out, err);
}

int mxc_config_base64(struct mxc_arena *arena, const char *text, struct mxc_config *out,
                      struct mxc_err *err)
{
    struct mxc_buf bytes = { 0 };
    int error = mxc_base64_decode(arena, text, strlen(text), &bytes.data, &bytes.length);

    if (error == ENOMEM)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot decode the configuration");
    if (error)
        return mxc_fail(err, MXC_BAD_POLICY, 0, "", "Failed to decode base64 configuration");
    if (check_utf8(&bytes, "Base64 decoded content is not valid UTF-8", err) < 0)
        return -1;
    *out = (struct mxc_config){ .name = "<base64>", .text = bytes.data, .length = bytes.length };
    return 0;
}

int mxc_config_descriptor(struct mxc_arena *arena, int fd, struct mxc_config *out,
                          struct mxc_err *err)
{
    *out = (struct mxc_config){ .name = "<descriptor>" };
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, "--config-fd", "cannot keep descriptor %d ours",
                        fd);
    return read_and_take(arena, fd, "<descriptor>", out, err);
}

int mxc_config_stdin(struct mxc_arena *arena, struct mxc_config *out, struct mxc_err *err)
{
    auto_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    *out = (struct mxc_config){ .name = "<stdin>" };
    if (read_and_take(arena, STDIN_FILENO, "<stdin>", out, err) < 0)
        return -1;
    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, "dup2", "cannot take standard input away");
    return 0;
}
