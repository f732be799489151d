/* SPDX-License-Identifier: MIT */
/* The clock of the benchmark: starts programs and writes down how long each took, in nanoseconds.
 *
 * usage: measure latency ROUNDS FILE      every row once a round, so that noise meets all alike
 *        measure parallel WORKERS MS FILE  how many of each row's programs end in that time
 * FILE holds one row a line, arguments separated by tabs. The answer has one line a row. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROWS      64
#define ARGUMENTS 128

extern char **environ;

static char *rows[ROWS][ARGUMENTS];
static size_t row_count;
static posix_spawn_file_actions_t quiet;

static uint64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int fail(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    return 1;
}

static int read_rows(const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;

    while (file && row_count < ROWS && getline(&line, &room, file) > 0) {
        size_t count = 0;

        line[strcspn(line, "\n")] = '\0';
        for (char *word = strtok(line, "\t"); word && count + 1 < ARGUMENTS;
             word = strtok(NULL, "\t"))
            rows[row_count][count++] = strdup(word);
        row_count += count > 0;
    }
    return file && row_count ? 0 : -1;
}

static pid_t start(char **argv)
{
    pid_t pid;

    errno = posix_spawn(&pid, argv[0], &quiet, NULL, argv, environ);
    return errno ? -1 : pid;
}

/* Runs it to its end; 0 when it cannot be started or fails. */
static uint64_t time_one(char **argv)
{
    uint64_t before = now();
    pid_t pid = start(argv);
    int status;

    if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
        return 0;
    return now() - before;
}

static int latency(unsigned rounds)
{
    uint64_t *times = calloc(row_count * rounds, sizeof *times);

    if (!times)
        return fail("memory");
    for (size_t row = 0; row < row_count; row++)
        (void)time_one(rows[row]); /* warms the caches */
    for (unsigned round = 0; round < rounds; round++)
        for (size_t row = 0; row < row_count; row++)
            times[row * rounds + round] = time_one(rows[row]);
    for (size_t row = 0; row < row_count; row++)
        for (unsigned round = 0; round < rounds; round++)
            printf("%llu%c", (unsigned long long)times[row * rounds + round],
                   round + 1 < rounds ? ' ' : '\n');
    free(times);
    return 0;
}

/* One worker: as many runs one after the other as end before 'until'. */
static unsigned work(char **argv, uint64_t until)
{
    unsigned done = 0;

    while (now() < until && time_one(argv))
        done += now() <= until;
    return done;
}

static int parallel_row(char **argv, unsigned workers, uint64_t span)
{
    unsigned total = 0, done;
    uint64_t until = now() + span;
    int ends[2];

    if (pipe(ends) < 0)
        return fail("pipe");
    for (unsigned i = 0; i < workers; i++) {
        pid_t pid = fork();

        if (pid < 0)
            return fail("fork");
        if (!pid) {
            done = work(argv, until);
            _exit(write(ends[1], &done, sizeof done) != sizeof done);
        }
    }
    (void)close(ends[1]);
    while (read(ends[0], &done, sizeof done) == sizeof done)
        total += done;
    (void)close(ends[0]);
    while (wait(NULL) > 0)
        ;
    printf("%.1f\n", (double)total * 1e9 / (double)span);
    return 0;
}

static int parallel(unsigned workers, uint64_t span)
{
    for (size_t row = 0; row < row_count; row++) {
        (void)fflush(stdout);
        if (parallel_row(rows[row], workers, span))
            return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 4 || read_rows(argv[argc - 1]) < 0)
        return fail("usage: measure latency ROUNDS FILE | parallel WORKERS MS FILE");
    if (posix_spawn_file_actions_init(&quiet) ||
        posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0) ||
        posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0) ||
        posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0))
        return fail("posix_spawn");
    if (!strcmp(argv[1], "latency"))
        return latency((unsigned)atoi(argv[2]));
    if (!strcmp(argv[1], "parallel") && argc == 5)
        return parallel((unsigned)atoi(argv[2]), (uint64_t)atoll(argv[3]) * 1000000u);
    return fail("unknown command");
}
