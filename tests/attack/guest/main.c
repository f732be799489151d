/* SPDX-License-Identifier: MIT */
/* Finds probes by name, tries each in a child, prints the verdicts and the tables. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"
#include "names.h"

#define PROBE_SECONDS 10

static const struct probe_group groups[] = {
    { "files", file_probes },        { "aliases", alias_probes },     { "proc", proc_probes },
    { "processes", process_probes }, { "namespaces", space_probes },  { "kernel", kernel_probes },
    { "sockets", socket_probes },    { "terminal", terminal_probes }, { "streams", stream_probes },
    { "limits", limit_probes },      { "life", life_probes },         { "results", result_probes },
    { "wide", wide_probes },
};

static const char *const canaries[] = { "secret",  "altered", "process", "listener",
                                        "machine", "right",   "result" };
static const char *const controls[] = { "nowhere", "outside", "maybe", "own", "root", "other" };

static char **keys;
static int key_count;
static char value[16384];
static size_t value_length;

const char *given(const char *key)
{
    size_t length = strlen(key);

    for (int i = 0; i < key_count; i++)
        if (strncmp(keys[i], key, length) == 0 && keys[i][length] == '=')
            return keys[i] + length + 1;
    return "";
}

long given_number(const char *key)
{
    return strtol(given(key), NULL, 0);
}

const char *path_of(const char *format, ...)
{
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % COUNT(paths)];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(path, sizeof paths[0], format, args);
    va_end(args);
    return path;
}

const char *target(const struct probe *probe)
{
    return path_of("%s/%s", given(probe->zone ? probe->zone : "out"), probe->name);
}

const char *scratch(const struct probe *probe)
{
    return path_of("%s/scratch-%s", given("rw"), probe->name);
}

void say(const char *format, ...)
{
    size_t room = sizeof value - value_length;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(value + value_length, room, format, args);
    va_end(args);
    if (length > 0)
        value_length += (size_t)length < room ? (size_t)length : room - 1;
}

int worked(long done)
{
    return done < 0 ? -1 : WORKED;
}

int tell(const char *path)
{
    char text[8192];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return -1;
    got = read(fd, text, sizeof text - 1);
    (void)close(fd);
    for (ssize_t i = 0; i < got; i++)
        text[i] = (char)(text[i] < ' ' ? ' ' : text[i]);
    if (got >= 0)
        text[got] = '\0';
    say("%s", got >= 0 ? text : "");
    return got < 0 ? -1 : WORKED;
}

int status_of(int pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static const struct probe *find(const char *name)
{
    for (size_t g = 0; g < COUNT(groups); g++)
        for (const struct probe *row = groups[g].probes; row->name; row++)
            if (strcmp(row->name, name) == 0)
                return row;
    return NULL;
}

/* In the child: writes "verdict TAB value". */
_Noreturn static void perform(const struct probe *probe, int report)
{
    char text[sizeof value + 64];
    int result, error, length;

    (void)alarm(PROBE_SECONDS);
    errno = 0;
    result = probe->try(probe);
    error = errno;
    length = snprintf(text, sizeof text, "%s\t%s",
                      result == WORKED ? "ok"
                      : result == HELD ? "held"
                                       : error_name(error),
                      value);
    _exit(write(report, text, (size_t)length) == length ? 0 : 9);
}

static void print_death(int status)
{
    if (WIFSIGNALED(status))
        (void)printf("%s\t\n", signal_name(WTERMSIG(status)));
    else
        (void)printf("exit %d\t\n", WEXITSTATUS(status));
}

static void attempt(const struct probe *probe)
{
    char text[sizeof value + 64];
    int report[2], status;
    size_t length = 0;
    ssize_t got;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) < 0)
        exit(3);
    pid = fork();
    if (pid == 0)
        perform(probe, report[1]);
    (void)close(report[1]);
    while (length < sizeof text && (got = read(report[0], text + length, sizeof text - length)) > 0)
        length += (size_t)got;
    (void)close(report[0]);
    status = pid > 0 ? status_of(pid) : 0x300;
    (void)printf("%s\t", probe->name);
    if (length)
        (void)printf("%.*s\n", (int)length, text);
    else
        print_death(status);
    (void)fflush(stdout);
}

static int attempt_group(const char *name)
{
    for (size_t g = 0; g < COUNT(groups); g++)
        if (strcmp(groups[g].name, name) == 0) {
            for (const struct probe *row = groups[g].probes; row->name; row++)
                attempt(row);
            return 0;
        }
    return -1;
}

static void print_row(const char *group, const struct probe *row)
{
    (void)printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", group, row->name, row->mechanism, row->attempt,
                 canaries[row->canary], row->refusal, controls[row->control],
                 row->zone ? row->zone : "");
}

static int print_table(void)
{
    for (size_t g = 0; g < COUNT(groups); g++)
        for (const struct probe *row = groups[g].probes; row->name; row++)
            print_row(groups[g].name, row);
    return 0;
}

static int attempt_words(int count, char **words)
{
    for (int i = 0; i < count; i++) {
        const struct probe *probe = find(words[i]);

        if (strcmp(words[i], "all") == 0 && i + 1 < count && attempt_group(words[i + 1]) == 0) {
            i++;
            continue;
        }
        if (!probe) {
            (void)fprintf(stderr, "attack: there is no probe '%s'\n", words[i]);
            return 2;
        }
        attempt(probe);
    }
    return 0;
}

int main(int count, char **words)
{
    int first = 1;

    /* A set-id copy of this program tells whether the bits worked. */
    if (count == 2 && strcmp(words[1], "ids") == 0)
        return printf("%d %d\n", (int)getuid(), (int)geteuid()) < 0;
    if (count == 2 && strcmp(words[1], "table") == 0)
        return print_table();
    if (count == 2 && strcmp(words[1], "state") == 0)
        return state_main();
    if (count > 1 && strcmp(words[1], "stand") == 0)
        return stand_main();
    if (count > 1 && strcmp(words[1], "swap") == 0)
        return race_main(count - 2, words + 2);
    if (count > 1 && strcmp(words[1], "look") == 0)
        return look_main(count - 2, words + 2);
    (void)signal(SIGUSR1, SIG_IGN); /* one probe sends it to the process group */
    keys = words + 1;
    while (first < count && strcmp(words[first], "--") != 0)
        first++;
    key_count = first - 1;
    return first < count ? attempt_words(count - first - 1, words + first + 1) : 2;
}
