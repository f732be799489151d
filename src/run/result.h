/* SPDX-License-Identifier: MIT */
/* The outcome of a run as exit status, sentence and JSON object (docs/result.md). */
#ifndef MXC_RUN_RESULT_H
#define MXC_RUN_RESULT_H

#include "backend/backend.h"
#include "base/buf.h"
#include "run/events.h"

#define MXC_RESULT_VERSION 1

struct mxc_result {
    const char *backend;    /* NULL when none was chosen */
    const char *started_at; /* UTC, RFC 3339; NULL when nothing was started */
    const struct mxc_exit *exit;
    const struct mxc_err *err;       /* NULL when nothing failed */
    const struct mxc_events *events; /* NULL when nobody kept a record */
};

/* Exit status that tells of 'exit' alone: the program's own, 128+signal, or 255. For REFUSED,
 * SETUP and FAILED the error's code says more: use mxc_code_status(). */
int mxc_exit_status(const struct mxc_exit *exit);

/* What ended the run when it was not the program itself ("the program ran longer than …"), or NULL.
 * 'plan' tells the numbers. The text lives in 'arena'; NULL also when out of memory. */
const char *mxc_exit_sentence(struct mxc_arena *arena, const struct mxc_plan *plan,
                              const struct mxc_exit *exit);

/* One JSON object and a newline. */
void mxc_result_json(const struct mxc_result *result, struct mxc_buf *out);

/* {"code":…,"message":…,"where":…,"line":…,"column":…}; line and column only when known. */
void mxc_result_error_json(const struct mxc_err *err, struct mxc_buf *out);

#endif
