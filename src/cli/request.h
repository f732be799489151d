/* SPDX-License-Identifier: MIT */
/* The way that all verbs go: text, policy, backend, plan. Each step fills the fields it names. */
#ifndef MXC_CLI_REQUEST_H
#define MXC_CLI_REQUEST_H

#include "cli/config.h"
#include "run/run.h"
#include "sys/sys.h"

/* Caller's memory; all zero to begin with, 'arena' and 'config' set before mxc_request_read(). */
struct mxc_request {
    struct mxc_arena *arena;
    struct mxc_config config;
    struct mxc_policy policy;          /* mxc_request_read() */
    const struct mxc_backend *backend; /* mxc_request_plan() and the rest */
    struct mxc_sys_host host;
    struct mxc_facts facts;
    struct mxc_plan plan;
};

int mxc_request_read(struct mxc_request *request, const struct mxc_read_options *options,
                     struct mxc_err *err);

/* 'backend' as of --backend, or NULL. On failure 'err' has line and column when it has a
 * pointer. */
int mxc_request_plan(struct mxc_request *request, const char *backend, struct mxc_err *err);

/* Fills line and column of an error that knows only its pointer. */
void mxc_request_locate(const struct mxc_request *request, struct mxc_err *err);

#endif
