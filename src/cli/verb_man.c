/* SPDX-License-Identifier: MIT */
/* mxc man: writes the manual pages; for the build. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "cli/verbs.h"

struct man_options {
    const char *output;
};

static const struct mxc_option options[] = {
    { "output", MXC_OPTION_TEXT, offsetof(struct man_options, output), "DIR",
      "write one file for each page into DIR", MXC_COMPLETE_DIRECTORY, NULL },
    { 0 }
};

/* 'command' NULL: the page of the program. */
static int write_page(const char *directory, const struct mxc_command *command, struct mxc_err *err)
{
    const char *name = command ? command->name : "";
    const char *lead = !command ? "mxc" : command == &mxc_command_lxc_exec ? "" : "mxc-";
    char path[4096];
    auto_buf page = { 0 };

    mxc_man_page(command, &page);
    if (page.failed)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "", "cannot make a manual page");
    if (snprintf(path, sizeof path, "%s/%s%s.1", directory, lead, name) >= (int)sizeof path)
        return mxc_fail(err, MXC_BACKEND, ENAMETOOLONG, "--output", "cannot write to it");

    auto_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || mxc_write_all(fd, page.data, page.length) < 0)
        return mxc_fail(err, MXC_BACKEND, errno, "--output", "cannot write '%s'", path);
    return 0;
}

static int write_all_pages(const char *directory, struct mxc_err *err)
{
    if (write_page(directory, NULL, err) < 0 ||
        write_page(directory, &mxc_command_lxc_exec, err) < 0)
        return -1;
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!mxc_commands[i]->hidden && write_page(directory, mxc_commands[i], err) < 0)
            return -1;
    return 0;
}

static int man_main(struct mxc_cli *cli, const void *given, const struct mxc_args *args)
{
    const struct man_options *chosen = given;
    const struct mxc_command *command = NULL;
    struct mxc_err err;
    auto_buf page = { 0 };

    if (chosen->output)
        return write_all_pages(chosen->output, &err) < 0 ? mxc_cli_fail(cli, NULL, &err) : 0;
    if (args->positional.count) {
        const char *name = args->positional.items[0];

        command = strcmp(name, "lxc-exec") ? mxc_command_find(name) : &mxc_command_lxc_exec;
        if (!command)
            return mxc_cli_usage(cli, "there is no manual page '%s'", name);
    }
    mxc_man_page(command, &page);
    return mxc_cli_print(cli, &page, 0);
}

const struct mxc_command mxc_command_man = {
    .name = "man",
    .main = man_main,
    .summary = "print the manual pages in roff",
    .usage = "[VERB]\n--output DIR",
    .description =
        "Prints the manual page of the program, of one verb, or of lxc-exec; or writes all "
        "of them into a directory.",
    .syntax = { options, 1, false, false },
    .options_size = sizeof(struct man_options),
    .hidden = true,
};
