/* SPDX-License-Identifier: MIT */
/* Versions of the configuration. Private to src/policy; the public part is in policy.h and
 * schema.h. */
#ifndef MXC_POLICY_VERSION_H
#define MXC_POLICY_VERSION_H

#include "policy/policy.h"

enum { MXC_VERSION_COUNT = 8 };

/* The value of the key "version": strict SemVer. */
int mxc_version_read(const char *text, enum mxc_version *out, struct mxc_err *err);

/* The versions of a mask for people: "0.4 to 0.9, 1.1.0-alpha". */
struct mxc_versions_text {
    char text[96];
};
const char *mxc_versions_text(struct mxc_versions_text *out, unsigned mask);

/* JSON Schema of the key "version": a regular expression, or NULL when only the name fits. */
const char *mxc_version_pattern(enum mxc_version version);

#endif
