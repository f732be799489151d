/* SPDX-License-Identifier: MIT */
/* Processes outside, and process 1 of the engine: signals, tracing, memory, descriptors, priorities. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define MANY_PIDS 70000

static pid_t victim(const struct probe *probe)
{
    return (pid_t)given_number(probe->word);
}

static int send_signal(const struct probe *probe)
{
    return kill(victim(probe), (int)probe->n[0]);
}

static int queue_signal(const struct probe *probe)
{
    return sigqueue(victim(probe), (int)probe->n[0], (union sigval){ .sival_int = 1 });
}

static int thread_signal(const struct probe *probe)
{
    return worked(syscall(SYS_tgkill, victim(probe), victim(probe), probe->n[0]));
}

/* The kernel lets a signal to process 1 through and drops it there. */
static int kill_init(const struct probe *probe)
{
    char state = 0;
    FILE *stat;

    if (kill(1, (int)probe->n[0]) < 0)
        return -1;
    (void)usleep(2000);
    stat = fopen("/proc/1/stat", "r");
    if (!stat || fscanf(stat, "%*d %*[^)]) %c", &state) != 1)
        return WORKED;
    (void)fclose(stat);
    return strchr("TtZX", state) ? WORKED : HELD;
}

static int pidfd_signal(const struct probe *probe)
{
    long pidfd = syscall(SYS_pidfd_open, victim(probe), 0);

    if (pidfd < 0)
        return -1;
    return worked(syscall(SYS_pidfd_send_signal, pidfd, probe->n[0], NULL, 0));
}

static pid_t parent_of(pid_t pid)
{
    FILE *stat = fopen(path_of("/proc/%d/stat", (int)pid), "r");
    int parent = 0;

    if (stat && fscanf(stat, "%*d (%*[^)]) %*c %d", &parent) != 1)
        parent = 0;
    if (stat)
        (void)fclose(stat);
    return parent;
}

/* Who answers besides process 1, the program itself and the two above it? */
static int sweep(const struct probe *probe)
{
    pid_t shell = parent_of(getppid());
    int foreign = 0;

    (void)probe;
    for (int pid = 2; pid < MANY_PIDS; pid++)
        foreign += kill(pid, 0) == 0 && pid != getpid() && pid != getppid() && pid != shell;
    say("%d", foreign);
    errno = ESRCH;
    return foreign ? WORKED : -1;
}

/* The caller's process group may be the executor's. */
static int group_signal(const struct probe *probe)
{
    (void)signal((int)probe->n[0], SIG_IGN);
    if (kill(0, (int)probe->n[0]) < 0)
        return -1;
    return HELD;
}

/* Signals the kernel sends for a descriptor's owner. */
static int owner_signal(const struct probe *probe)
{
    int ends[2];

    if (pipe(ends) < 0 || fcntl(ends[0], F_SETSIG, SIGKILL) < 0 ||
        fcntl(ends[0], F_SETOWN, victim(probe)) < 0 || fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
        return -1;
    return worked(write(ends[1], "x", 1));
}

static int trace(const struct probe *probe)
{
    if (ptrace(PTRACE_SEIZE, victim(probe), NULL, NULL) < 0)
        return -1;
    return WORKED;
}

static int trace_child(const struct probe *probe)
{
    (void)probe;
    return worked(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int read_memory(const struct probe *probe)
{
    char byte;
    struct iovec mine = { &byte, 1 };
    struct iovec theirs = { (void *)(size_t)given_number("address"), 1 };

    return worked(syscall(SYS_process_vm_readv, victim(probe), &mine, 1, &theirs, 1, 0));
}

static int write_memory(const struct probe *probe)
{
    char byte = 0;
    struct iovec mine = { &byte, 1 };
    struct iovec theirs = { (void *)(size_t)given_number("address"), 1 };

    return worked(syscall(SYS_process_vm_writev, victim(probe), &mine, 1, &theirs, 1, 0));
}

static int take_descriptor(const struct probe *probe)
{
    long pidfd = syscall(SYS_pidfd_open, victim(probe), 0);
    int error = EBADF;

    if (pidfd < 0)
        return -1;
    for (int i = 0; i < 16; i++) {
        if (syscall(SYS_pidfd_getfd, pidfd, i, 0) >= 0)
            return WORKED;
        error = errno;
    }
    errno = error;
    return -1;
}

static int compare(const struct probe *probe)
{
    return worked(syscall(SYS_kcmp, victim(probe), victim(probe), 0 /* KCMP_FILE */, 0, 0));
}

static int advise(const struct probe *probe)
{
    long pidfd = syscall(SYS_pidfd_open, victim(probe), 0);
    struct iovec part = { (void *)(size_t)given_number("address"), 4096 };

    if (pidfd < 0)
        return -1;
    return worked(syscall(SYS_process_madvise, pidfd, &part, 1, 20 /* MADV_COLD */, 0));
}

static int move_memory(const struct probe *probe)
{
    void *pages[1] = { (void *)(size_t)given_number("address") };
    int status[1] = { 0 };

    return worked(syscall(SYS_move_pages, victim(probe), 1, pages, NULL, status, 0));
}

/* Process 1 has the program's own id, so the kernel lets these through. The result must not suffer. */
static int starve_init(const struct probe *probe)
{
    const struct rlimit none = { 0, 0 };

    return prlimit(1, (__rlimit_resource_t)probe->n[0], &none, NULL) < 0 ? -1 : HELD;
}

static int idle_init(const struct probe *probe)
{
    const struct sched_param nothing = { 0 };

    (void)probe;
    return sched_setscheduler(1, SCHED_IDLE, &nothing) < 0 ? -1 : HELD;
}

/* With nothing new it tells the limits, where the same right is needed. */
static int read_limits(const struct probe *probe)
{
    struct rlimit old;

    return prlimit(victim(probe), RLIMIT_NOFILE, NULL, &old);
}

static int lower_priority(const struct probe *probe)
{
    return setpriority(PRIO_PROCESS, (id_t)victim(probe), 7);
}

/* The kernel changes those of the user that the namespace shows; the driver looks at the others. */
static int lower_all(const struct probe *probe)
{
    (void)probe;
    return setpriority(PRIO_USER, getuid(), 7) < 0 ? -1 : HELD;
}

static int lower_disk_priority(const struct probe *probe)
{
    const int idle = 3 << 13;

    (void)probe;
    return syscall(SYS_ioprio_set, 3 /* IOPRIO_WHO_USER */, getuid(), idle) < 0 ? -1 : HELD;
}

static int pin_processor(const struct probe *probe)
{
    cpu_set_t first;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    return sched_setaffinity(victim(probe), sizeof first, &first);
}

static int real_time(const struct probe *probe)
{
    const struct sched_param top = { .sched_priority = 50 };

    (void)probe;
    return sched_setscheduler(0, SCHED_FIFO, &top);
}

static int higher_priority(const struct probe *probe)
{
    (void)probe;
    return setpriority(PRIO_PROCESS, 0, -10);
}

static int group_move(const struct probe *probe)
{
    return setpgid(victim(probe), victim(probe));
}

static int session_of(const struct probe *probe)
{
    (void)probe;
    return getsid(0) == 0 || getsid(getppid()) == 0 ? WORKED : HELD;
}

/* Death signals and reaping: an orphan must come to process 1 of the sandbox, never outside. */
static int orphan(const struct probe *probe)
{
    int report[2];
    pid_t parent = -1;

    (void)probe;
    if (pipe(report) < 0)
        return -1;
    if (fork() == 0) {
        if (fork() == 0) {
            for (int i = 0; i < 2000 && (parent = getppid()) != 1 && parent; i++)
                (void)usleep(1000);
            (void)!write(report[1], &parent, sizeof parent);
        }
        _exit(0);
    }
    if (read(report[0], &parent, sizeof parent) != sizeof parent)
        return -1;
    return parent == 1 ? HELD : WORKED;
}

/* A set-id or capable program made by root of the host lies in the grant. */
static int privileged_program(const struct probe *probe)
{
    int ends[2], real = -1, effective = -1;
    char text[64] = { 0 };
    pid_t pid;

    if (pipe(ends) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], 1);
        (void)execl(path_of("%s/%s", given("rw"), probe->word), "attack", "ids", (char *)NULL);
        _exit(1);
    }
    (void)close(ends[1]);
    (void)!read(ends[0], text, sizeof text - 1);
    (void)status_of(pid);
    if (sscanf(text, "%d %d", &real, &effective) != 2) {
        errno = EACCES;
        return -1;
    }
    say("%d %d", real, effective);
    return real == effective ? HELD : WORKED;
}

static int capable_program(const struct probe *probe)
{
    int ends[2];
    char text[4096] = { 0 };
    size_t length = 0;
    ssize_t got;
    pid_t pid;

    if (pipe(ends) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], 1);
        (void)execl(path_of("%s/%s", given("rw"), probe->word), "attack", "state", (char *)NULL);
        _exit(1);
    }
    (void)close(ends[1]);
    while (length < sizeof text - 1 &&
           (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    (void)status_of(pid);
    if (!strstr(text, "CapEff"))
        return -1;
    return strstr(text, "CapEff 0000000000000000") ? HELD : WORKED;
}

/* A crash leaves no core, whatever the limit says, and starts no handler of the host. */
static int dump_core(const struct probe *probe)
{
    const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
    pid_t pid;
    int status;

    (void)probe;
    (void)setrlimit(RLIMIT_CORE, &all);
    (void)chdir(given("rw"));
    pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        (void)signal(SIGABRT, SIG_DFL);
        abort();
    }
    status = status_of(pid);
    return WCOREDUMP(status) ? WORKED : HELD;
}

#define SAME_USER "AutoProver#73: signals to processes of the same user"
#define OF_INIT   "process 1 of the engine"
#define NOT_THERE "ESRCH"
#define CALLS     "CVE-2020-5291 (bwrap) kind: tracing the set-up"

const struct probe process_probes[] = {
    { "kill-host",
      SAME_USER,
      "SIGKILL to a process of the host",
      PROCESS,
      NOT_THERE,
      OUTSIDE,
      send_signal,
      "pid",
      { SIGKILL } },
    { "stop-host",
      SAME_USER,
      "SIGSTOP to it",
      PROCESS,
      NOT_THERE,
      OUTSIDE,
      send_signal,
      "pid",
      { SIGSTOP } },
    { "queue-host",
      SAME_USER,
      "a queued SIGTERM",
      PROCESS,
      NOT_THERE,
      OUTSIDE,
      queue_signal,
      "pid",
      { SIGTERM } },
    { "thread-host",
      SAME_USER,
      "SIGTERM to its thread",
      PROCESS,
      NOT_THERE,
      OUTSIDE,
      thread_signal,
      "pid",
      { SIGTERM } },
    { "pidfd-host",
      SAME_USER,
      "SIGTERM by a pidfd",
      PROCESS,
      NOT_THERE,
      OUTSIDE,
      pidfd_signal,
      "pid",
      { SIGTERM } },
    { "sweep", SAME_USER, "signal 0 to the first 70000 pids", PROCESS, NOT_THERE, OUTSIDE, sweep },
    { "group-kill",
      "the caller's process group",
      "SIGUSR1 to its own process group",
      PROCESS,
      "held",
      OUTSIDE,
      group_signal,
      NULL,
      { SIGUSR1 } },
    { "owner-signal", "F_SETOWN", "have the kernel send SIGKILL for a pipe", PROCESS, NOT_THERE,
      OUTSIDE, owner_signal, "pid" },
    { "kill-executor",
      "end the executor to be free",
      "SIGKILL to process 1",
      RESULT,
      "held EPERM",
      NOWHERE,
      kill_init,
      NULL,
      { SIGKILL } },
    { "stop-init",
      OF_INIT,
      "SIGSTOP to process 1",
      RESULT,
      "held EPERM",
      NOWHERE,
      kill_init,
      NULL,
      { SIGSTOP } },
    { "terminate-init",
      OF_INIT,
      "SIGTERM to process 1",
      RESULT,
      "held EPERM",
      NOWHERE,
      kill_init,
      NULL,
      { SIGTERM } },
    { "crash-init",
      OF_INIT,
      "SIGSEGV to process 1",
      RESULT,
      "held EPERM",
      NOWHERE,
      kill_init,
      NULL,
      { SIGSEGV } },
    { "trace-init", CALLS, "PTRACE_SEIZE on process 1", RESULT, "EPERM", OUTSIDE, trace, "init" },
    { "trace-host", CALLS, "PTRACE_SEIZE on a process of the host", PROCESS, "EPERM", OUTSIDE,
      trace, "pid" },
    { "trace-me", CALLS, "PTRACE_TRACEME", RIGHT, "EPERM", OUTSIDE, trace_child },
    { "read-memory-init", "process_vm_readv", "read memory of process 1", SECRET, "EPERM", OUTSIDE,
      read_memory, "init" },
    { "write-memory-init", "process_vm_writev", "write memory of process 1", RESULT, "EPERM",
      OUTSIDE, write_memory, "init" },
    { "read-memory-host", "process_vm_readv", "read memory of a process of the host", SECRET,
      "EPERM", OUTSIDE, read_memory, "pid" },
    { "descriptor-init", "pidfd_getfd", "take a descriptor of process 1", RESULT, "EPERM", OUTSIDE,
      take_descriptor, "init" },
    { "descriptor-host", "pidfd_getfd", "take a descriptor of a process of the host", RIGHT,
      "ESRCH", OUTSIDE, take_descriptor, "pid" },
    { "compare-init", "kcmp, leaks addresses", "compare descriptors of process 1", SECRET, "EPERM",
      OUTSIDE, compare, "init" },
    { "advise-init", "process_madvise", "page out memory of process 1", PROCESS, "EPERM EACCES",
      BY_ROOT, advise, "init" },
    { "pages-init", "move_pages, finds addresses", "ask where memory of process 1 lies", SECRET,
      "EPERM", OUTSIDE, move_memory, "init" },
    { "limits-host", "prlimit", "the limits of a process of the host", PROCESS, NOT_THERE, OUTSIDE,
      read_limits, "pid" },
    { "priority-host", "setpriority", "lower the priority of a process of the host", PROCESS,
      NOT_THERE, OUTSIDE, lower_priority, "pid" },
    { "priority-user", "setpriority by user", "of all processes of the same user", PROCESS, "held",
      BY_OTHER, lower_all },
    { "disk-priority-user", "ioprio_set by user", "their disk priority as well", PROCESS, "held",
      BY_OTHER, lower_disk_priority },
    { "processor-host", "sched_setaffinity", "choose the processor of a process of the host",
      PROCESS, NOT_THERE, OUTSIDE, pin_processor, "pid" },
    { "real-time", "scheduling classes", "become a real-time process", RIGHT, "EPERM", BY_ROOT,
      real_time },
    { "higher-priority", "scheduling classes", "raise its own priority", RIGHT, "EPERM EACCES",
      BY_ROOT, higher_priority },
    { "group-host", "setpgid", "move a process of the host to a new group", PROCESS, NOT_THERE,
      NOWHERE, group_move, "pid" },
    { "session", "the caller's session", "find a session outside above itself", RIGHT, "held",
      NOWHERE, session_of },
    { "orphan", "daemons adopted outside", "have an orphan adopted outside", PROCESS, "held",
      NOWHERE, orphan },
    { "set-id-program", "CVE-2019-18634 kind: set-user-id programs",
      "execute a set-user-id program of another user", RIGHT, "held EACCES", BY_OTHER,
      privileged_program, "planted-set-id" },
    { "capable-program", "CVE-2021-4034 kind: file capabilities",
      "execute a program with file capabilities", RIGHT, "held EACCES EPERM", BY_OTHER,
      capable_program, "planted-capable" },
    { "starve-init",
      OF_INIT,
      "let it open no more files",
      RESULT,
      "held",
      NOWHERE,
      starve_init,
      NULL,
      { RLIMIT_NOFILE } },
    { "starve-init-size",
      OF_INIT,
      "let it write nothing",
      RESULT,
      "held",
      NOWHERE,
      starve_init,
      NULL,
      { RLIMIT_FSIZE } },
    { "starve-init-memory",
      OF_INIT,
      "let it have no memory",
      RESULT,
      "held",
      NOWHERE,
      starve_init,
      NULL,
      { RLIMIT_AS } },
    { "idle-init", OF_INIT, "let it run only when nothing else does", RESULT, "held", NOWHERE,
      idle_init },
    { "core-dump", "CVE-2022-0811, CVE-2025-4598 kind: core dumps", "crash with RLIMIT_CORE raised",
      MACHINE, "held", NOWHERE, dump_core },
    { 0 },
};
