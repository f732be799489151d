/* SPDX-License-Identifier: MIT */
/* The policy as bytes: what is checked before it is parsed, and how pieces of it are shown. */
#ifndef MXC_POLICY_TEXT_H
#define MXC_POLICY_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { MXC_TEXT_DEPTH = 127 }; /* deepest nesting that is accepted */

/* Refuses a byte order mark, bytes that are not UTF-8, nothing at all, and nesting that is too
 * deep; fills line and column. */
int mxc_text_scan(const char *text, size_t length, struct mxc_err *err);

/* Sets line and column of an error to a byte offset. Accepts NULL. */
void mxc_text_position(const char *text, size_t offset, struct mxc_err *err);

/* Appends text, with characters that could confuse a reader (control, direction, invisible) written
 * as \u{…}. */
void mxc_text_escape(struct mxc_buf *out, const char *text, size_t length);

/* A shortened, escaped copy of a text for use in an error. */
struct mxc_shown {
    char text[128];
};
const char *mxc_shown(struct mxc_shown *out, const char *text, size_t length);

#endif
