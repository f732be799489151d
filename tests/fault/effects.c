/* SPDX-License-Identifier: MIT */
/* What the injector does at a call: counts it, writes it down, makes it fail, interrupts it, bends the clock. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "inject.h"

#define DAY 86400

/* Only those that make a descriptor can fail, of what fcntl() does to a good one. */
static bool can_fail(const struct process *p)
{
    return p->number != SYS_fcntl || p->args[1] == F_DUPFD || p->args[1] == F_DUPFD_CLOEXEC;
}

static void write_down(struct session *s, const struct process *p, unsigned nth)
{
    const struct call *call = call_of(p->number);

    if (!call) {
        (void)fprintf(s->log, "unknown %s %ld %u\n", role_names[p->role], p->number, nth);
        return;
    }
    (void)fprintf(s->log, "call %s %s %u %d ", role_names[p->role], call->name, nth, call->blocks);
    for (size_t i = 0; can_fail(p) && i < CALL_ERRORS && call->errors[i]; i++)
        (void)fprintf(s->log, "%s%d", i ? "," : "", call->errors[i]);
    (void)fprintf(s->log, "\n");
}

/* A call that takes effect although it fails: a descriptor is closed whatever close() says. */
static bool fails_late(long number)
{
    return number == SYS_close;
}

static void answer(struct process *p, struct user_regs_struct *regs, int error)
{
    p->answer = error;
    if (fails_late(p->number))
        return;
    regs->orig_rax = (unsigned long)-1; /* no such call: the kernel does nothing */
    (void)ptrace(PTRACE_SETREGS, p->pid, NULL, regs);
}

static void fake(struct process *p, struct user_regs_struct *regs)
{
    p->faked = true;
    regs->orig_rax = (unsigned long)-1;
    (void)ptrace(PTRACE_SETREGS, p->pid, NULL, regs);
}

/* Everybody who is traced stands still or waits for us meanwhile. */
static void run_command(void)
{
    const char *command = getenv("INJECT_COMMAND");

    if (!command || system(command) != 0)
        (void)fputs("inject: INJECT_COMMAND failed\n", stderr);
}

static void act(struct session *s, struct process *p, struct user_regs_struct *regs)
{
    (void)fprintf(s->log, "hit\n");
    switch (s->action.what) {
    case ANSWER:
        answer(p, regs, s->action.value);
        break;
    case FAKE:
        fake(p, regs);
        break;
    case COMMAND:
        run_command();
        break;
    case SIGNAL:
        (void)kill(p->pid, s->action.value);
        break;
    case PAUSE:
        p->pausing = true;
        (void)kill(p->pid, SIGSTOP);
        break;
    case NOTHING:
        break;
    }
}

static void write_clock(struct session *s, const struct process *p)
{
    const struct call *call = call_of(p->number);

    switch (p->number) {
    case SYS_clock_gettime:
    case SYS_clock_nanosleep:
    case SYS_timerfd_create:
    case SYS_timer_create:
        (void)fprintf(s->log, "clock %s %s %lu\n", role_names[p->role],
                      call ? call->name : "timer_create", p->args[0]);
        break;
    case SYS_gettimeofday:
    case SYS_time:
        (void)fprintf(s->log, "clock %s old %d\n", role_names[p->role], CLOCK_REALTIME);
        break;
    default:
        break;
    }
}

void at_entry(struct session *s, struct process *p, struct user_regs_struct *regs)
{
    const struct action *action = &s->action;
    unsigned nth;

    p->number = (long)regs->orig_rax;
    p->args[0] = regs->rdi;
    p->args[1] = regs->rsi;
    p->args[2] = regs->rdx;
    p->answer = 0;
    p->faked = false;
    if (p->number < 0 || p->number >= CALLS_MAX)
        return;
    nth = ++s->counts[p->role][p->number];
    if (s->record)
        write_down(s, p, nth);
    if (s->shift_clock)
        write_clock(s, p);
    if (action->what != NOTHING && action->role == p->role && action->number == p->number &&
        action->nth == nth)
        act(s, p, regs);
}

/* Each look at the calendar finds another day: forwards, and back again. */
static void bend_clock(const struct process *p, const struct user_regs_struct *regs)
{
    static bool back;
    long seconds;

    if (p->number != SYS_clock_gettime || p->args[0] != CLOCK_REALTIME || regs->rax != 0)
        return;
    errno = 0;
    seconds = ptrace(PTRACE_PEEKDATA, p->pid, p->args[1], NULL);
    if (errno)
        return;
    (void)ptrace(PTRACE_POKEDATA, p->pid, p->args[1], seconds + (back ? -DAY : DAY));
    back = !back;
}

void at_exit(struct session *s, struct process *p, struct user_regs_struct *regs)
{
    if (s->shift_clock)
        bend_clock(p, regs);
    if (p->answer) {
        /* brk() has no errors: it tells where the end is, and so it failed. */
        regs->rax = p->number == SYS_brk ? s->last_break : (unsigned long)-p->answer;
        (void)ptrace(PTRACE_SETREGS, p->pid, NULL, regs);
    }
    if (p->faked) {
        regs->rax = 0;
        (void)ptrace(PTRACE_SETREGS, p->pid, NULL, regs);
    }
    if (p->number == SYS_brk && p->role == EXECUTOR)
        s->last_break = regs->rax;
}

void hide_vdso(pid_t pid)
{
    struct user_regs_struct regs;
    unsigned long at;
    int ends = 0;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
        return;
    at = regs.rsp +
         sizeof(long); /* argc; then arguments and environment, each with an end; then pairs */
    for (; ends < 2; at += sizeof(long))
        ends += ptrace(PTRACE_PEEKDATA, pid, at, NULL) == 0;
    for (long type; (type = ptrace(PTRACE_PEEKDATA, pid, at, NULL)) != AT_NULL;
         at += 2 * sizeof(long))
        if (type == AT_SYSINFO_EHDR)
            (void)ptrace(PTRACE_POKEDATA, pid, at, (long)AT_IGNORE);
}
