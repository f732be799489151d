/* SPDX-License-Identifier: MIT */
/* Where in a text something is. Used only for errors, so that reading need not count lines. */
#ifndef MXC_POLICY_LOCATE_H
#define MXC_POLICY_LOCATE_H

#include <stddef.h>

#include "base/buf.h"

/* A place in a document, from the leaf upwards. NULL is the document itself. */
struct mxc_path {
    const struct mxc_path *up;
    const char *key; /* NULL: an element of a list */
    size_t index;    /* of that element */
};

/* Byte offsets. */
struct mxc_spot {
    size_t key;   /* opening quote of the name; same as 'value' when there is none */
    size_t value; /* first byte of the value */
};

/* Finds 'path' in a text that is valid JSON. A path that does not exist gives its nearest
 * ancestor. */
struct mxc_spot mxc_locate(const char *text, size_t length, const struct mxc_path *path);

/* Adds the JSON pointer of the innermost value or name around 'offset', and returns where that
 * name or value begins. The text need be valid only up to 'offset'. */
size_t mxc_locate_around(const char *text, size_t length, size_t offset, struct mxc_buf *pointer);

/* Adds the JSON pointer of 'path'. */
void mxc_path_pointer(const struct mxc_path *path, struct mxc_buf *out);

#endif
