/* SPDX-License-Identifier: MIT */
/* Splits the command line into actions and tries them in order. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "guest.h"

static const struct action *const tables[] = {
    file_actions, socket_actions, kernel_actions, show_actions, limit_actions,
};

static const struct {
    int number;
    const char *name;
} errors[] = {
    { EPERM, "EPERM" },
    { ENOENT, "ENOENT" },
    { ESRCH, "ESRCH" },
    { EIO, "EIO" },
    { ENXIO, "ENXIO" },
    { E2BIG, "E2BIG" },
    { EBADF, "EBADF" },
    { ECHILD, "ECHILD" },
    { EAGAIN, "EAGAIN" },
    { ENOMEM, "ENOMEM" },
    { EACCES, "EACCES" },
    { EFAULT, "EFAULT" },
    { EBUSY, "EBUSY" },
    { EEXIST, "EEXIST" },
    { EXDEV, "EXDEV" },
    { ENODEV, "ENODEV" },
    { ENOTDIR, "ENOTDIR" },
    { EISDIR, "EISDIR" },
    { EINVAL, "EINVAL" },
    { EMFILE, "EMFILE" },
    { ENOTTY, "ENOTTY" },
    { ETXTBSY, "ETXTBSY" },
    { EFBIG, "EFBIG" },
    { ENOSPC, "ENOSPC" },
    { EROFS, "EROFS" },
    { EPIPE, "EPIPE" },
    { ENOSYS, "ENOSYS" },
    { ELOOP, "ELOOP" },
    { ENOPROTOOPT, "ENOPROTOOPT" },
    { EPROTONOSUPPORT, "EPROTONOSUPPORT" },
    { ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT" },
    { EOPNOTSUPP, "EOPNOTSUPP" },
    { EAFNOSUPPORT, "EAFNOSUPPORT" },
    { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
    { ENETUNREACH, "ENETUNREACH" },
    { EHOSTUNREACH, "EHOSTUNREACH" },
    { ECONNREFUSED, "ECONNREFUSED" },
    { ETIMEDOUT, "ETIMEDOUT" },
    { EOVERFLOW, "EOVERFLOW" },
};

static struct value value;

void say(struct value *out, const char *format, ...)
{
    va_list args;
    size_t room = sizeof out->text - out->length;
    int length;

    va_start(args, format);
    length = vsnprintf(out->text + out->length, room, format, args);
    va_end(args);
    if (length > 0)
        out->length += (size_t)length < room ? (size_t)length : room - 1;
}

static const struct action *find(const char *name)
{
    for (size_t i = 0; i < COUNT(tables); i++)
        for (const struct action *row = tables[i]; row->name; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

static void print_error(int number)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i].number == number) {
            (void)printf("%s\n", errors[i].name);
            return;
        }
    (void)printf("E%d\n", number);
}

/* Tries one action; false when it failed. */
static int perform(const struct action *action, char **words)
{
    int result;

    value.length = 0;
    value.text[0] = '\0';
    errno = 0;
    result = action->try(words, &value);
    if (result < 0)
        print_error(errno);
    else
        (void)printf("ok%s%s\n", value.length ? " " : "", value.text);
    (void)fflush(stdout);
    return result == 0;
}

int main(int count, char **words)
{
    int failed = 0;

    for (int i = 1; i < count;) {
        const struct action *action = find(words[i]);

        if (!action || i + 1 + action->words > count) {
            (void)fprintf(stderr, "probe: no action '%s', or not all of its words\n", words[i]);
            return 2;
        }
        failed |= !perform(action, words + i + 1);
        i += 1 + action->words;
        if (i < count && strcmp(words[i++], "--") != 0) {
            (void)fprintf(stderr, "probe: '%s' has %d words\n", action->name, action->words);
            return 2;
        }
    }
    return failed;
}
