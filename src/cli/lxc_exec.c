/* SPDX-License-Identifier: MIT */
/* lxc-exec from its first to its last step. */
#include "cli/lxc_exec.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/caller.h"
#include "policy/text.h"
#include "run/result.h"
#include "run/test_proxy.h"

/* One call. */
struct call {
    struct mxc_arena *arena;
    const struct mxc_lxc_options *options;
    struct mxc_lxc_log log;
    struct mxc_request request;
    struct timespec started;
    int result; /* the caller's file for it, -1: none */
    struct mxc_lxc_envelope told;
    struct mxc_err err; /* the error behind the exit status; code 0: none */
};

/* Containments behind the experimental gate, as they are called in its texts. */
static const struct {
    enum mxc_containment containment;
    const char *gate;
    const char *name;
} experimental[] = {
    { MXC_CONTAIN_MICROVM, "MicroVM", "MicroVM" },
    { MXC_CONTAIN_HYPERLIGHT, "Hyperlight (Hyperlight+Unikraft)", "Hyperlight" },
};

static int say_and_end(const char *text)
{
    mxc_lxc_print(STDERR_FILENO, "%s\n", text);
    return 1;
}

static int invalid(struct call *call, const struct mxc_err *err)
{
    auto_buf text = { 0 };

    call->err = *err;
    mxc_lxc_describe(err, &text);
    mxc_lxc_log_line(&call->log, "Configuration parse error: %s", text.data ? text.data : "");
    mxc_lxc_print(STDERR_FILENO, "Request error\n");
    mxc_lxc_put(STDERR_FILENO, &call->log.kept);
    return 1;
}

static int load(struct call *call, const struct mxc_args *args, struct mxc_err *err)
{
    const struct mxc_lxc_options *options = call->options;
    struct mxc_config *config = &call->request.config;

    if (options->config_base64)
        return mxc_config_base64(call->arena, options->config_base64, config, err);
    return mxc_config_file(
        call->arena, options->config ? options->config : args->positional.items[0], config, err);
}

static void log_request(struct call *call)
{
    const struct mxc_policy *policy = &call->request.policy;
    const char *cwd = policy->process.cwd, *id = policy->container_id;

    mxc_lxc_log_line(&call->log, "Script code length: %zu", strlen(policy->process.command_line));
    mxc_lxc_log_line(&call->log, "Working directory: %s", cwd ? cwd : "");
    mxc_lxc_log_line(&call->log, "Script timeout: %lu", (unsigned long)policy->process.timeout_ms);
    mxc_lxc_log_line(&call->log, "Container name: %s", id ? id : "");
    if (policy->experimental_present && !call->options->experimental)
        mxc_lxc_log_line(&call->log,
                         "Note: without --experimental the 'experimental' section has no "
                         "effect");
}

/* Backends that this program knows and never had here: exit status 1, before any validation.
 * Returns 0 to go on. */
static int check_gates(const struct call *call)
{
    enum mxc_containment asked = call->request.policy.containment;
    const char *system = mxc_run_foreign_system(asked);

    for (size_t i = 0; i < sizeof experimental / sizeof *experimental; i++)
        if (experimental[i].containment == asked) {
            if (!call->options->experimental)
                mxc_lxc_print(STDERR_FILENO,
                              "Error: %s is an experimental feature. Use --experimental flag.\n",
                              experimental[i].gate);
            else
                mxc_lxc_print(STDERR_FILENO,
                              "Error: %s backend not compiled in; use containment 'process'\n",
                              experimental[i].name);
            return 1;
        }
    if (system)
        mxc_lxc_print(STDERR_FILENO, "error: the '%s' backend is not available on Linux\n",
                      mxc_containment_name(asked));
    return system != NULL;
}

static void log_end(struct call *call, int status, const char *message)
{
    struct timespec now = { 0 };
    long ms;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    ms = (long)(now.tv_sec - call->started.tv_sec) * 1000 +
         (now.tv_nsec - call->started.tv_nsec) / 1000000;
    mxc_lxc_log_line(&call->log, "Runner completed in %ldms", ms);
    if (call->options->dry_run)
        return;
    mxc_lxc_log_line(&call->log, "Exit code: %d (0x%08X)", status, (unsigned)status);
    if (message)
        mxc_lxc_log_line(&call->log, "Error: %s", message);
}

/* An error that ends its own line, and that the result file tells too. */
static void tell(struct call *call, const char *message)
{
    call->told.code = "backend_error";
    call->told.message = mxc_arena_copy(call->arena, message);
    if (!call->told.message)
        call->told.message = "out of memory";
    mxc_lxc_envelope(STDERR_FILENO, &call->told);
}

/* The policy is valid and cannot be honoured, or set-up failed. */
static int refused(struct call *call, const struct mxc_err *err)
{
    auto_buf text = { 0 };

    call->err = *err;
    mxc_lxc_describe(err, &text);
    if (text.failed)
        return 255;
    mxc_lxc_print(STDERR_FILENO, "%s\n", text.data);
    log_end(call, -1, text.data);
    tell(call, text.data);
    return 255;
}

static int end_dry_run(struct call *call, const struct mxc_err *err)
{
    auto_buf text = { 0 }, plan = { 0 };

    if (err)
        call->err = *err;
    if (err)
        mxc_lxc_describe(err, &text);
    else if (call->options->debug)
        mxc_plan_text(&call->request.plan, &plan);
    mxc_lxc_put(STDOUT_FILENO, &plan);
    log_end(call, 0, NULL);
    mxc_lxc_log_line(&call->log, "Dry run completed. Result: validation %s%s%s",
                     err ? "failed" : "passed", err ? ": " : "", text.data ? text.data : "");
    mxc_lxc_put(STDOUT_FILENO, &call->log.kept);
    return err ? 255 : 0;
}

/* Something else than the program ended the run. The program may have left an unfinished line. */
static void tell_reason(struct call *call, const struct mxc_exit *exit, const char *sentence)
{
    if (!sentence)
        return;
    mxc_lxc_print(STDERR_FILENO, "\n");
    if (exit->reason == MXC_REASON_PIDS || exit->reason == MXC_REASON_DISK)
        mxc_lxc_print(STDERR_FILENO, "%s\n",
                      sentence); /* the program ended itself: no failure of ours */
    else
        tell(call, sentence);
}

/* NULL when it is not set or empty, which is the same in an environment. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static int execute(struct call *call)
{
    /* Clients find out that they are inside from the name of process 1. */
    struct mxc_start_options start = { .init_name = "bwrap" };
    struct mxc_exit exit;
    struct mxc_err err;
    const char *sentence;
    int status, result;

    if (mxc_caller_open("MXC_CALLER_FD", variable("MXC_CALLER_FD"), &start.caller, &err) < 0)
        return refused(call, &err);
    mxc_cli_hold_signals();
    result = mxc_run_execute(call->request.backend, &call->request.plan, &start, &exit, &err);
    (void)signal(SIGPIPE, SIG_IGN); /* the run is over; its status must still be told */
    if (result < 0)
        return refused(call, &err);
    status = mxc_exit_status(&exit);
    sentence = mxc_exit_sentence(call->arena, &call->request.plan, &exit);
    log_end(call, sentence && status == 255 ? -1 : status, sentence);
    tell_reason(call, &exit, sentence);
    return status;
}

static int run(struct call *call, const struct mxc_args *args)
{
    struct mxc_test_proxy proxy;
    struct mxc_err err;
    const char *phase;
    int status;

    if (load(call, args, &err) < 0)
        return invalid(call, &err);
    phase = mxc_lxc_phase(call->arena, &call->request.config);
    if (phase)
        return mxc_lxc_lifecycle(call->arena, phase, &call->told);
    if (mxc_request_read(&call->request, NULL, &err) < 0)
        return invalid(call, &err);
    log_request(call);
    if (check_gates(call))
        return 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &call->started);
    if (mxc_test_proxy_start(call->arena, &call->request.policy,
                             call->options->experimental || call->options->allow_testing_features,
                             call->options->dry_run, &proxy, &err) < 0)
        return refused(call, &err);
    if (mxc_request_plan(&call->request, NULL, &err) < 0)
        status = call->options->dry_run ? end_dry_run(call, &err) : refused(call, &err);
    else
        status = call->options->dry_run ? end_dry_run(call, NULL) : execute(call);
    mxc_test_proxy_stop(&proxy);
    return status;
}

static int delete_container(const struct mxc_lxc_options *options)
{
    struct mxc_shown shown;

    if (!options->container_name)
        return say_and_end("Error: --containername is required with --delete");
    /* Only the lxc backend keeps containers, and this build has none. */
    mxc_lxc_print(STDOUT_FILENO, "Container '%s' does not exist.\n",
                  mxc_shown(&shown, options->container_name, strlen(options->container_name)));
    return 1;
}

/* [ { "backend": "native" } ] */
static int print_backends(void)
{
    struct mxc_cli cli = { .program = "lxc-exec" };
    auto_buf text = { 0 };
    size_t count = 0;

    mxc_buf_add(&text, "[");
    for (size_t i = 0; mxc_backends[i]; i++) {
        struct mxc_probe probe = { 0 };
        struct mxc_err err;

        if (mxc_backends[i]->probe(&probe, &err) < 0)
            return mxc_cli_fail(&cli, NULL, &err);
        if (probe.available)
            mxc_buf_format(&text, "%s\n  {\n    \"backend\": \"%s\"\n  }", count++ ? "," : "",
                           mxc_backends[i]->name);
    }
    mxc_buf_add(&text, count ? "\n]\n" : "]\n");
    return mxc_cli_print(&cli, &text, 0);
}

/* What needs no policy ends here with its status; -1 to go on. */
static int answer_early(const struct mxc_lxc_options *options, const struct mxc_args *args)
{
    if (options->setup_hyperlight)
        return say_and_end(
            "Error: this build has no hyperlight backend, so nothing can be set up: use "
            "containment 'process'");
    if (options->delete_container)
        return delete_container(options);
    if (options->available_backends)
        return print_backends();
    if (!options->config_base64 && !options->config && !args->positional.count)
        return say_and_end("Error: No config provided. Use a positional path, --config, or "
                           "--config-base64");
    return -1;
}

static int call_and_report(struct call *call, const struct mxc_args *args)
{
    struct mxc_err err;
    int status;

    if (mxc_lxc_result_open(&call->result, &err) < 0) {
        auto_buf text = { 0 };

        mxc_lxc_describe(&err, &text);
        return say_and_end(text.data ? text.data : "out of memory");
    }
    call->log.live = call->options->debug;
    mxc_lxc_log_open(&call->log, call->options->log_file);
    status = run(call, args);
    (void)mxc_lxc_result_write(call->result, status, &call->told,
                               call->err.code ? &call->err : NULL);
    mxc_lxc_log_done(&call->log);
    return status;
}

int mxc_lxc_exec_main(int argc, char **argv)
{
    struct mxc_arena arena = { 0 };
    struct mxc_lxc_options options = { 0 };
    struct mxc_args args;
    struct call call = { .arena = &arena, .options = &options, .request = { .arena = &arena } };
    int status = mxc_lxc_read_options(&arena, argc, argv, &options, &args);

    if (status < 0)
        status = answer_early(&options, &args);
    if (status < 0)
        status = call_and_report(&call, &args);
    mxc_arena_done(&arena);
    return status;
}
