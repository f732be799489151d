/* SPDX-License-Identifier: MIT */
/* mxc check: is a policy valid, and is it wise? */
#include <stdlib.h>
#include <string.h>

#include "cli/request.h"
#include "cli/verbs.h"
#include "plan/lint.h"
#include "run/result.h"

/* Statuses beside 0: for scripts, the worst of all files. */
enum { STATUS_INVALID = 1, STATUS_FINDINGS = 3 };

struct check_options {
    bool json;
    bool strict;
    bool portable;
};

/* The check of all files. */
struct check {
    struct mxc_cli *cli;
    const struct check_options *options;
    struct mxc_sys_host host;
    struct mxc_facts facts;
    struct mxc_buf out;
    size_t files, invalid, findings;
    bool bad; /* a finding that counts */
};

static const struct mxc_option options[] = {
    { "json", MXC_OPTION_FLAG, offsetof(struct check_options, json), NULL,
      "print one JSON object for all files", MXC_COMPLETE_NONE, NULL },
    { "strict", MXC_OPTION_FLAG, offsetof(struct check_options, strict), NULL,
      "let remarks of severity info count as findings too", MXC_COMPLETE_NONE, NULL },
    { "portable", MXC_OPTION_FLAG, offsetof(struct check_options, portable), NULL,
      "refuse keys that other MXC executors do not know", MXC_COMPLETE_NONE, NULL },
    { 0 }
};

static const struct mxc_example examples[] = {
    { "Check one policy", "mxc check policy.json" },
    { "All policies of a project, for a CI job", "mxc check --strict policies/*.json" },
    { "Check what another program makes", "generate-policy | mxc check --json -" },
    { 0 }
};

static const char *const severity_colors[] = {
    [MXC_SEVERITY_INFO] = "\033[36m",
    [MXC_SEVERITY_WARNING] = "\033[33m",
    [MXC_SEVERITY_ERROR] = "\033[31m",
};

/* FILE:LINE:COLUMN: severity: /pointer: text; remedy [id] */
static void add_plain(struct check *check, const struct mxc_config *config,
                      const struct mxc_finding *finding, const struct mxc_err *at)
{
    bool colors = mxc_cli_colors(1);

    mxc_cli_add_name(&check->out, config->name);
    mxc_buf_format(&check->out, ":%d:%d: %s%s%s: %s: %s; %s [%s]\n", at->line, at->column,
                   colors ? severity_colors[finding->severity] : "",
                   mxc_severity_name(finding->severity), colors ? "\033[0m" : "",
                   *finding->pointer ? finding->pointer : "/", finding->text, finding->remedy,
                   finding->id);
}

static void add_member(struct mxc_buf *out, const char *key, const char *value)
{
    mxc_buf_format(out, ",\"%s\":", key);
    mxc_buf_json(out, value);
}

static void add_finding_json(struct mxc_buf *out, const struct mxc_finding *finding,
                             const struct mxc_err *at)
{
    mxc_buf_add(out, "{\"id\":");
    mxc_buf_json(out, finding->id);
    add_member(out, "severity", mxc_severity_name(finding->severity));
    add_member(out, "pointer", finding->pointer);
    mxc_buf_format(out, ",\"line\":%d,\"column\":%d", at->line, at->column);
    add_member(out, "text", finding->text);
    add_member(out, "remedy", finding->remedy);
    mxc_buf_add(out, "}");
}

static void add_finding(struct check *check, const struct mxc_request *request,
                        const struct mxc_finding *finding, bool first)
{
    struct mxc_err at = { 0 };

    mxc_fail(&at, MXC_OK, 0, finding->pointer, "%s", "");
    mxc_request_locate(request, &at);
    if (check->options->json)
        mxc_buf_add(&check->out, first ? "" : ",");
    if (check->options->json)
        add_finding_json(&check->out, finding, &at);
    else
        add_plain(check, &request->config, finding, &at);
    check->findings++;
    check->bad |= check->options->strict || finding->severity >= MXC_SEVERITY_WARNING;
}

static int read_one(struct check *check, const char *path, struct mxc_request *request,
                    struct mxc_findings *findings, struct mxc_err *err)
{
    struct mxc_read_options read = { .portable = check->options->portable };
    bool from_stdin = !strcmp(path, "-");
    char *real = from_stdin ? NULL : realpath(path, NULL);
    const char *absolute = real ? mxc_arena_copy(request->arena, real) : NULL;

    free(real);
    if (from_stdin ? mxc_config_stdin(request->arena, &request->config, err) < 0
                   : mxc_config_file(request->arena, path, &request->config, err) < 0)
        return -1;
    if (mxc_request_read(request, &read, err) < 0)
        return -1;
    return mxc_lint(request->arena, &request->policy, absolute, &check->facts, findings, err);
}

static void add_invalid(struct check *check, const char *name, const struct mxc_err *err)
{
    struct mxc_err told = *err;

    check->invalid++;
    mxc_cli_explain(&told);
    if (check->options->json) {
        mxc_buf_add(&check->out, ",\"valid\":false,\"error\":");
        mxc_result_error_json(&told, &check->out);
        mxc_buf_add(&check->out, ",\"findings\":[]}");
        return;
    }
    mxc_cli_add_name(&check->out, name);
    if (told.line)
        mxc_buf_format(&check->out, ":%d:%d", told.line, told.column);
    mxc_buf_format(&check->out, ": error: %s%s%s [invalid]\n", told.where, *told.where ? ": " : "",
                   told.text);
}

static void check_one(struct check *check, const char *path)
{
    struct mxc_request request = { .arena = &check->cli->arena };
    struct mxc_findings findings = { 0 };
    struct mxc_err err;
    const char *name = strcmp(path, "-") ? path : "<stdin>";

    if (check->options->json) {
        mxc_buf_add(&check->out, check->files ? ",{\"file\":" : "{\"file\":");
        mxc_buf_json(&check->out, name);
    }
    check->files++;
    if (read_one(check, path, &request, &findings, &err) < 0) {
        add_invalid(check, name, &err);
        return;
    }
    if (check->options->json)
        mxc_buf_add(&check->out, ",\"valid\":true,\"error\":null,\"findings\":[");
    for (size_t i = 0; i < findings.count; i++)
        add_finding(check, &request, &findings.items[i], i == 0);
    if (check->options->json)
        mxc_buf_add(&check->out, "]}");
}

static int check_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    struct check check = { .cli = cli, .options = given };
    struct mxc_err err;
    int status;

    if (!args->positional.count)
        return mxc_cli_usage(cli, "give at least one policy file, or '-' for standard input");
    if (mxc_sys_facts(&check.host, &check.facts, &err) < 0)
        return mxc_cli_fail(cli, NULL, &err);
    if (check.options->json)
        mxc_buf_add(&check.out, "{\"files\":[");
    for (size_t i = 0; i < args->positional.count; i++)
        check_one(&check, args->positional.items[i]);
    if (check.options->json)
        mxc_buf_add(&check.out, "]}\n");
    else
        mxc_buf_format(&check.out, "checked %zu, invalid %zu, findings %zu\n", check.files,
                       check.invalid, check.findings);
    status = check.invalid ? STATUS_INVALID : check.bad ? STATUS_FINDINGS : 0;
    status = mxc_cli_print(cli, &check.out, status);
    mxc_buf_done(&check.out);
    return status;
}

const struct mxc_command mxc_command_check = {
    .name = "check",
    .main = check_main,
    .summary = "validate policies and say what is unwise in them",
    .usage = "[OPTIONS] CONFIG...",
    .description =
        "Reads each policy as 'mxc run' would and then looks for grants that are allowed but "
        "unwise: "
        "too wide, with credentials inside, or with files that the host executes later. Each "
        "finding "
        "has an id, a severity, the place in the file and a remedy.\n\n"
        "Exit status: 0 when all is well, 1 when a policy is invalid, 3 when there are findings of "
        "severity warning or error (with --strict also info).",
    .syntax = { options, 4096, false, false },
    .options_size = sizeof(struct check_options),
    .examples = examples,
};
