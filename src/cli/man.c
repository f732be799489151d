/* SPDX-License-Identifier: MIT */
/* Manual pages in roff, printed from the same tables as the help. */
#include <ctype.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verbs.h"

/* Text that roff must not read as requests or escapes. */
static void add_text(struct mxc_buf *out, const char *text)
{
    bool line_start = true;

    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            mxc_buf_add(out, "\\&");
        if (*text == '\\')
            mxc_buf_add(out, "\\e");
        else if (*text == '-')
            mxc_buf_add(out, "\\-");
        else if (*text == '\n' && text[1] == '\n')
            mxc_buf_add(out, "\n.PP");
        else
            mxc_buf_add_n(out, text, 1);
        line_start = *text == '\n';
    }
}

static void add_title(struct mxc_buf *out, const char *page, const char *summary)
{
    mxc_buf_add(out, ".TH ");
    for (const char *c = page; *c; c++)
        mxc_buf_format(out, "%c", toupper((unsigned char)*c));
    mxc_buf_format(out, " 1 \"\" \"mxc %s\" \"User Commands\"\n.SH NAME\n", MXC_VERSION);
    add_text(out, page);
    mxc_buf_add(out, " \\- ");
    add_text(out, summary);
    mxc_buf_add(out, "\n");
}

static void add_synopsis(struct mxc_buf *out, const struct mxc_command *command, const char *called)
{
    const char *form = command->usage;

    mxc_buf_add(out, ".SH SYNOPSIS\n");
    while (*form) {
        size_t length = strcspn(form, "\n");
        auto_buf line = { 0 };

        mxc_buf_format(&line, " %.*s", (int)length, form);
        mxc_buf_format(out, ".B ");
        add_text(out, called);
        mxc_buf_add(out, "\n");
        add_text(out, line.data ? line.data + 1 : "");
        form += length + (form[length] == '\n');
        mxc_buf_add(out, *form ? "\n.br\n" : "\n");
    }
}

static void add_options(struct mxc_buf *out, const struct mxc_option *option)
{
    mxc_buf_add(out, ".SH OPTIONS\n");
    for (; option->name; option++) {
        mxc_buf_add(out, ".TP\n\\fB\\-\\-");
        add_text(out, option->name);
        mxc_buf_add(out, "\\fR");
        if (option->argument)
            mxc_buf_format(out, " \\fI%s\\fR", option->argument);
        mxc_buf_add(out, "\n");
        add_text(out, option->help);
        mxc_buf_add(out, ".\n");
    }
    mxc_buf_add(out, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nprint help.\n");
}

static void add_examples(struct mxc_buf *out, const struct mxc_example *example)
{
    mxc_buf_add(out, ".SH EXAMPLES\n");
    for (; example->text; example++) {
        mxc_buf_add(out, ".PP\n");
        add_text(out, example->text);
        mxc_buf_add(out, ":\n.PP\n.RS\n.nf\n");
        add_text(out, example->command);
        mxc_buf_add(out, "\n.fi\n.RE\n");
    }
}

static void add_program(struct mxc_buf *out)
{
    add_title(out, "mxc", "run untrusted programs under one JSON policy");
    mxc_buf_add(out, ".SH SYNOPSIS\n.B mxc\n\\fIVERB\\fR [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n");
    add_text(out, mxc_about);
    mxc_buf_add(out, "\n.SH VERBS\n");
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden) {
            mxc_buf_format(out, ".TP\n\\fB%s\\fR\n", mxc_commands[i]->name);
            add_text(out, mxc_commands[i]->summary);
            mxc_buf_format(out, "; see \\fBmxc\\-%s\\fR(1).\n", mxc_commands[i]->name);
        }
    mxc_buf_add(out, ".SH EXIT STATUS\n");
    add_text(out, mxc_exit_statuses);
    mxc_buf_add(out, "\n.SH SEE ALSO\n.BR lxc\\-exec (1)\n");
}

void mxc_man_page(const struct mxc_command *command, struct mxc_buf *out)
{
    auto_buf page = { 0 };
    bool alone = command == &mxc_command_lxc_exec;

    if (!command) {
        add_program(out);
        return;
    }
    mxc_buf_format(&page, "%s%s", alone ? "" : "mxc-", command->name);
    if (page.failed)
        return;
    add_title(out, page.data, command->summary);
    if (!alone)
        page.data[3] = ' ';
    add_synopsis(out, command, page.data);
    mxc_buf_add(out, ".SH DESCRIPTION\n");
    add_text(out, command->description);
    mxc_buf_add(out, "\n");
    add_options(out, command->syntax.options);
    if (command->examples)
        add_examples(out, command->examples);
    if (!alone && command == &mxc_command_run) {
        mxc_buf_add(out, ".SH EXIT STATUS\n");
        add_text(out, mxc_exit_statuses);
        mxc_buf_add(out, "\n");
    }
    mxc_buf_add(out, ".SH SEE ALSO\n.BR mxc (1)\n");
}
