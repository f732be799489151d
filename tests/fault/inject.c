/* SPDX-License-Identifier: MIT */
/* Runs a program, follows all its processes, and makes one thing go wrong.
 *
 *   inject [OPTIONS] -- PROGRAM ARGS...
 *
 *   -l FD                   what happened is written to this descriptor, a line each
 *   -r                      write each call down: "call ROLE NAME NTH BLOCKS ERRNO,ERRNO…"
 *   -a ROLE:CALL:NTH:WHAT   at the NTH call of that name in that role: E12 it fails with errno 12; S15 signal
 *                           15 comes; P it is stopped and goes on; F it does nothing and
 *                           seems to succeed; C the shell command in INJECT_COMMAND runs before it
 *   -k ROLE:US              kill -9 of that role so many microseconds after its birth; calls are not followed
 *   -j                      the calendar jumps by a day at each look; every use of a clock is written down
 *   -w SECONDS              then everything is killed, and the status is 124
 *
 * Roles: executor is the program; init its child with a user namespace, keeper another child; program the
 * child of init, up to its execve. The status is that of the executor, or 128 and its signal. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "inject.h"

#define OPTIONS                                                                                    \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |      \
     PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

static enum role role_named(const char *name)
{
    for (int i = EXECUTOR; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0)
            return (enum role)i;
    return NOBODY;
}

static enum what what_named(char letter)
{
    static const char letters[] = {
        [ANSWER] = 'E', [FAKE] = 'F', [SIGNAL] = 'S', [PAUSE] = 'P', [COMMAND] = 'C'
    };

    for (size_t i = ANSWER; i < sizeof letters; i++)
        if (letters[i] == letter)
            return (enum what)i;
    return NOTHING;
}

static bool read_action(const char *text, struct action *out)
{
    char role[16], name[32], what[16];
    const struct call *call;

    if (sscanf(text, "%15[^:]:%31[^:]:%u:%15s", role, name, &out->nth, what) != 4)
        return false;
    call = call_named(name);
    out->role = role_named(role);
    out->number = call ? call->number : -1;
    out->value = atoi(what + 1);
    out->what = what_named(*what);
    return call && out->role && out->what;
}

static bool read_victim(const char *text, struct session *s)
{
    char role[16];

    if (sscanf(text, "%15[^:]:%ld", role, &s->after_us) != 2)
        return false;
    s->victim = role_named(role);
    s->trace_calls = false;
    return s->victim;
}

/* Waits until it is traced, then becomes the executor. */
_Noreturn static void start(int ready, char **words)
{
    char byte;

    if (read(ready, &byte, 1) != 1)
        _exit(126);
    (void)execv(words[0], words);
    perror(words[0]);
    _exit(127);
}

static int launch(struct session *s, char **words)
{
    int ready[2];

    if (pipe2(ready, O_CLOEXEC) < 0)
        return -1;
    s->executor = fork();
    if (s->executor == 0)
        start(ready[0], words);
    if (s->executor < 0 || ptrace(PTRACE_SEIZE, s->executor, NULL, (long)OPTIONS) < 0)
        return -1;
    /* Its calls before the execve are traced, and not counted. */
    if (s->trace_calls && ptrace(PTRACE_INTERRUPT, s->executor, NULL, NULL) < 0)
        return -1;
    return write(ready[1], "g", 1) == 1 && close(ready[0]) == 0 && close(ready[1]) == 0 ? 0 : -1;
}

static int usage(void)
{
    (void)fprintf(stderr, "usage: inject [-l FD] [-r] [-j] [-a ROLE:CALL:NTH:WHAT] [-k ROLE:US] "
                          "[-w SECONDS] -- PROGRAM ARGS...\n");
    return 2;
}

int main(int count, char **words)
{
    struct session s = { .watchdog_s = 20, .trace_calls = true };
    int log = STDERR_FILENO;
    bool good = true;

    for (int option; (option = getopt(count, words, "+l:ra:k:jw:")) != -1;) {
        switch (option) {
        case 'l':
            log = atoi(optarg);
            break;
        case 'r':
            s.record = true;
            break;
        case 'a':
            good &= read_action(optarg, &s.action);
            break;
        case 'k':
            good &= read_victim(optarg, &s);
            break;
        case 'j':
            s.shift_clock = true;
            break;
        case 'w':
            s.watchdog_s = atol(optarg);
            break;
        default:
            good = false;
        }
    }
    if (!good || optind >= count)
        return usage();
    if (log > STDERR_FILENO)
        (void)fcntl(log, F_SETFD, FD_CLOEXEC);
    s.log = fdopen(log, "w");
    if (!s.log || launch(&s, words + optind) < 0) {
        perror("inject");
        return 125;
    }
    (void)fprintf(s.log, "pid %d\n", (int)s.executor);
    trace_run(&s);
    (void)fclose(s.log);
    if (s.over)
        return 124;
    return WIFEXITED(s.status) ? WEXITSTATUS(s.status) : 128 + WTERMSIG(s.status);
}
