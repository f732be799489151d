/* SPDX-License-Identifier: MIT */
/* mxc plan: what would be done, and nothing is done. */
#include <string.h>

#include "cli/source.h"
#include "cli/verbs.h"

struct plan_options {
    struct mxc_source source; /* first: its option rows have offsets into it */
    bool json;
};

static const struct mxc_option options[] = {
    MXC_SOURCE_OPTIONS,
    { "json", MXC_OPTION_FLAG, offsetof(struct plan_options, json), NULL,
      "print the plan, and errors, as JSON", MXC_COMPLETE_NONE, NULL },
    { 0 }
};

static const struct mxc_example examples[] = {
    { "What a policy means on this host", "mxc plan policy.json" },
    { "What these options mean", "mxc plan --rw . --deny .git/hooks -- make" },
    { 0 }
};

/* {"backend":…,"steps":["bind /usr/bin -> /usr/bin ro",…]}: the lines of the text form. */
static void add_json(const struct mxc_plan *plan, char *text, struct mxc_buf *out)
{
    mxc_buf_add(out, "{\"backend\":");
    mxc_buf_json(out, plan->backend);
    mxc_buf_add(out, ",\"steps\":[");
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        mxc_buf_add(out, line == text ? "" : ",");
        mxc_buf_json(out, line);
    }
    mxc_buf_add(out, "]}\n");
}

static int plan_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    const struct plan_options *chosen = given;
    struct mxc_request request = { .arena = &cli->arena };
    struct mxc_err err;
    auto_buf text = { 0 }, json = { 0 };

    if (mxc_source_read(&chosen->source, args, &request, &err) < 0 ||
        mxc_request_plan(&request, chosen->source.backend, &err) < 0) {
        mxc_source_explain(&chosen->source, &request, &err);
        return mxc_cli_fail(cli, request.config.from_options ? NULL : request.config.name, &err);
    }
    mxc_plan_text(&request.plan, &text);
    if (!chosen->json || text.failed)
        return mxc_cli_print(cli, &text, 0);
    add_json(&request.plan, text.data, &json);
    return mxc_cli_print(cli, &json, 0);
}

const struct mxc_command mxc_command_plan = {
    .name = "plan",
    .main = plan_main,
    .summary = "print what a backend would do, and do nothing",
    .usage = "[OPTIONS] CONFIG [-- CMD ARGS]\n[OPTIONS] -- CMD ARGS",
    .description = "Prints the steps that 'mxc run' with the same words would take on this host, "
                   "one a line. The "
                   "host's files are looked at, nothing is started or changed. A policy that would "
                   "be refused is "
                   "refused here with the same words and exit status.",
    .syntax = { options, 1, true, false },
    .options_size = sizeof(struct plan_options),
    .examples = examples,
};
