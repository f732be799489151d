/* SPDX-License-Identifier: MIT */
/* Base64 of the standard alphabet (RFC 4648 section 4), read strictly. */
#ifndef MXC_BASE_BASE64_H
#define MXC_BASE_BASE64_H

#include <stddef.h>

#include "base/arena.h"

/* Decodes 'length' characters into the arena; '*out' is followed by a NUL byte that '*out_length'
 * does not count. Returns 0, EINVAL for anything but the one canonical text of some bytes (padding
 * missing or wrong, white space, another alphabet, bits after the end), or ENOMEM. */
int mxc_base64_decode(struct mxc_arena *arena, const char *text, size_t length, char **out,
                      size_t *out_length);

#endif
