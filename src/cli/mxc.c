/* SPDX-License-Identifier: MIT */
/* The mxc command: finds the verb, reads its options, calls it. */
#include <stdio.h>
#include <string.h>

#include "cli/verbs.h"
#include "policy/suggest.h"

static int unknown_verb(struct mxc_cli *cli, const char *typed)
{
    struct mxc_suggest suggest = { 0 };

    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden)
            mxc_suggest_offer(&suggest, typed, mxc_commands[i]->name);
    if (suggest.best)
        return mxc_cli_usage(cli, "there is no verb '%s', did you mean '%s'?", typed, suggest.best);
    return mxc_cli_usage(cli, "there is no verb '%s'", typed);
}

static int unknown_option(struct mxc_cli *cli, const struct mxc_command *command, const char *typed)
{
    char name[64];
    const struct mxc_option *nearest;

    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(typed, "="), typed);
    nearest = mxc_options_nearest(command->syntax.options, name + strspn(name, "-"));
    if (nearest)
        return mxc_cli_usage(cli, "there is no option '%s', did you mean '--%s'?", name,
                             nearest->name);
    return mxc_cli_usage(cli, "there is no option '%s'", name);
}

static int wrong_words(struct mxc_cli *cli, const struct mxc_command *command,
                       const struct mxc_parse_error *problem)
{
    const struct mxc_option *option = problem->option;

    switch (problem->problem) {
    case MXC_PARSE_UNKNOWN:
        return unknown_option(cli, command, problem->text);
    case MXC_PARSE_NO_VALUE:
        return mxc_cli_usage(cli, "'--%s' needs a value: --%s=%s", option->name, option->name,
                             option->argument);
    case MXC_PARSE_UNWANTED:
        return mxc_cli_usage(cli, "'--%s' takes no value", option->name);
    case MXC_PARSE_TWICE:
        return mxc_cli_usage(cli, "'--%s' is given twice", option->name);
    case MXC_PARSE_EXTRA:
        return mxc_cli_usage(cli, "unexpected word '%s'%s", problem->text,
                             command->syntax.command ? ": a command starts after '--'" : "");
    case MXC_PARSE_MEMORY:
        break;
    }
    return mxc_cli_usage(cli, "out of memory");
}

/* Errors of the command line itself come before its options are known; they too are for programs
 * then. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (!strcmp(argv[i], "--json"))
            return true;
    return false;
}

static int call(struct mxc_cli *cli, const struct mxc_command *command, int argc, char **argv)
{
    char program[64];
    struct mxc_args args;
    struct mxc_parse_error problem;
    auto_buf help = { 0 };
    void *options = mxc_arena_alloc(&cli->arena, command->options_size + 1);

    (void)snprintf(program, sizeof program, "mxc %s", command->name);
    cli->program = program;
    cli->json = wants_json(argc, argv);
    if (!options)
        return mxc_cli_usage(cli, "out of memory");
    if (mxc_options_parse(&cli->arena, &command->syntax, argc, argv, options, &args, &problem) < 0)
        return wrong_words(cli, command, &problem);
    if (!args.help)
        return command->main(cli, options, &args);
    mxc_help_command(command, &help);
    return mxc_cli_print(cli, &help, 0);
}

static int print_version(struct mxc_cli *cli)
{
    auto_buf text = { 0 };

    mxc_buf_add(&text, "mxc " MXC_VERSION "\n");
    return mxc_cli_print(cli, &text, 0);
}

static int print_help(struct mxc_cli *cli)
{
    auto_buf text = { 0 };

    mxc_help_program(&text);
    return mxc_cli_print(cli, &text, 0);
}

int mxc_main(int argc, char **argv)
{
    struct mxc_cli cli = { .program = "mxc" };
    const struct mxc_command *command;
    int status;

    if (!argc)
        return mxc_cli_usage(&cli, "give a verb");
    if (!strcmp(argv[0], "--version"))
        return print_version(&cli);
    if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
        return print_help(&cli);
    command = mxc_command_find(argv[0]);
    status = command ? call(&cli, command, argc - 1, argv + 1) : unknown_verb(&cli, argv[0]);
    mxc_arena_done(&cli.arena);
    return status;
}
