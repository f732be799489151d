/* SPDX-License-Identifier: MIT */
/* Exhaustion: each uses up one thing until it is refused. The driver gives each a run with a limit and
 * compares the reason in the result. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define MEBIBYTE (1u << 20)
#define ENOUGH   20000 /* no limit of a test is that far away */

static void *stand_still(void *unused)
{
    for (;;)
        (void)pause();
    return unused;
}

/* Whoever holds the pipe to the guest's first process keeps that one waiting. */
static void close_report(void)
{
    for (int fd = 3; fd < 64; fd++)
        (void)close(fd);
}

static int forks(const struct probe *probe)
{
    int count = 0;

    for (; count < ENOUGH; count++) {
        pid_t pid = fork();

        if (pid == 0) {
            close_report();
            (void)stand_still(NULL);
        }
        if (pid < 0)
            break;
    }
    say("%d", count);
    (void)probe;
    return count < ENOUGH ? -1 : WORKED;
}

/* Every process forks as fast as it can, and nobody waits for the others. */
static int bomb(const struct probe *probe)
{
    pid_t first = getpid();

    (void)probe;
    for (int refused = 0; refused < 50;) {
        pid_t pid = fork();

        refused += pid < 0;
        if (pid == 0)
            close_report();
    }
    if (getpid() != first)
        (void)stand_still(NULL);
    errno = EAGAIN;
    return -1;
}

static int threads(const struct probe *probe)
{
    int count = 0, error = 0;
    pthread_attr_t small;

    (void)probe;
    (void)pthread_attr_init(&small);
    (void)pthread_attr_setstacksize(&small, 65536);
    for (; count < ENOUGH && !error; count++) {
        pthread_t thread;

        error = pthread_create(&thread, &small, stand_still, NULL);
    }
    say("%d", count);
    errno = error;
    return error ? -1 : WORKED;
}

static int memory(const struct probe *probe)
{
    int kind = probe->n[0] ? MAP_SHARED : MAP_PRIVATE;

    for (int i = 0; i < 4000; i++) {
        void *bytes = mmap(NULL, MEBIBYTE, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);

        if (bytes == MAP_FAILED)
            return -1;
        memset(bytes, i + 1, MEBIBYTE);
    }
    return WORKED;
}

static int fill(const struct probe *probe)
{
    static char block[MEBIBYTE];
    int fd =
        open(path_of("%s/full", probe->word ? probe->word : given("rw")), O_WRONLY | O_CREAT, 0600);

    (void)signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 4000; i++)
        if (write(fd, block, sizeof block) < 0)
            return -1;
    return WORKED;
}

static int inodes(const struct probe *probe)
{
    for (int i = 0; i < 300000; i++) {
        int fd = open(path_of("%s/%d", probe->word, i), O_WRONLY | O_CREAT, 0600);

        if (fd < 0)
            return -1;
        (void)close(fd);
    }
    return WORKED;
}

static int descriptors(const struct probe *probe)
{
    for (int i = 0; i < ENOUGH; i++)
        if (open(probe->word, O_RDWR | O_NOCTTY) < 0) {
            say("%d", i);
            return -1;
        }
    return WORKED;
}

static int watches(const struct probe *probe)
{
    (void)probe;
    for (int i = 0; i < ENOUGH; i++)
        if (inotify_init() < 0) {
            say("%d", i);
            return -1;
        }
    return WORKED;
}

/* Goes on for ever; the executor has to end it. */
static int flood(const struct probe *probe)
{
    static char block[65536];

    memset(block, 'f', sizeof block);
    for (;;)
        if (write((int)probe->n[0], block, sizeof block) < 0)
            return -1;
}

static int raise_limit(const struct probe *probe)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)probe->n[0], &limit) < 0)
        return -1;
    limit.rlim_max++;
    return setrlimit((__rlimit_resource_t)probe->n[0], &limit);
}

/* Processor time for ever, by every process that may exist. */
static int spin(const struct probe *probe)
{
    (void)probe;
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            break;
    for (volatile unsigned long i = 1; i; i = i + 1)
        ;
    return WORKED;
}

#define EXHAUST "resource exhaustion"

const struct probe limit_probes[] = {
    { "fork-many", EXHAUST, "fork until it is refused", PROCESS, "EAGAIN", NOWHERE, forks },
    { "fork-bomb", EXHAUST, "every process forks for ever", PROCESS, "EAGAIN", NOWHERE, bomb },
    { "thread-bomb", EXHAUST, "start threads until it is refused", PROCESS, "EAGAIN ENOMEM",
      NOWHERE, threads },
    { "memory",
      EXHAUST,
      "write to memory without end",
      MACHINE,
      "SIGKILL ENOMEM",
      NOWHERE,
      memory,
      NULL,
      { 0 } },
    { "memory-shared",
      EXHAUST,
      "the same in shared memory",
      MACHINE,
      "SIGKILL ENOMEM SIGBUS",
      NOWHERE,
      memory,
      NULL,
      { 1 } },
    { "disk", EXHAUST, "fill /tmp", MACHINE, "ENOSPC", NOWHERE, fill, "/tmp" },
    { "disk-shared", EXHAUST, "fill /dev/shm", MACHINE, "ENOSPC", NOWHERE, fill, "/dev/shm" },
    { "inodes", EXHAUST, "make files in /tmp without end", MACHINE, "ENOSPC", NOWHERE, inodes,
      "/tmp" },
    { "file-size", EXHAUST, "make a file in a grant grow without end", ALTERED, "EFBIG", NOWHERE,
      fill },
    { "descriptors", EXHAUST, "open files until it is refused", MACHINE, "EMFILE", NOWHERE,
      descriptors, "/dev/null" },
    { "terminals", EXHAUST, "take terminals until it is refused", MACHINE, "ENOSPC EIO EMFILE",
      NOWHERE, descriptors, "/dev/ptmx" },
    { "watches", EXHAUST, "make inotify instances until it is refused", MACHINE, "EMFILE", NOWHERE,
      watches },
    { "flood-output",
      EXHAUST,
      "write to standard output without end",
      RESULT,
      "SIGKILL EPIPE",
      NOWHERE,
      flood,
      NULL,
      { 1 } },
    { "flood-errors",
      EXHAUST,
      "write to standard error without end",
      RESULT,
      "SIGKILL EPIPE",
      NOWHERE,
      flood,
      NULL,
      { 2 } },
    { "raise-descriptors",
      EXHAUST,
      "raise the limit of open files",
      RIGHT,
      "EPERM",
      BY_ROOT,
      raise_limit,
      NULL,
      { RLIMIT_NOFILE } },
    { "raise-processes",
      EXHAUST,
      "raise the limit of processes",
      RIGHT,
      "EPERM",
      BY_ROOT,
      raise_limit,
      NULL,
      { RLIMIT_NPROC } },
    { "spin", EXHAUST, "use the processors until the timeout", PROCESS, "SIGKILL", NOWHERE, spin },
    { 0 },
};
