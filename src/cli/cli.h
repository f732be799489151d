/* SPDX-License-Identifier: MIT */
/* What every verb gets, and how all of them print. */
#ifndef MXC_CLI_CLI_H
#define MXC_CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/options.h"

/* One call of the program. */
struct mxc_cli {
    struct mxc_arena arena; /* lives until the program ends */
    const char *program;    /* "mxc" or "mxc run": the start of messages and usage lines */
    bool json;              /* errors on stderr as one-line JSON */
};

/* An example of help and man page: a comment and a command line. */
struct mxc_example {
    const char *text; /* NULL ends a list */
    const char *command;
};

struct mxc_command {
    const char *name;
    /* Returns the exit status. 'options' is the struct that the table describes. */
    int (*main)(struct mxc_cli *cli, const void *options, const struct mxc_args *args);
    const char *summary;     /* one line */
    const char *usage;       /* what follows the verb, a line for each form */
    const char *description; /* paragraphs, separated by empty lines */
    struct mxc_syntax syntax;
    size_t options_size;
    const struct mxc_example *examples;
    bool hidden;       /* works, but help does not list it */
    const char *words; /* what a shell offers for positionals; NULL: files */
};

/* All verbs, ended by NULL. */
extern const struct mxc_command *const mxc_commands[];

const struct mxc_command *mxc_command_find(const char *name);

/* What the program is, in one paragraph; the exit status table as text. */
extern const char mxc_about[];
extern const char mxc_exit_statuses[];

/* Writes all of it to a descriptor; -1 with errno when that fails. */
int mxc_write_all(int fd, const char *bytes, size_t length);

/* Prints a result on standard output. Returns 'status', or 1 after saying why it could not. */
int mxc_cli_print(struct mxc_cli *cli, const struct mxc_buf *text, int status);

/* Prints one error for people or, with cli->json, for programs. 'file' is where the policy came
 * from or NULL. Returns the exit status of its code. */
int mxc_cli_fail(struct mxc_cli *cli, const char *file, const struct mxc_err *err);

/* A wrong command line: fills an error with a pointer to --help and prints it. Returns 2. */
int mxc_cli_usage(struct mxc_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "mxc: text" on stderr; for remarks that are no errors of ours. */
void mxc_cli_say(struct mxc_cli *cli, const char *text);

/* Adds a name from outside to a line for people; it neither ends the line nor steers the
 * terminal. */
void mxc_cli_add_name(struct mxc_buf *out, const char *text);

/* May this descriptor get colors? A terminal that can, and NO_COLOR is not set. */
bool mxc_cli_colors(int fd);

/* The descriptor that the value of an option names: open, and no standard stream, since the program
 * holds those too. */
int mxc_cli_descriptor(const char *option, const char *text, int *out, struct mxc_err *err);

/* Adds the reason of errno to the text of a failed call that does not hold it yet. */
void mxc_cli_explain(struct mxc_err *err);

/* HUP, INT, QUIT and TERM: they end a run. */
enum { MXC_ENDING_SIGNALS = 4 };
extern const int mxc_ending_signals[MXC_ENDING_SIGNALS];

/* Keeps them pending from now on: the backend's wait() takes them, and a second one cannot cut its
 * clean-up or our report short. */
void mxc_cli_hold_signals(void);

/* Help of one command, and of the program. */
void mxc_help_command(const struct mxc_command *command, struct mxc_buf *out);
void mxc_help_program(struct mxc_buf *out);

/* Man pages in roff: of the program ('command' NULL) or one verb. */
void mxc_man_page(const struct mxc_command *command, struct mxc_buf *out);

/* Completion script for "bash", "zsh" or "fish"; false for another shell. */
bool mxc_completions(const char *shell, struct mxc_buf *out);

/* The two personalities. argv[0] is the program's name. */
int mxc_main(int argc, char **argv);
int mxc_lxc_exec_main(int argc, char **argv);

#endif
