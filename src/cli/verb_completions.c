/* SPDX-License-Identifier: MIT */
/* mxc completions: the script that makes a shell complete our words. */
#include "cli/verbs.h"

static const struct mxc_option options[] = { { 0 } };

static const struct mxc_example examples[] = {
    { "bash, for this session", "source <(mxc completions bash)" },
    { "zsh, for ever", "mxc completions zsh >~/.zfunc/_mxc" },
    { "fish, for ever", "mxc completions fish >~/.config/fish/completions/mxc.fish" },
    { 0 }
};

static int completions_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    auto_buf text = { 0 };

    (void)given;
    if (args->positional.count != 1 || !mxc_completions(args->positional.items[0], &text))
        return mxc_cli_usage(cli, "give one shell: bash, zsh or fish");
    return mxc_cli_print(cli, &text, 0);
}

const struct mxc_command mxc_command_completions = {
    .name = "completions",
    .main = completions_main,
    .summary = "print a completion script for a shell",
    .usage = "bash|zsh|fish",
    .words = "bash zsh fish",
    .description = "Prints a script that makes the shell complete verbs, options and values.",
    .syntax = { options, 1, false, false },
    .examples = examples,
};
