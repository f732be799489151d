/* SPDX-License-Identifier: MIT */
/* mxc run: a program under a policy. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/caller.h"
#include "cli/events.h"
#include "cli/report.h"
#include "cli/source.h"
#include "cli/verbs.h"
#include "run/test_proxy.h"

#define MOST_TOLD 8 /* refusals that are told on a terminal */

struct run_options {
    struct mxc_source source; /* first: its option rows have offsets into it */
    const char *result_fd;
    const char *caller_fd;
    const char *events;
    bool json;
    bool verbose;
    bool testing;
};

/* One run and what is known of it so far. */
struct job {
    struct mxc_cli *cli;
    const struct run_options *options;
    struct mxc_request request;
    struct mxc_exit exit;
    struct mxc_err err;
    struct timespec started;   /* zero: nothing was */
    struct mxc_events *events; /* NULL: the policy opens no network */
    int report;
    int events_fd;
    int caller; /* 0: the run does not depend on it */
};

static const struct mxc_option options[] = {
    MXC_SOURCE_OPTIONS,
    { "result-fd", MXC_OPTION_TEXT, offsetof(struct run_options, result_fd), "N",
      "write the result as one JSON line to descriptor N, which the program never holds",
      MXC_COMPLETE_NONE, NULL },
    { "caller-fd", MXC_OPTION_TEXT, offsetof(struct run_options, caller_fd), "N",
      "end the run when descriptor N, a pipe or socket of the caller, hangs up", MXC_COMPLETE_NONE,
      NULL },
    { "events", MXC_OPTION_TEXT, offsetof(struct run_options, events), "N|FILE",
      "write a JSON line for everything that the network refuses, to descriptor N or to FILE",
      MXC_COMPLETE_FILE, NULL },
    { "allow-testing-features", MXC_OPTION_FLAG, offsetof(struct run_options, testing), NULL,
      "let the policy use the built-in proxy for tests", MXC_COMPLETE_NONE, NULL },
    { "json", MXC_OPTION_FLAG, offsetof(struct run_options, json), NULL,
      "write errors as one JSON line", MXC_COMPLETE_NONE, NULL },
    { "verbose", MXC_OPTION_FLAG, offsetof(struct run_options, verbose), NULL,
      "tell on standard error what was enforced and how long it took", MXC_COMPLETE_NONE, NULL },
    { 0 }
};

static const struct mxc_example examples[] = {
    { "Run the program that a policy names", "mxc run policy.json" },
    { "The same policy, another program", "mxc run policy.json -- python3 -c 'print(1)'" },
    { "Without a file: read /usr/local, write ./out, at most five seconds",
      "mxc run --ro /usr/local --rw ./out --timeout 5s -- make -C ./out" },
    { "A policy from another program", "generate-policy | mxc run -" },
    { "Everything that the network refuses, and what would allow it",
      "mxc run --events refused.jsonl policy.json" },
    { "The result as JSON on descriptor 3", "mxc run --result-fd 3 policy.json 3>result.json" },
    { 0 }
};

static void say_number(struct mxc_buf *out, const char *name, uint64_t us)
{
    mxc_buf_format(out, ", %s %" PRIu64 ".%" PRIu64 " ms", name, us / 1000, us % 1000 / 100);
}

static void tell_start(const struct job *job)
{
    auto_buf line = { 0 };

    mxc_buf_format(&line, "backend %s, a plan of %zu steps", job->request.backend->name,
                   job->request.plan.count);
    if (!line.failed)
        mxc_cli_say(job->cli, line.data);
}

static void tell_end(const struct job *job)
{
    const struct mxc_exit *exit = &job->exit;
    auto_buf line = { 0 };

    mxc_buf_format(&line, "%s, status %d", mxc_reason_text(exit->reason), mxc_exit_status(exit));
    say_number(&line, "set-up", exit->setup_us);
    say_number(&line, "run", exit->run_us);
    if (!exit->cpu_unknown)
        say_number(&line, "cpu", exit->cpu_us);
    if (exit->peak_memory)
        mxc_buf_format(&line, ", peak memory %" PRIu64 " KiB", exit->peak_memory / 1024);
    for (size_t i = 0; i < exit->enforced_count; i++)
        mxc_buf_format(&line, "\nmxc:   %s: %s", exit->enforced[i].what, exit->enforced[i].how);
    if (!line.failed)
        mxc_cli_say(job->cli, line.data);
}

static int refused(struct job *job)
{
    const char *name = job->request.config.name;
    bool named = name && !job->request.config.from_options;

    mxc_source_explain(&job->options->source, &job->request, &job->err);
    return mxc_cli_fail(job->cli, named ? name : NULL, &job->err);
}

/* Something other than the program ended the run: say what. */
static void tell_reason(struct job *job)
{
    const char *sentence = mxc_exit_sentence(&job->cli->arena, &job->request.plan, &job->exit);
    struct mxc_err err;

    /* The program may have left an unfinished line. */
    if (job->cli->json && (sentence || job->exit.reason == MXC_REASON_FAILED))
        (void)mxc_write_all(STDERR_FILENO, "\n", 1);
    if (!sentence)
        return;
    (void)mxc_fail(&err, MXC_BACKEND, 0, "", "%s", sentence);
    (void)mxc_cli_fail(job->cli, NULL, &err);
}

static void take_event(void *context, const struct mxc_net_event *event)
{
    mxc_events_take(context, event);
}

/* A record of what the network refuses, where there is one. */
static int keep_events(struct job *job)
{
    if (!job->request.plan.network)
        return 0;
    job->events = mxc_events_new(&job->request.policy.network, job->events_fd);
    return job->events ? 0 : mxc_fail(&job->err, MXC_BACKEND, ENOMEM, "run", "cannot keep events");
}

/* People see what was refused, and what would allow it; programs ask for the events or the
 * result. */
static void tell_events(struct job *job)
{
    auto_buf words = { 0 };
    char *rest = NULL;

    if (job->events)
        mxc_events_finish(job->events);
    if (!job->events || job->cli->json || (!job->options->verbose && !isatty(STDERR_FILENO)))
        return;
    mxc_events_words(job->events, MOST_TOLD, &words);
    if (words.failed || !words.data)
        return;
    for (char *line = strtok_r(words.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        mxc_cli_say(job->cli, line);
}

static int execute(struct job *job)
{
    const struct mxc_start_options start = { .event = job->events ? take_event : NULL,
                                             .context = job->events,
                                             .caller = job->caller };
    int result;

    if (job->options->verbose)
        tell_start(job);
    (void)clock_gettime(CLOCK_REALTIME, &job->started);
    mxc_cli_hold_signals();
    result =
        mxc_run_execute(job->request.backend, &job->request.plan, &start, &job->exit, &job->err);
    (void)signal(SIGPIPE,
                 SIG_IGN); /* the run is over; whoever stopped listening still gets its result */
    tell_reason(job);
    tell_events(job);
    if (job->options->verbose && (!result || job->exit.reason == MXC_REASON_FAILED))
        tell_end(job);
    return result < 0 ? refused(job) : mxc_exit_status(&job->exit);
}

static int read_plan_execute(struct job *job, const struct mxc_args *args)
{
    const struct mxc_source *source = &job->options->source;
    struct mxc_test_proxy proxy = { 0 };
    int status;

    job->exit.reason = MXC_REASON_REFUSED;
    if (mxc_source_read(source, args, &job->request, &job->err) < 0 ||
        mxc_test_proxy_start(&job->cli->arena, &job->request.policy, job->options->testing, false,
                             &proxy, &job->err) < 0 ||
        mxc_request_plan(&job->request, source->backend, &job->err) < 0 || keep_events(job) < 0)
        status = refused(job);
    else
        status = execute(job);
    mxc_test_proxy_stop(&proxy);
    return status;
}

static int report(const struct job *job, int status)
{
    struct mxc_err err;
    char started_at[32];

    if (job->report < 0)
        return status;
    mxc_report_time(&job->started, started_at);

    struct mxc_result result = { .backend =
                                     job->request.backend ? job->request.backend->name : NULL,
                                 .started_at =
                                     job->started.tv_sec && *started_at ? started_at : NULL,
                                 .exit = &job->exit,
                                 .err = job->err.code ? &job->err : NULL,
                                 .events = job->events };

    if (mxc_report_write(job->report, &result, &err) < 0)
        return mxc_cli_fail(job->cli, NULL, &err);
    return status;
}

static int run_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    struct job job = { .cli = cli, .options = given, .request = { .arena = &cli->arena } };
    struct mxc_err err;
    int status;

    if (mxc_report_open("--result-fd", job.options->result_fd, &job.report, &err) < 0 ||
        mxc_caller_open("--caller-fd", job.options->caller_fd, &job.caller, &err) < 0 ||
        mxc_cli_events_open(job.options->events, &job.events_fd, &err) < 0)
        return mxc_cli_fail(cli, NULL, &err);
    status = report(&job, read_plan_execute(&job, args));
    mxc_events_free(job.events);
    return status;
}

const struct mxc_command mxc_command_run = {
    .name = "run",
    .main = run_main,
    .summary = "run a program under a policy",
    .usage = "[OPTIONS] CONFIG [-- CMD ARGS]\n[OPTIONS] -- CMD ARGS",
    .description =
        "Runs a program in a sandbox that enforces every key of the policy, or refuses to start it "
        "and names the key. CONFIG is a policy file; '-' reads the policy from standard input, and "
        "the "
        "program then gets an empty one. CMD and its arguments replace process.commandLine. "
        "Without "
        "CONFIG, the options make the policy: nothing but the system's programs and libraries is "
        "visible, and there is no network.\n\n"
        "Standard input, output and error are those of the caller. HUP, INT, TERM and QUIT end the "
        "sandbox with everything in it, and so does, with --caller-fd, the end of the caller, "
        "however it ends.",
    .syntax = { options, 1, true, false },
    .options_size = sizeof(struct run_options),
    .examples = examples,
};
