/* SPDX-License-Identifier: MIT */
/* Command line of lxc-exec. Shapes of errors and help are those that its clients know. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/lxc_exec.h"
#include "cli/verbs.h"
#include "policy/text.h"

#define AT(field) offsetof(struct mxc_lxc_options, field)
#define FLAG(name, field, help)                                                                    \
    {                                                                                              \
        name, MXC_OPTION_FLAG, AT(field), NULL, help, MXC_COMPLETE_NONE, NULL                      \
    }

const struct mxc_option mxc_lxc_option_table[] = {
    { "config", MXC_OPTION_TEXT, AT(config), "CONFIG", "Policy file", MXC_COMPLETE_FILE, NULL },
    { "config-base64", MXC_OPTION_TEXT, AT(config_base64), "CONFIG_BASE64",
      "The policy itself, as base64", MXC_COMPLETE_NONE, NULL },
    FLAG("debug", debug, "Print log lines on standard output"),
    FLAG("delete", delete_container, "Delete the container of --containername"),
    { "containername", MXC_OPTION_TEXT, AT(container_name), "CONTAINERNAME",
      "Container that --delete means", MXC_COMPLETE_NONE, NULL },
    FLAG("experimental", experimental, "Allow experimental backends"),
    FLAG("allow-testing-features", allow_testing_features,
         "Allow features that are for tests only"),
    FLAG("dry-run", dry_run, "Check the policy against this host and start nothing"),
    { "log-file", MXC_OPTION_TEXT, AT(log_file), "LOG_FILE", "Append log lines to this file",
      MXC_COMPLETE_FILE, NULL },
    FLAG("setup-hyperlight", setup_hyperlight, "Install the Hyperlight snapshot"),
    FLAG("force", force, "Install it again; needs --setup-hyperlight"),
    FLAG("available-backends", available_backends, "Print the usable backends as JSON"),
    { 0 },
};

static const char usage_line[] = "Usage: lxc-exec [OPTIONS] [CONFIG_PATH]\n";
static const char more[] = "\nFor more information, try '--help'.\n";

/* "--config <CONFIG>" */
static void add_option(struct mxc_buf *out, const struct mxc_option *option)
{
    mxc_buf_format(out, "--%s", option->name);
    if (option->argument)
        mxc_buf_format(out, " <%s>", option->argument);
}

static int fail(const struct mxc_buf *text)
{
    mxc_lxc_put(STDERR_FILENO, text);
    return 2;
}

/* Usage with the one option that the error is about. */
static void add_usage_of(struct mxc_buf *out, const struct mxc_option *option)
{
    mxc_buf_add(out, "\nUsage: lxc-exec ");
    add_option(out, option);
    mxc_buf_format(out, " [CONFIG_PATH]\n%s", more);
}

static int unknown(const char *typed)
{
    char name[64];
    const struct mxc_option *nearest;
    struct mxc_shown shown;
    auto_buf text = { 0 };
    size_t length = typed[1] == '-' ? strcspn(typed, "=") : 2; /* "-dx" is "-d" and "x" */

    (void)snprintf(name, sizeof name, "%.*s", (int)length, typed);
    nearest = typed[1] == '-' ? mxc_options_nearest(mxc_lxc_option_table, name + 2) : NULL;
    mxc_shown(&shown, name, strlen(name));
    mxc_buf_format(&text, "error: unexpected argument '%s' found\n\n", shown.text);
    if (nearest) {
        mxc_buf_format(&text, "  tip: a similar argument exists: '--%s'\n", nearest->name);
        add_usage_of(&text, nearest);
    } else {
        mxc_buf_format(&text, "  tip: to pass '%s' as a value, use '-- %s'\n\n%s%s", shown.text,
                       shown.text, usage_line, more);
    }
    return fail(&text);
}

static int wrong_words(const struct mxc_parse_error *problem)
{
    const char *typed = problem->text ? problem->text : "";
    struct mxc_shown shown;
    auto_buf text = { 0 };

    mxc_shown(&shown, typed, strlen(typed));
    switch (problem->problem) {
    case MXC_PARSE_UNKNOWN:
        return unknown(typed);
    case MXC_PARSE_NO_VALUE:
        mxc_buf_add(&text, "error: a value is required for '");
        add_option(&text, problem->option);
        mxc_buf_format(&text, "' but none was supplied\n%s", more);
        return fail(&text);
    case MXC_PARSE_UNWANTED:
        mxc_buf_format(&text,
                       "error: unexpected value '%s' for '--%s' found; no more were expected\n",
                       shown.text, problem->option->name);
        add_usage_of(&text, problem->option);
        return fail(&text);
    case MXC_PARSE_TWICE:
        mxc_buf_add(&text, "error: the argument '");
        add_option(&text, problem->option);
        mxc_buf_format(&text, "' cannot be used multiple times\n\n%s%s", usage_line, more);
        return fail(&text);
    case MXC_PARSE_EXTRA:
        mxc_buf_format(&text, "error: unexpected argument '%s' found\n\n%s%s", shown.text,
                       usage_line, more);
        return fail(&text);
    case MXC_PARSE_MEMORY:
        break;
    }
    mxc_buf_add(&text, "error: out of memory\n");
    return fail(&text);
}

static int force_alone(void)
{
    auto_buf text = { 0 };

    mxc_buf_format(&text,
                   "error: the following required arguments were not provided:\n"
                   "  --setup-hyperlight\n\n"
                   "Usage: lxc-exec --setup-hyperlight --force [CONFIG_PATH]\n%s",
                   more);
    return fail(&text);
}

static int print_help(void)
{
    struct mxc_cli cli = { .program = "lxc-exec" };
    auto_buf text = { 0 };

    mxc_buf_format(&text,
                   "Runs a program under an MXC policy (mxc %s)\n\n%s\n"
                   "Arguments:\n  [CONFIG_PATH]  Policy file\n\nOptions:\n",
                   MXC_VERSION, usage_line);
    for (const struct mxc_option *option = mxc_lxc_option_table; option->name; option++) {
        auto_buf left = { 0 };

        add_option(&left, option);
        mxc_buf_format(&text, "      %-33s%s\n", left.data ? left.data : "", option->help);
    }
    mxc_buf_format(&text, "  -h, %-33sPrint help\n", "--help");
    return mxc_cli_print(&cli, &text, 0);
}

int mxc_lxc_read_options(struct mxc_arena *arena, int argc, char **argv,
                         struct mxc_lxc_options *options, struct mxc_args *args)
{
    static const struct mxc_syntax syntax = { mxc_lxc_option_table, 1, false, true };
    struct mxc_parse_error problem;

    if (mxc_options_parse(arena, &syntax, argc, argv, options, args, &problem) < 0)
        return wrong_words(&problem);
    if (args->help)
        return print_help();
    return options->force && !options->setup_hyperlight ? force_alone() : -1;
}

const struct mxc_command mxc_command_lxc_exec = {
    .name = "lxc-exec",
    .summary = "run a program under an MXC policy, for clients of the MXC SDK",
    .usage = "[OPTIONS] [CONFIG_PATH]",
    .description =
        "The command that the MXC SDK starts. It is mxc under another name, with the options, "
        "streams "
        "and exit statuses that SDK clients expect. For use by people see mxc(1).\n\n"
        "--config-base64 wins over --config, which wins over CONFIG_PATH. Log lines are shown with "
        "--debug and --dry-run only. When the exit status is not 0 for another reason than the "
        "program "
        "itself, the last line on standard error is a JSON object with the member 'error'.\n\n"
        "Exit status: that of the program, 128 plus the signal that killed it, 1 for an invalid "
        "policy, "
        "2 for a wrong command line, 255 when the policy is refused, set-up fails or the timeout "
        "ends "
        "the program.",
    .syntax = { mxc_lxc_option_table, 1, false, true },
    .options_size = sizeof(struct mxc_lxc_options),
};
