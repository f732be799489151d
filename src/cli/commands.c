/* SPDX-License-Identifier: MIT */
/* The table of verbs, and what the program says about itself. */
#include <string.h>

#include "cli/verbs.h"

const struct mxc_command *const mxc_commands[] = {
    &mxc_command_run,   &mxc_command_plan,   &mxc_command_check,
    &mxc_command_probe, &mxc_command_schema, &mxc_command_completions,
    &mxc_command_help,  &mxc_command_man,    NULL,
};

const char mxc_about[] = "Runs untrusted programs under one JSON policy. Every key of the policy "
                         "is enforced, or the run is "
                         "refused before anything starts and the key is named.";

const char mxc_exit_statuses[] =
    "mxc run ends with the exit status of the program, or 128 plus the signal that killed it. "
    "255: the timeout or the output limit ended it, or nothing was started because the policy "
    "cannot "
    "be honoured here. 1: the policy is invalid. 2: the command line is wrong. 129, 130, 131, 143: "
    "HUP, "
    "INT, QUIT or TERM to mxc ended it. --result-fd tells all of these apart.";

const struct mxc_command *mxc_command_find(const char *name)
{
    for (size_t i = 0; mxc_commands[i]; i++)
        if (!strcmp(mxc_commands[i]->name, name))
            return mxc_commands[i];
    return NULL;
}
