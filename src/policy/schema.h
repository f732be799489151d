/* SPDX-License-Identifier: MIT */
/* JSON Schema and documentation, printed from the field tables that the reader uses. */
#ifndef MXC_POLICY_SCHEMA_H
#define MXC_POLICY_SCHEMA_H

#include "base/buf.h"
#include "base/err.h"
#include "policy/policy.h"

/* The version that a text names ("0.7", "0.7.0-alpha", "1.0.0", "current"); same rules and errors
 * as for the key "version". */
int mxc_version_parse(const char *text, enum mxc_version *out, struct mxc_err *err);

/* JSON Schema (draft 2020-12) of one version, pretty-printed, ended by a newline. */
void mxc_schema_json(enum mxc_version version, struct mxc_buf *out);

/* docs/schema.md: every key, its versions, type, range, default and meaning. */
void mxc_schema_markdown(struct mxc_buf *out);

/* TypeScript interfaces of all objects, of all versions together; the root is 'Policy'. */
void mxc_schema_typescript(struct mxc_buf *out);

#endif
