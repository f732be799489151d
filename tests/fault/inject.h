/* SPDX-License-Identifier: MIT */
/* What the parts of the injector share: the run that is traced, its processes, and what is to go wrong. */
#ifndef MXC_TESTS_FAULT_INJECT_H
#define MXC_TESTS_FAULT_INJECT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/user.h>

enum role { NOBODY, EXECUTOR, INIT, KEEPER, PROGRAM, OTHER, ROLES };

#define CALLS_MAX     512
#define PROCESSES_MAX 64

enum what { NOTHING, ANSWER, FAKE, SIGNAL, PAUSE, COMMAND };

/* At the k-th call of that name in that role. */
struct action {
    enum role role;
    long number;
    unsigned nth;
    enum what what;
    int value; /* an errno or a signal */
};

struct process {
    pid_t pid; /* 0: a free row */
    enum role role;
    bool waiting; /* its first stop came before its parent told of it */
    bool pausing; /* we stopped it, and let it go on */
    bool running; /* has executed what it is for; calls count from here (executor only) */
    long number;
    unsigned long args[3];
    int answer; /* what the call is made to return, when it ends; 0: what it returns */
    bool faked; /* it did nothing, and is told that it succeeded */
};

struct session {
    struct action action;
    enum role victim; /* killed 'after_us' from its birth */
    long after_us;
    long watchdog_s;
    bool record;
    bool shift_clock;
    bool trace_calls;
    FILE *log;
    struct process processes[PROCESSES_MAX];
    unsigned counts[ROLES][CALLS_MAX];
    unsigned long last_break;
    pid_t executor;
    int status; /* of the executor, as wait() gives it */
    bool ended;
    bool over; /* the watchdog barked */
};

extern const char *const role_names[ROLES];

/* Follows everything until the last process is gone. */
void trace_run(struct session *s);

/* A stop at the entry or the exit of a call; they tell nothing of a failing ptrace, since the process may have been
 * killed meanwhile. */
void at_entry(struct session *s, struct process *p, struct user_regs_struct *regs);
void at_exit(struct session *s, struct process *p, struct user_regs_struct *regs);

/* After its execve: takes the vDSO away, so that each look at a clock is a call. */
void hide_vdso(pid_t pid);

#endif
