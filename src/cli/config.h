/* SPDX-License-Identifier: MIT */
/* Where the text of a policy comes from. */
#ifndef MXC_CLI_CONFIG_H
#define MXC_CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct mxc_config {
    const char
        *name; /* for messages: the path, "<stdin>", "<descriptor>", "<base64>", "<options>" */
    const char *text; /* followed by a NUL byte that 'length' does not count */
    size_t length;
    bool from_options; /* made from --ro and the like: positions in the text mean nothing */
};

/* Each returns 0, or -1 with MXC_BAD_POLICY; all memory lives in the arena. */
int mxc_config_file(struct mxc_arena *arena, const char *path, struct mxc_config *out,
                    struct mxc_err *err);
int mxc_config_base64(struct mxc_arena *arena, const char *text, struct mxc_config *out,
                      struct mxc_err *err);

/* Reads the descriptor to its end. It stays open: a socket may carry the result as well. From then
 * on it is closed at every exec. */
int mxc_config_descriptor(struct mxc_arena *arena, int fd, struct mxc_config *out,
                          struct mxc_err *err);

/* Reads standard input to its end and then puts /dev/null there: the program gets an end of file,
 * never what follows the policy. */
int mxc_config_stdin(struct mxc_arena *arena, struct mxc_config *out, struct mxc_err *err);

#endif
