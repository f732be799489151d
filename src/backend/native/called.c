/* SPDX-License-Identifier: MIT */
/* The system calls without which there is no sandbox, and whether this host lets us have them. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/native/native.h"

static const struct {
    const char *name;
    long number;
    const char *since;
    bool of_landlock; /* needed only where there is one */
} calls[] = {
    { "mount", SYS_mount, NULL, false },
    { "umount2", SYS_umount2, NULL, false },
    { "pivot_root", SYS_pivot_root, NULL, false },
    { "open_tree", SYS_open_tree, "5.2", false },
    { "move_mount", SYS_move_mount, "5.2", false },
    { "mount_setattr", SYS_mount_setattr, "5.12", false },
    { "openat2", SYS_openat2, "5.6", false },
    { "close_range", SYS_close_range, "5.9", false },
    { "prctl", SYS_prctl, NULL, false },
    { "capset", SYS_capset, NULL, false },
    { "signalfd4", SYS_signalfd4, NULL, false },
    { "timerfd_create", SYS_timerfd_create, NULL, false },
    { "landlock_add_rule", SYS_landlock_add_rule, "5.13", true },
    { "landlock_restrict_self", SYS_landlock_restrict_self, "5.13", true },
};

/* With arguments that no call accepts, all that can be learned is whether it is there. */
int native_missing_call(void)
{
    bool landlock = native_landlock_version() > 0;

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (calls[i].of_landlock && !landlock)
            continue;
        if (syscall(calls[i].number, -1L, -1L, -1L, -1L, -1L) < 0 &&
            (errno == ENOSYS || errno == EPERM))
            return (int)i;
    }
    return -1;
}

void native_explain_call(int missing, char *reason, size_t reason_size, char *remedy,
                         size_t remedy_size)
{
    size_t i = (size_t)missing;

    if (i >= sizeof calls / sizeof *calls)
        return;
    (void)snprintf(reason, reason_size, "the system call %s is refused: %s%s%sa filter forbids it",
                   calls[i].name, calls[i].since ? "the kernel is older than Linux " : "",
                   calls[i].since ? calls[i].since : "", calls[i].since ? ", or " : "");
    (void)snprintf(remedy, remedy_size,
                   "use Linux 5.15 or newer; in a container, a seccomp profile that allows %s",
                   calls[i].name);
}
