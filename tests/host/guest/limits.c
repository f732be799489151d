/* SPDX-License-Identifier: MIT */
/* Using much of something: processes, memory, disk, descriptors, output, time; and not wanting to end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

#define MEBIBYTE (1u << 20)

_Noreturn static void rest(void)
{
    for (;;)
        (void)pause();
}

/* Starts up to N children that stay; says how many there were. */
static int fork_many(char **words, struct value *out)
{
    static pid_t children[8192];
    int wanted = atoi(words[0]), count = 0, error = 0;

    while (count < wanted && count < (int)COUNT(children)) {
        pid_t pid = fork();

        if (pid == 0)
            rest();
        if (pid < 0) {
            error = errno;
            break;
        }
        children[count++] = pid;
    }
    say(out, "%d", count);
    for (int i = 0; i < count; i++)
        (void)kill(children[i], SIGKILL);
    for (int i = 0; i < count; i++)
        (void)waitpid(children[i], NULL, 0);
    errno = error;
    return error ? -1 : 0;
}

/* Every process forks as fast as it can until 'times' forks were refused to it. */
static int fork_bomb(char **words, struct value *out)
{
    int refused = 0;

    (void)out;
    while (refused < atoi(words[0]))
        if (fork() < 0)
            refused++;
    errno = EAGAIN;
    return -1;
}

/* Memory that is really there, MiB by MiB. */
static int allocate(char **words, struct value *out)
{
    for (int i = 0; i < atoi(words[0]); i++) {
        void *bytes =
            mmap(NULL, MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (bytes == MAP_FAILED)
            return -1;
        memset(bytes, i + 1, MEBIBYTE);
        out->length = 0;
        say(out, "%d", i + 1);
    }
    return 0;
}

/* Appends N MiB to a file. */
static int fill(char **words, struct value *out)
{
    static char block[MEBIBYTE];
    int fd = open(words[0], O_WRONLY | O_CREAT | O_APPEND, 0644);

    memset(block, 'f', sizeof block);
    for (int i = 0; fd >= 0 && i < atoi(words[1]); i++)
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block) {
            errno = errno ? errno : ENOSPC;
            return -1;
        }
    say(out, "%s", words[1]);
    return fd < 0 ? -1 : close(fd);
}

static int open_many(char **words, struct value *out)
{
    int count = 0;

    while (count < atoi(words[0])) {
        if (open("/dev/null", O_RDONLY) < 0) {
            (void)printf("%d ", count);
            return -1;
        }
        count++;
    }
    say(out, "%d", count);
    return 0;
}

/* Writes N bytes, 0 1 2 … 250 again and again, to a descriptor. */
static int flood(char **words, struct value *out)
{
    static unsigned char block[251 * 256];
    long long left = atoll(words[1]);

    (void)out;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (unsigned char)(i % 251);
    for (size_t at = 0; left > 0;) {
        size_t most = sizeof block - at;
        ssize_t done =
            write(atoi(words[0]), block + at, (long long)most < left ? most : (size_t)left);

        if (done < 0 && errno != EINTR)
            return -1;
        at = done > 0 ? (at + (size_t)done) % sizeof block : at;
        left -= done > 0 ? done : 0;
    }
    return 0;
}

/* N ms of wall time without rest; says how much processor time that gave, in ms. */
static int burn(char **words, struct value *out)
{
    struct timespec begun, now, used;
    long spent;

    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    do {
        for (volatile int i = 0; i < 20000; i = i + 1)
            ;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        spent = (now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000;
    } while (spent < atol(words[0]));
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    say(out, "%ld %ld", (long)used.tv_sec * 1000 + used.tv_nsec / 1000000, spent);
    return 0;
}

static void ignore_signals(void)
{
    for (int i = 1; i <= 64; i++)
        (void)signal(i, SIG_IGN);
}

/* Leaves a process behind that wants to live: own session, no parent, deaf. With "stop" it also stands
 * still. Returns when it is there. */
static int leave_daemon(char **words, struct value *out)
{
    int ready[2];
    char byte = 0;
    pid_t pid;

    (void)out;
    if (pipe(ready) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        if (fork() > 0)
            _exit(0);
        (void)setsid();
        ignore_signals();
        if (write(ready[1], "r", 1) != 1)
            _exit(1);
        (void)close(ready[0]);
        (void)close(ready[1]);
        if (strcmp(words[0], "stop") == 0)
            (void)raise(SIGSTOP);
        rest();
    }
    (void)close(ready[1]);
    if (pid < 0 || waitpid(pid, NULL, 0) < 0 || read(ready[0], &byte, 1) != 1)
        return -1;
    return close(ready[0]);
}

static int deaf(char **words, struct value *out)
{
    (void)words;
    (void)out;
    ignore_signals();
    return 0;
}

static int wait_forever(char **words, struct value *out)
{
    (void)words;
    (void)out;
    rest();
}

/* By its own hand, so that the status is that of the signal. */
static int die_by(char **words, struct value *out)
{
    (void)out;
    return raise(atoi(words[0]));
}

const struct action limit_actions[] = {
    { "forks", 1, fork_many },   { "bomb", 1, fork_bomb },      { "allocate", 1, allocate },
    { "fill", 2, fill },         { "open-many", 1, open_many }, { "flood", 2, flood },
    { "burn", 1, burn },         { "daemon", 1, leave_daemon }, { "deaf", 0, deaf },
    { "rest", 0, wait_forever }, { "raise", 1, die_by },        { 0 },
};
