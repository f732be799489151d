/* SPDX-License-Identifier: MIT */
/* The least that a supervisor does: starts a program, waits for its end as the executor does, with poll() and
 * then recvmsg(), which strace shows. usage: watch PROGRAM ARGUMENTS... */
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    struct msghdr nothing = { 0 };
    struct pollfd end = { .events = POLLIN };
    int pair[2], status;
    pid_t pid;

    if (argc < 2 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
        posix_spawn(&pid, argv[1], NULL, NULL, argv + 1, environ))
        return 1;
    end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (end.fd < 0 || poll(&end, 1, -1) != 1)
        return 1;
    (void)recvmsg(pair[0], &nothing, MSG_DONTWAIT);
    return waitpid(pid, &status, 0) != pid || status;
}
