/* SPDX-License-Identifier: MIT */
/* The native Linux engine: start, wait, undo. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/native/native_run.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"

/* Linux 6.18 has 41 capabilities; asking beyond the last one costs nothing but the call. */
#define LAST_CAPABILITY 40

/* The highest there is: never below what the caller has, and no need to look that up. */
#define OOM_SCORE "1000"

static int read_command(struct native_job *job, struct mxc_err *err)
{
    const struct mxc_step *command = mxc_plan_find(job->plan, MXC_STEP_COMMAND);
    const struct mxc_step *cwd = mxc_plan_find(job->plan, MXC_STEP_DIRECTORY_IN);
    const struct mxc_step *ids = mxc_plan_find(job->plan, MXC_STEP_IDS);
    size_t count = 0;

    if (!command || !cwd || !ids)
        return mxc_fail(err, MXC_BACKEND, 0, "plan", "the plan has no command, directory or ids");
    job->environment = calloc(job->plan->count + 1, sizeof *job->environment);
    if (!job->environment)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    for (size_t i = 0; i < job->plan->count; i++)
        if (job->plan->steps[i].kind == MXC_STEP_ENVIRONMENT)
            job->environment[count++] = mxc_arena_copy(&job->arena, job->plan->steps[i].from);
    job->argv[0] = "sh";
    job->argv[1] = "-c";
    job->argv[2] = "--"; /* a command that begins with '-' is no option of the shell's */
    job->argv[3] = mxc_arena_copy(&job->arena, command->from);
    job->cwd = mxc_arena_copy(&job->arena, cwd->to);
    job->mapped = ids->flags & MXC_STEP_MAPPED;
    for (size_t i = 0; i < count; i++)
        if (!job->environment[i])
            return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    if (!job->argv[3] || !job->cwd)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    return 0;
}

/* Set bits of "SigIgn" in our status; without /proc every signal is taken as ignored, and reset. */
static uint64_t read_ignored_signals(void)
{
    char status[4096];
    const char *line = mxc_sys_read_at(AT_FDCWD, "/proc/self/status", status, sizeof status) > 0
                           ? strstr(status, "\nSigIgn:\t")
                           : NULL;

    return line ? strtoull(line + 9, NULL, 16) : ~0ull;
}

/* From a directory the program could walk to anything around it, past its own root. */
static int check_streams(struct native_job *job, struct mxc_err *err)
{
    static const char *const names[] = { "input", "output", "error" };
    struct stat info;

    for (int i = 0; i < 3; i++) {
        job->stream_mode[i] = fstat(i, &info) == 0 ? info.st_mode : 0;
        if (S_ISDIR(job->stream_mode[i]))
            return mxc_fail(err, MXC_BACKEND, 0, "streams",
                            "standard %s is a directory, through which the program would see the "
                            "host; redirect it from a file or /dev/null",
                            names[i]);
    }
    return 0;
}

/* By /proc/self/fd a program opens its standard input again, and for writing if the file lets it.
 * Landlock refuses that; where the kernel has none, a file that the caller opened for reading only
 * is not given. */
static int check_input(const struct native_job *job, struct mxc_err *err)
{
    if (job->landlock_abi || !S_ISREG(job->stream_mode[0]) ||
        (fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) != O_RDONLY)
        return 0;
    return mxc_fail(err, MXC_UNAVAILABLE, 0, "streams",
                    "standard input is a file, which the program could open again for writing on "
                    "this kernel, because it has no Landlock; use a pipe (cat FILE | mxc …)");
}

static int prepare_job(struct mxc_run *run, const struct mxc_plan *plan,
                       const struct mxc_start_options *options, struct mxc_err *err)
{
    struct native_job *job = &run->job;

    job->plan = plan;
    job->uid = geteuid();
    job->gid = getegid();
    job->init_name = options && options->init_name ? options->init_name : "mxc-init";
    job->landlock_abi = native_landlock_version();
    job->last_capability = LAST_CAPABILITY;
    job->ignored_signals = read_ignored_signals();
    job->trees = malloc((plan->count + 1) * sizeof *job->trees);
    if (!job->trees)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "plan", "out of memory");
    for (size_t i = 0; i < plan->count; i++)
        job->trees[i] = -1;
    for (int i = 0; i < 3; i++)
        job->streams[i] = -1;
    native_terminal_detect(job);
    job->tmp_bytes = run->limits.tmp;
    if (check_input(job, err) < 0 || native_find_foreign(job, err) < 0)
        return -1;
    return read_command(job, err);
}

static int take_signals(struct mxc_run *run, struct mxc_err *err)
{
    static const int ours[] = { SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGWINCH, SIGCONT };
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!(run->job.ignored_signals >> (ours[i] - 1) &
              1)) /* nohup, or in the background of a script */
            (void)sigaddset(&set, ours[i]);
    run->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (run->signals < 0)
        return native_fail(err, "signalfd", "watch", "signals");
    (void)sigaddset(&set, SIGPIPE); /* a relay sees EPIPE instead */
    (void)sigaddset(&set, SIGTTOU); /* restoring the terminal must not stop us */
    if (sigprocmask(SIG_BLOCK, &set, &run->old_mask) < 0)
        return native_fail(err, "sigprocmask", "block", "signals");
    /* A caller that ignores it would have the kernel reap our child. */
    if (sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL }, &run->old_child) < 0)
        return native_fail(err, "sigaction", "reset", "SIGCHLD");
    run->mask_changed = true;
    return 0;
}

static int make_channel(struct mxc_run *run, struct mxc_err *err)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return native_fail(err, "socketpair", "make", "channel");
    run->channel = ends[0];
    run->job.channel = ends[1];
    return 0;
}

static int prepare_limits(struct mxc_run *run, struct mxc_err *err)
{
    unsigned holds;

    if (native_cgroup_make(&run->limits, &run->cgroup, err) < 0)
        return -1;
    if (run->net.pid > 0 && native_cgroup_join_helper(&run->cgroup, run->net.pid, err) < 0)
        return -1;
    holds = native_cgroup_holds(&run->cgroup);
    if (native_limits_apply(&run->limits, holds, &run->job, err) < 0)
        return -1;
    run->job.watched = run->limits.memory && !(holds & NATIVE_HOLDS_MEMORY);
    run->oom_event = native_cgroup_watch_oom(&run->cgroup);
    return native_output_open(&run->output, run->limits.output, &run->job, err);
}

/* The child keeps its end of the channel only: when we end, however, it sees that. */
_Noreturn static void become_init(struct mxc_run *run)
{
    (void)close(run->channel); /* the others close with all that init does not need */
    native_init_main(&run->job);
}

/* Under a shortage of memory on the host the sandbox goes first, whatever protection the caller
 * has. */
static int offer_to_oom_killer(pid_t init, struct mxc_err *err)
{
    char path[48];

    (void)snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)init);
    if (mxc_sys_write_at(AT_FDCWD, path, OOM_SCORE) < 0)
        return native_fail(err, "write", "set", path);
    return 0;
}

static int launch(struct mxc_run *run, struct mxc_err *err)
{
    pid_t pid = native_clone(native_cgroup_clone_fd(&run->cgroup), &run->pidfd, err);

    if (pid < 0)
        return -1;
    if (pid == 0)
        become_init(run);
    run->init = pid;
    mxc_auto_close(&run->job.channel);
    run->job.channel = -1;
    if (native_map_ids(pid, &run->job, err) < 0 || native_map_grants(&run->job, pid, err) < 0 ||
        native_cgroup_join(&run->cgroup, pid, err) < 0 || offer_to_oom_killer(pid, err) < 0)
        return -1;
    if (native_lend_pipes(run, err) < 0)
        return -1;
    native_output_started(&run->job);
    if (send(run->channel, "g", 1, MSG_NOSIGNAL) != 1)
        return native_fail(err, "send", "release", "init");
    return 0;
}

/* The time of the policy runs from the execution of the program, not from the start of set-up. */
static int arm_timeout(struct mxc_run *run, struct mxc_err *err)
{
    const struct mxc_step *step = mxc_plan_find(run->job.plan, MXC_STEP_TIMEOUT);
    struct itimerspec at = { .it_value = run->executed };

    if (!step || run->interrupted)
        return 0;
    at.it_value.tv_sec += (time_t)(step->size / 1000);
    at.it_value.tv_nsec += (long)(step->size % 1000) * 1000000;
    at.it_value.tv_sec += at.it_value.tv_nsec / 1000000000;
    at.it_value.tv_nsec %= 1000000000;
    run->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (run->timer < 0 || timerfd_settime(run->timer, TFD_TIMER_ABSTIME, &at, NULL) < 0)
        return native_fail(err, "timerfd", "arm", "timeout");
    return 0;
}

static int start_steps(struct mxc_run *run, const struct mxc_plan *plan,
                       const struct mxc_start_options *options, struct mxc_err *err)
{
    native_limits_read(plan, &run->limits);
    run->limits.helper = plan->network != NULL;
    if (check_streams(&run->job, err) < 0)
        return -1;
    if (prepare_job(run, plan, options, err) < 0 || take_signals(run, err) < 0)
        return -1;
    if (native_network_start(run, err) < 0)
        return -1;
    if (prepare_limits(run, err) < 0 || native_open_grants(&run->job, err) < 0)
        return -1;
    if (make_channel(run, err) < 0 || launch(run, err) < 0)
        return -1;
    if (native_supervise_start(run, err) < 0 || arm_timeout(run, err) < 0)
        return -1;
    if (!run->job.watched || run->interrupted || run->net_lost.code)
        return 0;
    return native_watch_start(run, err);
}

static void undo(struct mxc_run *run);

static int start(const struct mxc_plan *plan, const struct mxc_start_options *options,
                 struct mxc_run **out, struct mxc_err *err)
{
    struct mxc_run *run = calloc(1, sizeof *run);

    if (!run)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "start", "out of memory");
    run->pidfd = run->channel = run->job.channel = run->signals = run->timer = run->watch_timer =
        run->oom_event = run->proc = run->cgroup.keeper_pipe = -1;
    run->net = MXC_NET_NONE;
    if (options)
        run->options = *options;
    run->terminal = (struct native_terminal){ .master = -1, .keyboard = -1, .screen = -1 };
    run->output.pipes[0].from = run->output.pipes[1].from = -1;
    for (int i = 0; i < 3; i++)
        run->job.streams[i] = -1;
    (void)clock_gettime(CLOCK_MONOTONIC, &run->started);
    if (start_steps(run, plan, options, err) < 0) {
        undo(run);
        return -1;
    }
    *out = run;
    return 0;
}

static void restore_signals(struct mxc_run *run)
{
    const struct timespec now = { 0 };
    sigset_t pipe_signal;

    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    if (!run->mask_changed)
        return;
    while (sigtimedwait(&pipe_signal, NULL, &now) > 0)
        ; /* a relay's, and dealt with there */
    (void)sigaction(SIGCHLD, &run->old_child, NULL);
    (void)sigprocmask(SIG_SETMASK, &run->old_mask, NULL);
    run->mask_changed = false;
}

static int wait_end(struct mxc_run *run, struct mxc_exit *out, struct mxc_err *err)
{
    int result = native_supervise_wait(run, err);

    if (!result) {
        native_terminal_close(&run->terminal, &run->output);
        result = native_supervise_drain(run, err);
    } else {
        native_supervise_abandon(run);
    }
    native_report(run, out);
    if (result < 0)
        out->reason = run->executed.tv_sec ? MXC_REASON_FAILED : MXC_REASON_SETUP;
    return result;
}

static void free_job(struct native_job *job)
{
    for (size_t i = 0; job->trees && i < job->plan->count; i++)
        mxc_auto_close(&job->trees[i]);
    for (int i = 0; i < 3; i++)
        mxc_auto_close(&job->streams[i]);
    mxc_auto_close(&job->channel);
    free(job->trees);
    free(job->environment);
    mxc_arena_done(&job->arena);
}

static void undo(struct mxc_run *run)
{
    if (!run)
        return;
    native_supervise_kill(run);
    if (run->init > 0)
        while (waitpid(run->init, NULL, __WALL) < 0 && errno == EINTR)
            ;
    mxc_net_stop(&run->net);
    native_return_pipes(run);
    native_terminal_close(&run->terminal, NULL);
    native_output_close(&run->output);
    native_cgroup_done(&run->cgroup);
    free_job(&run->job);
    mxc_auto_close(&run->pidfd);
    mxc_auto_close(&run->channel);
    mxc_auto_close(&run->signals);
    mxc_auto_close(&run->timer);
    mxc_auto_close(&run->watch_timer);
    mxc_auto_close(&run->oom_event);
    mxc_auto_close(&run->proc);
    restore_signals(run);
    free(run);
}

int native_check_ids(const struct mxc_facts *facts, struct mxc_err *err)
{
    if (!facts->host_root || facts->can_map_ids)
        return 0;
    return mxc_fail(err, MXC_UNAVAILABLE, EPERM, "ids",
                    "mxc was started by root without CAP_SETUID or CAP_SETGID, so the sandbox "
                    "could not be given ids other than root's; start it as an ordinary user, or "
                    "with these capabilities");
}

/* The pure plan, and what it asks of this host. */
static int plan_here(struct mxc_arena *arena, const struct mxc_policy *policy,
                     const struct mxc_facts *facts, struct mxc_plan *out, struct mxc_err *err)
{
    struct mxc_facts here = *facts;
    struct native_limits limits;

    if (native_check_ids(facts, err) < 0)
        return -1;
    if (!here.resolve)
        here.resolve = mxc_net_resolve;
    if (mxc_plan_native(arena, policy, &here, out, err) < 0)
        return -1;
    native_limits_read(out, &limits);
    return native_limits_check(&limits, err);
}

const struct mxc_backend mxc_backend_native = {
    .name = "native",
    .can = MXC_CAN(READONLY) | MXC_CAN(READWRITE) | MXC_CAN(DENIED) | MXC_CAN(ENVIRONMENT) |
           MXC_CAN(CWD) | MXC_CAN(TIMEOUT) | MXC_CAN(NETWORK_DENY) | MXC_NETWORK_FEATURES |
           MXC_CAN(UI_DISABLE) | MXC_CAN(LIMIT_MEMORY) | MXC_CAN(LIMIT_PROCESSES) |
           MXC_CAN(LIMIT_CPU) | MXC_CAN(LIMIT_OPEN_FILES) | MXC_CAN(LIMIT_FILE_SIZE) |
           MXC_CAN(LIMIT_TMP) | MXC_CAN(LIMIT_OUTPUT),
    .probe = native_probe,
    .plan = plan_here,
    .start = start,
    .wait = wait_end,
    .undo = undo,
};
