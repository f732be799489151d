/* SPDX-License-Identifier: MIT */
/* Strict UTF-8. */
#ifndef MXC_BASE_UTF8_H
#define MXC_BASE_UTF8_H

#include <stddef.h>

/* Size (1 to 4) of the character at 'text', at most 'left' bytes away from the end; 0 when the bytes
 * are not one: overlong forms, surrogates and values above U+10FFFF included. */
size_t mxc_utf8_size(const char *text, size_t left);

/* Offset of the first byte that is not UTF-8, or 'length' when all of it is. */
size_t mxc_utf8_check(const char *text, size_t length);

#endif
