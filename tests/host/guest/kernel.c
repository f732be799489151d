/* SPDX-License-Identifier: MIT */
/* Calls that must stay closed to the program, tried for real. None of them could do harm to the host if
 * it succeeded: arguments are empty, or name the program itself. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

static int result(long done)
{
    return done < 0 ? -1 : 0;
}

static int attach(char **words, struct value *out)
{
    (void)out;
    return result(ptrace(PTRACE_SEIZE, atoi(words[0]), NULL, NULL));
}

static int send_signal(char **words, struct value *out)
{
    (void)out;
    return kill(atoi(words[0]), atoi(words[1]));
}

static int try_mount(char **words, struct value *out)
{
    (void)out;
    return mount("none", words[0], "tmpfs", 0, NULL);
}

static int try_bind(char **words, struct value *out)
{
    (void)out;
    return mount(words[0], words[1], NULL, MS_BIND, NULL);
}

static int try_remount(char **words, struct value *out)
{
    (void)out;
    return mount(NULL, words[0], NULL, MS_REMOUNT | MS_BIND, NULL);
}

static int try_umount(char **words, struct value *out)
{
    (void)out;
    return umount2(words[0], MNT_DETACH);
}

static int try_unshare(char **words, struct value *out)
{
    (void)out;
    return unshare((int)strtoul(words[0], NULL, 16));
}

/* The child of a clone with new namespaces ends at once. */
static int try_clone(char **words, struct value *out)
{
    unsigned long flags = strtoul(words[0], NULL, 16) | SIGCHLD;
    long pid = syscall(SYS_clone, flags, 0, NULL, NULL, 0);

    (void)out;
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        (void)waitpid((pid_t)pid, NULL, 0);
    return result(pid);
}

static int try_setns(char **words, struct value *out)
{
    int fd = open(words[0], O_RDONLY);

    (void)out;
    if (fd < 0)
        return -1;
    return setns(fd, 0);
}

/* Types a character; "40" asks for the same with odd upper bits of the command. */
static int type_ahead(char **words, struct value *out)
{
    unsigned long command = TIOCSTI | strtoul(words[1], NULL, 10) << 32;

    (void)out;
    return result(syscall(SYS_ioctl, atoi(words[0]), command, "X"));
}

static int try_console(char **words, struct value *out)
{
    char paste = 3;

    (void)out;
    return result(ioctl(atoi(words[0]), TIOCLINUX, &paste));
}

static int read_memory(char **words, struct value *out)
{
    char byte;
    struct iovec mine = { &byte, 1 }, theirs = { &byte, 1 };

    (void)out;
    return result(syscall(SYS_process_vm_readv, atoi(words[0]), &mine, 1, &theirs, 1, 0));
}

static int take_descriptor(char **words, struct value *out)
{
    long pidfd = syscall(SYS_pidfd_open, atoi(words[0]), 0);

    (void)out;
    if (pidfd < 0)
        return -1;
    return result(syscall(SYS_pidfd_getfd, pidfd, atoi(words[1]), 0));
}

/* Keeps its descriptor after the change of root, which is the classic way out. */
static int leave_root(char **words, struct value *out)
{
    (void)words;
    (void)out;
    return chroot("/tmp");
}

static int set_host(char **words, struct value *out)
{
    (void)out;
    return sethostname(words[0], strlen(words[0]));
}

static int gain_privilege(char **words, struct value *out)
{
    (void)words;
    (void)out;
    return setresuid(0, 0, 0) < 0 ? -1 : result(setgroups(0, NULL));
}

static int join_keyring(char **words, struct value *out)
{
    (void)words;
    (void)out;
    return result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0));
}

static int find_key(char **words, struct value *out)
{
    (void)out;
    return result(
        syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", words[0], 0));
}

static int request_key(char **words, struct value *out)
{
    (void)out;
    return result(syscall(SYS_request_key, "user", words[0], NULL, 0));
}

/* Calls with nothing but zeros. "call NAME" */
static const struct {
    const char *name;
    long number;
} calls[] = {
    { "add_key", SYS_add_key },
    { "keyctl", SYS_keyctl },
    { "bpf", SYS_bpf },
    { "perf_event_open", SYS_perf_event_open },
    { "userfaultfd", SYS_userfaultfd },
    { "io_uring_setup", SYS_io_uring_setup },
    { "init_module", SYS_init_module },
    { "finit_module", SYS_finit_module },
    { "delete_module", SYS_delete_module },
    { "kexec_load", SYS_kexec_load },
    { "swapon", SYS_swapon },
    { "acct", SYS_acct },
    { "quotactl", SYS_quotactl },
    { "syslog", SYS_syslog },
    { "fanotify_init", SYS_fanotify_init },
    { "name_to_handle_at", SYS_name_to_handle_at },
    { "open_by_handle_at", SYS_open_by_handle_at },
    { "fsopen", SYS_fsopen },
    { "fsmount", SYS_fsmount },
    { "fsconfig", SYS_fsconfig },
    { "fspick", SYS_fspick },
    { "open_tree", SYS_open_tree },
    { "move_mount", SYS_move_mount },
    { "pivot_root", SYS_pivot_root },
    { "kcmp", SYS_kcmp },
    { "vhangup", SYS_vhangup },
    { "clone3", SYS_clone3 },
};

static int bare_call(char **words, struct value *out)
{
    (void)out;
    for (size_t i = 0; i < COUNT(calls); i++)
        if (strcmp(calls[i].name, words[0]) == 0)
            return result(syscall(calls[i].number, 0, 0, 0, 0, 0, 0));
    errno = E2BIG;
    return -1;
}

const struct action kernel_actions[] = {
    { "ptrace", 1, attach },
    { "kill", 2, send_signal },
    { "mount", 1, try_mount },
    { "bind", 2, try_bind },
    { "remount", 1, try_remount },
    { "umount", 1, try_umount },
    { "unshare", 1, try_unshare },
    { "clone", 1, try_clone },
    { "setns", 1, try_setns },
    { "tiocsti", 2, type_ahead },
    { "tioclinux", 1, try_console },
    { "vmread", 1, read_memory },
    { "getfd", 2, take_descriptor },
    { "chroot", 0, leave_root },
    { "hostname", 1, set_host },
    { "setuid", 0, gain_privilege },
    { "join-keyring", 0, join_keyring },
    { "find-key", 1, find_key },
    { "request-key", 1, request_key },
    { "call", 1, bare_call },
    { 0 },
};
