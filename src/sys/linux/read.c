/* SPDX-License-Identifier: MIT */
/* Small files, whole. */
#include "sys/linux/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"

char *mxc_sys_read_file(const char *path, size_t *length)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t room = 4096, used = 0;
    char *text = fd < 0 ? NULL : malloc(room);

    while (text) {
        ssize_t got = read(fd, text + used, room - used - 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            mxc_auto_free(&text);
            return NULL;
        }
        used += (size_t)got;
        text[used] = '\0';
        if (got == 0)
            break;
        if (room - used < 2) {
            char *larger = realloc(text, room *= 2);

            if (!larger)
                mxc_auto_free(&text);
            text = larger;
        }
    }
    if (text && length)
        *length = used;
    return text;
}

long mxc_sys_read_at(int dir, const char *path, char *out, size_t room)
{
    auto_close int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, out, room - 1);

    if (got < 0)
        return -1;
    out[got] = '\0';
    return got;
}

int mxc_sys_write_at(int dir, const char *path, const char *text)
{
    auto_close int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
    size_t length = strlen(text);
    ssize_t done;

    if (fd < 0)
        return -1;
    do
        done = write(fd, text, length);
    while (done < 0 && errno == EINTR); /* a cgroup's limits, when we are stopped and go on */
    return done == (ssize_t)length ? 0 : -1;
}

bool mxc_sys_read_number(const char *path, uint64_t *out)
{
    char text[64], *end;
    unsigned long long value;

    if (mxc_sys_read_at(AT_FDCWD, path, text, sizeof text) <= 0)
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (end == text || errno)
        return false;
    *out = value;
    return true;
}
