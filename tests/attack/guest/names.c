/* SPDX-License-Identifier: MIT */
/* Names of errors and signals; not every C library has them. */
#include "names.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "attack.h"

#define NAME(number)                                                                               \
    {                                                                                              \
        number, #number                                                                            \
    }

struct name {
    int number;
    const char *text;
};

static const struct name errors[] = {
    NAME(EPERM),        NAME(ENOENT),       NAME(ESRCH),           NAME(EINTR),
    NAME(EIO),          NAME(ENXIO),        NAME(E2BIG),           NAME(ENOEXEC),
    NAME(EBADF),        NAME(ECHILD),       NAME(EAGAIN),          NAME(ENOMEM),
    NAME(EACCES),       NAME(EFAULT),       NAME(EBUSY),           NAME(EEXIST),
    NAME(EXDEV),        NAME(ENODEV),       NAME(ENOTDIR),         NAME(EISDIR),
    NAME(EINVAL),       NAME(ENFILE),       NAME(EMFILE),          NAME(ENOTTY),
    NAME(ETXTBSY),      NAME(EFBIG),        NAME(ENOSPC),          NAME(ESPIPE),
    NAME(EROFS),        NAME(EMLINK),       NAME(EPIPE),           NAME(ENAMETOOLONG),
    NAME(ENOSYS),       NAME(ELOOP),        NAME(ENOTSOCK),        NAME(ENOPROTOOPT),
    NAME(EOPNOTSUPP),   NAME(EAFNOSUPPORT), NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT),
    NAME(EADDRINUSE),   NAME(ENETUNREACH),  NAME(EADDRNOTAVAIL),   NAME(EHOSTUNREACH),
    NAME(EISCONN),      NAME(ENOTCONN),     NAME(ETIMEDOUT),       NAME(ECONNREFUSED),
    NAME(EDQUOT),       NAME(ENOKEY),       NAME(EOVERFLOW),       NAME(EPROTOTYPE),
    NAME(EDESTADDRREQ),
};

static const struct name signals[] = {
    NAME(SIGABRT), NAME(SIGALRM), NAME(SIGBUS),  NAME(SIGFPE),  NAME(SIGHUP),  NAME(SIGILL),
    NAME(SIGINT),  NAME(SIGKILL), NAME(SIGSEGV), NAME(SIGSYS),  NAME(SIGTERM), NAME(SIGTRAP),
    NAME(SIGUSR1), NAME(SIGUSR2), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGPIPE), NAME(SIGIO),
};

static const char *find(const struct name *names, size_t count, const char *kind, int number)
{
    static char text[32];

    for (size_t i = 0; i < count; i++)
        if (names[i].number == number)
            return names[i].text;
    (void)snprintf(text, sizeof text, "%s%d", kind, number);
    return text;
}

const char *error_name(int number)
{
    return find(errors, COUNT(errors), "E", number);
}

const char *signal_name(int number)
{
    return find(signals, COUNT(signals), "SIG", number);
}
