/* SPDX-License-Identifier: MIT */
/* Processes that want to outlive the run. Each is started and left; the driver looks for it afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static void deaf(void)
{
    for (int i = 1; i <= 64; i++)
        (void)signal(i, SIG_IGN);
    (void)alarm(0);
}

/* Writes to a grant as long as it lives. */
_Noreturn static void beat(const char *path)
{
    const struct timespec pause = { 0, 2000000 };
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

    for (;;) {
        (void)!write(fd, "x", 1);
        (void)nanosleep(&pause, NULL);
    }
}

static int stay(const struct probe *probe, void (*become)(const struct probe *probe))
{
    int ready[2];
    char byte;
    pid_t pid;

    if (pipe2(ready, O_CLOEXEC) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        if (fork() > 0)
            _exit(0);
        (void)setsid();
        deaf();
        (void)!write(ready[1], "r", 1);
        /* The driver reads the output to its end: it must not be this that holds it. */
        for (int fd = 0; fd < 64; fd++)
            (void)close(fd);
        become(probe);
        beat(path_of("%s/beat-%s", given("rw"), probe->name));
    }
    (void)status_of(pid);
    if (read(ready[0], &byte, 1) != 1)
        return -1;
    return HELD;
}

static void nothing(const struct probe *probe)
{
    (void)probe;
}

static void stop(const struct probe *probe)
{
    (void)probe;
    (void)raise(SIGSTOP);
}

/* The parent of a vfork waits in state D until the child executes or ends, which it never does. */
static void wait_in_kernel(const struct probe *probe)
{
    if (vfork() == 0)
        beat(path_of("%s/beat-%s", given("rw"), probe->name));
}

static void breed(const struct probe *probe)
{
    (void)probe;
    /* A new process every time, so that no list of pids is ever right. */
    for (int i = 0; i < 200; i++)
        if (fork() > 0)
            _exit(0);
}

static void leave_zombies(const struct probe *probe)
{
    (void)probe;
    (void)signal(SIGCHLD, SIG_DFL);
    for (int i = 0; i < 20; i++)
        if (fork() == 0)
            _exit(0);
}

static void adopt(const struct probe *probe)
{
    (void)probe;
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    (void)fork();
}

static int daemon_life(const struct probe *probe)
{
    return stay(probe, nothing);
}

static int stopped_life(const struct probe *probe)
{
    return stay(probe, stop);
}

static int waiting_life(const struct probe *probe)
{
    return stay(probe, wait_in_kernel);
}

static int breeding_life(const struct probe *probe)
{
    return stay(probe, breed);
}

static int zombie_life(const struct probe *probe)
{
    return stay(probe, leave_zombies);
}

static int adopting_life(const struct probe *probe)
{
    return stay(probe, adopt);
}

#define OUTLIVE "daemons that outlive the run"

const struct probe life_probes[] = {
    { "daemon", OUTLIVE, "double fork, own session, all signals ignored", PROCESS, "held", NOWHERE,
      daemon_life },
    { "stopped", OUTLIVE, "the same, stopped (state T)", PROCESS, "held", NOWHERE, stopped_life },
    { "uninterruptible", OUTLIVE, "the same, waiting in vfork (state D)", PROCESS, "held", NOWHERE,
      waiting_life },
    { "breeding", OUTLIVE, "a chain of processes, each with a new pid", PROCESS, "held", NOWHERE,
      breeding_life },
    { "zombies", OUTLIVE, "twenty children that nobody waits for", PROCESS, "held", NOWHERE,
      zombie_life },
    { "adopting", OUTLIVE, "a reaper of its own for its children", PROCESS, "held", NOWHERE,
      adopting_life },
    { 0 },
};
