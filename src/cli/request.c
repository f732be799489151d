/* SPDX-License-Identifier: MIT */
/* The common way of the verbs. */
#include "cli/request.h"

#include <stdlib.h>
#include <string.h>

#include "policy/locate.h"

#define MAX_DEPTH 16 /* no key of a policy lies deeper */

int mxc_request_read(struct mxc_request *request, const struct mxc_read_options *options,
                     struct mxc_err *err)
{
    return mxc_policy_read(request->arena, request->config.text, request->config.length, options,
                           &request->policy, err);
}

/* "~1" is "/" and "~0" is "~" (RFC 6901). */
static void unescape(char *text)
{
    char *to = text;

    for (; *text; text++) {
        *to = *text;
        if (*text == '~' && (text[1] == '0' || text[1] == '1'))
            *to = *++text == '0' ? '~' : '/';
        to++;
    }
    *to = '\0';
}

/* Splits a pointer, which it changes, into a chain of parts; returns the leaf. */
static const struct mxc_path *split(char *pointer, struct mxc_path *parts)
{
    const struct mxc_path *leaf = NULL;
    char *next = strchr(pointer, '/');

    for (size_t i = 0; next && i < MAX_DEPTH; i++) {
        char *part = next + 1;

        next = strchr(part, '/');
        if (next)
            *next = '\0';
        unescape(part);
        parts[i] = (struct mxc_path){ .up = leaf, .key = part };
        if (*part && !part[strspn(part, "0123456789")]) /* no key of a policy is a number */
            parts[i] = (struct mxc_path){ .up = leaf, .index = strtoul(part, NULL, 10) };
        leaf = &parts[i];
    }
    return leaf;
}

void mxc_request_locate(const struct mxc_request *request, struct mxc_err *err)
{
    const struct mxc_config *config = &request->config;
    struct mxc_path parts[MAX_DEPTH];
    char pointer[sizeof err->where];
    size_t offset;

    if (err->line || config->from_options || (*err->where && *err->where != '/'))
        return;
    memcpy(pointer, err->where, sizeof pointer);
    offset = mxc_locate(config->text, config->length, split(pointer, parts)).key;
    err->line = err->column = 1;
    for (size_t i = 0; i < offset; i++) {
        err->column = config->text[i] == '\n' ? 1 : err->column + 1;
        err->line += config->text[i] == '\n';
    }
}

int mxc_request_plan(struct mxc_request *request, const char *backend, struct mxc_err *err)
{
    request->plan.arena = request->arena;
    if (mxc_run_select(&request->policy, backend, &request->backend, err) == 0 &&
        mxc_sys_facts(&request->host, &request->facts, err) == 0 &&
        mxc_run_plan(request->arena, request->backend, &request->policy, &request->facts,
                     &request->plan, err) == 0)
        return 0;
    if (*err->where == '/')
        mxc_request_locate(request, err);
    return -1;
}
