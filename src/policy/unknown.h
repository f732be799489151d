/* SPDX-License-Identifier: MIT */
/* Names and values that no table knows: what was meant, and where it exists. Private to
 * src/policy. */
#ifndef MXC_POLICY_UNKNOWN_H
#define MXC_POLICY_UNKNOWN_H

#include "policy/read.h"

/* Refuses members that the object does not have in this version. */
int mxc_unknown_keys(struct mxc_reader *reader, const struct mxc_object *object,
                     const struct mxc_path *path, json_t *json);

/* Refuses a value that is none of the choices of 'field' in this version. */
int mxc_unknown_choice(struct mxc_reader *reader, const struct mxc_path *path,
                       const struct mxc_field *field, const char *text, size_t length);

#endif
