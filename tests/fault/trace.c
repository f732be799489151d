/* SPDX-License-Identifier: MIT */
/* Following a run: who is who, each stop in turn, and the end of everybody. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "inject.h"

const char *const role_names[ROLES] = {
    [NOBODY] = "nobody", [EXECUTOR] = "executor", [INIT] = "init",
    [KEEPER] = "keeper", [PROGRAM] = "program",   [OTHER] = "other",
};

static volatile sig_atomic_t alarmed;

static void on_alarm(int number)
{
    (void)number;
    alarmed = 1;
}

static void arm(long us)
{
    const struct itimerval at = { .it_value = { us / 1000000, us % 1000000 } };

    (void)setitimer(ITIMER_REAL, &at, NULL);
}

static struct process *find(struct session *s, pid_t pid)
{
    for (size_t i = 0; i < PROCESSES_MAX; i++)
        if (s->processes[i].pid == pid)
            return &s->processes[i];
    return NULL;
}

static struct process *add(struct session *s, pid_t pid)
{
    struct process *p = find(s, 0);

    if (p)
        *p = (struct process){ .pid = pid };
    return p;
}

static void go_on(const struct session *s, const struct process *p, int number)
{
    (void)ptrace(s->trace_calls ? PTRACE_SYSCALL : PTRACE_CONT, p->pid, NULL, (long)number);
}

/* ---- who is who */

static unsigned long clone_flags(const struct process *parent)
{
    switch (parent->number) {
    case SYS_clone3:
        return (unsigned long)ptrace(PTRACE_PEEKDATA, parent->pid, parent->args[0], NULL);
    case SYS_clone:
        return parent->args[0];
    default:
        return 0;
    }
}

/* Without the calls traced, the registers still tell which one made the child. */
static void look_at_call(struct process *parent)
{
    struct user_regs_struct regs;

    if (ptrace(PTRACE_GETREGS, parent->pid, NULL, &regs) < 0)
        return;
    parent->number = (long)regs.orig_rax;
    parent->args[0] = regs.rdi;
}

static enum role role_of_child(struct process *parent)
{
    look_at_call(parent);
    switch (parent->role) {
    case EXECUTOR:
        return clone_flags(parent) & CLONE_NEWUSER ? INIT : KEEPER;
    case INIT:
        return PROGRAM;
    default:
        return OTHER;
    }
}

static void born(struct session *s, struct process *parent)
{
    unsigned long pid = 0;
    struct process *child;

    if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0)
        return;
    child = find(s, (pid_t)pid);
    if (!child)
        child = add(s, (pid_t)pid);
    if (!child)
        return;
    child->role = role_of_child(parent);
    if (child->role == s->victim)
        arm(s->after_us ? s->after_us : 1);
    if (child->waiting)
        go_on(s, child, 0);
    child->waiting = false;
}

/* ---- stops */

static void call_stop(struct session *s, struct process *p)
{
    struct __ptrace_syscall_info info;
    struct user_regs_struct regs;

    if (p->role == EXECUTOR && !p->running)
        return;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) <= 0 ||
        ptrace(PTRACE_GETREGS, p->pid, NULL, &regs) < 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        at_entry(s, p, &regs);
    else
        at_exit(s, p, &regs);
}

/* True: it is let go, and no more of ours. */
static bool executed(struct session *s, struct process *p)
{
    if (p->role == EXECUTOR && !p->running) {
        p->running = true;
        if (s->shift_clock)
            hide_vdso(p->pid);
        if (s->victim == EXECUTOR)
            arm(s->after_us ? s->after_us : 1);
    }
    if (p->role != PROGRAM || !s->trace_calls)
        return false;
    (void)fprintf(s->log, "executed\n");
    if (p->pausing) /* its stop is still to come, and nobody would end it */
        (void)kill(p->pid, SIGCONT);
    (void)ptrace(PTRACE_DETACH, p->pid, NULL, NULL);
    p->pid = 0;
    return true;
}

/* A process that we stopped goes on at once; one that something else stopped stays so. */
static void group_stop(struct process *p)
{
    if (p->pausing)
        (void)kill(p->pid, SIGCONT);
    p->pausing = false;
    (void)ptrace(PTRACE_LISTEN, p->pid, NULL, NULL);
}

static void event_stop(struct session *s, struct process *p, int event, int number)
{
    switch (event) {
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        born(s, p);
        break;
    case PTRACE_EVENT_EXEC:
        if (executed(s, p))
            return;
        break;
    case PTRACE_EVENT_STOP:
        if (p->role == NOBODY && !s->ended) {
            p->waiting = true;
            return;
        }
        if (number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU) {
            group_stop(p);
            return;
        }
        break;
    default:
        break;
    }
    go_on(s, p, 0);
}

static void stopped(struct session *s, struct process *p, int status)
{
    int number = WSTOPSIG(status);
    int event = status >> 16;

    if (number == (SIGTRAP | 0x80)) {
        call_stop(s, p);
        go_on(s, p, 0);
    } else if (event) {
        event_stop(s, p, event, number);
    } else {
        go_on(s, p, number);
    }
}

/* ---- ends */

/* Killed in the middle of a clone, a parent tells nothing of its child. */
static void release_orphans(struct session *s)
{
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        struct process *p = &s->processes[i];

        if (!p->pid || !p->waiting)
            continue;
        p->role = OTHER;
        p->waiting = false;
        go_on(s, p, 0);
    }
}

static void gone(struct session *s, struct process *p, int status)
{
    enum role role = p->role;

    p->pid = 0;
    release_orphans(s);
    if (role != EXECUTOR)
        return;
    s->status = status;
    s->ended = true;
    (void)fprintf(s->log, WIFEXITED(status) ? "end exit %d\n" : "end signal %d\n",
                  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    for (size_t i = 0; i < PROCESSES_MAX; i++)
        if (s->processes[i].pid && s->processes[i].role != OTHER)
            (void)fprintf(s->log, "alive %s\n", role_names[s->processes[i].role]);
}

static void kill_victim(struct session *s)
{
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        const struct process *p = &s->processes[i];

        if (!p->pid || p->role != s->victim)
            continue;
        (void)fprintf(s->log, "hit\n");
        (void)kill(p->pid, SIGKILL);
    }
}

static void give_up(struct session *s)
{
    s->over = true;
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        const struct process *p = &s->processes[i];
        const struct call *call = p->pid ? call_of(p->number) : NULL;

        if (!p->pid)
            continue;
        (void)fprintf(s->log, "hang %s %s\n", role_names[p->role], call ? call->name : "?");
        (void)kill(p->pid, SIGKILL);
    }
}

/* The first alarm is the victim's, where there is one; every other the watchdog's. */
static void rang(struct session *s)
{
    alarmed = 0;
    if (s->victim != NOBODY) {
        kill_victim(s);
        s->victim = NOBODY;
    } else {
        give_up(s);
    }
    arm(s->watchdog_s * 1000000);
}

void trace_run(struct session *s)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    struct process *executor = add(s, s->executor);
    int status;

    executor->role = EXECUTOR;
    (void)sigaction(SIGALRM, &action, NULL);
    arm(s->watchdog_s * 1000000);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        struct process *p;

        if (alarmed)
            rang(s);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            return;
        p = find(s, pid);
        if (!p)
            p = add(s, pid);
        if (p && WIFSTOPPED(status))
            stopped(s, p, status);
        else if (p)
            gone(s, p, status);
    }
}
