/* SPDX-License-Identifier: MIT */
/* From policy text to a JSON tree, or an error with its place. Private to src/policy. */
#ifndef MXC_POLICY_PARSE_H
#define MXC_POLICY_PARSE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"

/* The root object, to be released by the caller; NULL on failure. Names are unique and hold no
 * NUL. */
json_t *mxc_parse(const char *text, size_t length, struct mxc_err *err);

#endif
