/* SPDX-License-Identifier: MIT */
/* Strict UTF-8. */
#ifndef MXC_BASE_UTF8_H
#define MXC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Size (1 to 4) of the character at 'text', at most 'left' bytes away from the end; 0 when the
 * bytes are not one: overlong forms, surrogates and values above U+10FFFF included. */
size_t mxc_utf8_size(const char *text, size_t left);

/* Offset of the first byte that is not UTF-8, or 'length' when all of it is. */
size_t mxc_utf8_check(const char *text, size_t length);

/* The code point of a character whose size mxc_utf8_size() told. */
uint32_t mxc_utf8_point(const char *text, size_t size);

/* Does it change how the text around it looks, or is it not seen at all: controls (C0, DEL, C1),
 * separators of lines, marks of direction, what has no width? */
bool mxc_utf8_confusing(uint32_t point);

/* Makes a text one line that steers no terminal: each character of that kind, and each byte that is
 * not UTF-8, becomes '?'. The text gets no longer. */
void mxc_utf8_tame(char *text);

#endif
