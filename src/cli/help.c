/* SPDX-License-Identifier: MIT */
/* Help for people, printed from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { WIDTH = 80, OPTION_COLUMN = 28 };

/* Adds 'text' broken into lines; the first starts at column 'at', the others are indented. */
static void add_wrapped(struct mxc_buf *out, const char *text, int indent, int at)
{
    while (*text) {
        size_t word = strcspn(text, " \n");

        if (at > indent && at + 1 + (int)word > WIDTH) {
            mxc_buf_format(out, "\n%*s", indent, "");
            at = indent;
        }
        if (at > indent) {
            mxc_buf_add(out, " ");
            at++;
        }
        mxc_buf_add_n(out, text, word);
        at += (int)word;
        text += word;
        for (; *text == '\n'; text++) {
            mxc_buf_format(out, "\n%*s", text[1] == '\n' ? 0 : indent, "");
            at = indent;
        }
        text += *text == ' ';
    }
    mxc_buf_add(out, "\n");
}

static void add_row(struct mxc_buf *out, const char *left, const char *right)
{
    int length = (int)strlen(left) + 2;

    mxc_buf_format(out, "  %s", left);
    if (length >= OPTION_COLUMN) {
        mxc_buf_format(out, "\n%*s", OPTION_COLUMN, "");
        length = OPTION_COLUMN;
    }
    mxc_buf_format(out, "%*s", OPTION_COLUMN - length, "");
    add_wrapped(out, right, OPTION_COLUMN, OPTION_COLUMN);
}

static void add_options(struct mxc_buf *out, const struct mxc_option *option)
{
    char left[64];

    mxc_buf_add(out, "\nOptions:\n");
    for (; option->name; option++) {
        (void)snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument ? " " : "",
                       option->argument ? option->argument : "");
        add_row(out, left, option->help);
    }
    add_row(out, "-h, --help", "print this help");
}

static void add_examples(struct mxc_buf *out, const struct mxc_example *example)
{
    mxc_buf_add(out, "\nExamples:\n");
    for (; example && example->text; example++)
        mxc_buf_format(out, "  # %s\n  %s\n", example->text, example->command);
}

static void add_usage(struct mxc_buf *out, const struct mxc_command *command)
{
    const char *form = command->usage;

    for (const char *lead = "Usage: "; *form; lead = "       ") {
        size_t length = strcspn(form, "\n");

        mxc_buf_format(out, "%smxc %s %.*s\n", lead, command->name, (int)length, form);
        form += length + (form[length] == '\n');
    }
}

void mxc_help_command(const struct mxc_command *command, struct mxc_buf *out)
{
    add_usage(out, command);
    mxc_buf_add(out, "\n");
    add_wrapped(out, command->description, 0, 0);
    add_options(out, command->syntax.options);
    if (command->examples)
        add_examples(out, command->examples);
}

void mxc_help_program(struct mxc_buf *out)
{
    mxc_buf_add(out, "Usage: mxc VERB [OPTIONS]\n\n");
    add_wrapped(out, mxc_about, 0, 0);
    mxc_buf_add(out, "\nVerbs:\n");
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden)
            add_row(out, mxc_commands[i]->name, mxc_commands[i]->summary);
    mxc_buf_add(out, "\nOptions:\n");
    add_row(out, "--version", "print the version");
    add_row(out, "-h, --help", "print this help; 'mxc VERB --help' explains a verb");
    mxc_buf_add(out, "\nExamples:\n  # Run a command that sees only the system's programs\n"
                     "  mxc run -- ls /\n"
                     "  # Run the program of a policy, after looking at what that means\n"
                     "  mxc plan policy.json && mxc run policy.json\n");
    mxc_buf_add(out, "\nExit status:\n  ");
    add_wrapped(out, mxc_exit_statuses, 2, 2);
}
