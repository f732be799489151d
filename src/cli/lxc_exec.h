/* SPDX-License-Identifier: MIT */
/* The lxc-exec personality: what clients of published MXC executors start. Private to lxc_*.c. */
#ifndef MXC_CLI_LXC_EXEC_H
#define MXC_CLI_LXC_EXEC_H

#include "cli/cli.h"
#include "cli/request.h"

struct mxc_lxc_options {
    const char *config;
    const char *config_base64;
    const char *container_name;
    const char *log_file;
    bool debug;
    bool delete_container;
    bool experimental;
    bool allow_testing_features;
    bool dry_run;
    bool setup_hyperlight;
    bool force;
    bool available_backends;
};

extern const struct mxc_option mxc_lxc_option_table[];

/* Reads the command line. Returns -1 to go on, else the exit status: help or an error was
 * printed. */
int mxc_lxc_read_options(struct mxc_arena *arena, int argc, char **argv,
                         struct mxc_lxc_options *options, struct mxc_args *args);

/* Log lines: to standard output at once when 'live', else kept; and to a file when there is one. */
struct mxc_lxc_log {
    bool live;
    int file; /* -1: none */
    struct mxc_buf kept;
};

/* Failure to open the file is a warning on standard error, as clients expect. */
void mxc_lxc_log_open(struct mxc_lxc_log *log, const char *path);
void mxc_lxc_log_done(struct mxc_lxc_log *log);

/* One whole line; the newline is added. */
void mxc_lxc_log_line(struct mxc_lxc_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes to standard output or error; a reader that is gone is not our failure. */
void mxc_lxc_put(int fd, const struct mxc_buf *text);
void mxc_lxc_print(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The error as one sentence with its place: "text (/pointer, line 3 column 4)". */
void mxc_lxc_describe(const struct mxc_err *err, struct mxc_buf *out);

/* An error as clients parse it; 'code' NULL: none. */
struct mxc_lxc_envelope {
    const char *code;
    const char *message;
};

/* {"error":{"code":…,"message":…}} and a newline. */
void mxc_lxc_envelope(int fd, const struct mxc_lxc_envelope *told);

/* The file that the environment variable MXC_RESULT_FILE names: a regular one that exists. -1: none
 * is asked for. */
int mxc_lxc_result_open(int *out, struct mxc_err *err);

/* One line: the exit status, what was printed as an envelope, and the error behind it (NULL:
 * none). */
int mxc_lxc_result_write(int fd, int status, const struct mxc_lxc_envelope *told,
                         const struct mxc_err *why);

/* The value of "phase" when the text is a lifecycle request, else NULL. In the arena. */
const char *mxc_lxc_phase(struct mxc_arena *arena, const struct mxc_config *config);

/* Answers a lifecycle request: one envelope on standard output, also in 'told'. Returns the exit
 * status. */
int mxc_lxc_lifecycle(struct mxc_arena *arena, const char *phase, struct mxc_lxc_envelope *told);

#endif
