/* SPDX-License-Identifier: MIT */
/* mxc help: the same as --help. */
#include "cli/verbs.h"

static const struct mxc_option options[] = { { 0 } };

static int help_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    const struct mxc_command *command = NULL;
    auto_buf text = { 0 };

    (void)given;
    if (args->positional.count) {
        command = mxc_command_find(args->positional.items[0]);
        if (!command)
            return mxc_cli_usage(cli, "there is no verb '%s'", args->positional.items[0]);
        mxc_help_command(command, &text);
    } else {
        mxc_help_program(&text);
    }
    return mxc_cli_print(cli, &text, 0);
}

const struct mxc_command mxc_command_help = {
    .name = "help",
    .main = help_main,
    .summary = "explain a verb",
    .usage = "[VERB]",
    .description = "Prints what 'mxc --help' or 'mxc VERB --help' prints.",
    .syntax = { options, 1, false, false },
};
