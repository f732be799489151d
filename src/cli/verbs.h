/* SPDX-License-Identifier: MIT */
/* The verbs, one file each. */
#ifndef MXC_CLI_VERBS_H
#define MXC_CLI_VERBS_H

#include "cli/cli.h"

extern const struct mxc_command mxc_command_run;
extern const struct mxc_command mxc_command_plan;
extern const struct mxc_command mxc_command_check;
extern const struct mxc_command mxc_command_probe;
extern const struct mxc_command mxc_command_schema;
extern const struct mxc_command mxc_command_completions;
extern const struct mxc_command mxc_command_help;
extern const struct mxc_command mxc_command_man;

/* lxc-exec is no verb; its table is here for the manual and the completions. */
extern const struct mxc_command mxc_command_lxc_exec;

#endif
