/* SPDX-License-Identifier: MIT */
/* A growing text buffer for what we print or hand to others. */
#ifndef MXC_BASE_BUF_H
#define MXC_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* Caller's memory; all zero is empty. 'data' is terminated whenever it is not NULL. */
struct mxc_buf {
    char *data;
    size_t length;
    size_t room;
    bool failed; /* out of memory at some time; later calls do nothing */
};

void mxc_buf_add(struct mxc_buf *buf, const char *text);
void mxc_buf_add_n(struct mxc_buf *buf, const char *bytes, size_t length);
void mxc_buf_format(struct mxc_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD; what could steer a
 * terminal or change how the line looks is escaped. */
void mxc_buf_json(struct mxc_buf *buf, const char *text);

/* Accepts NULL and a buffer that was already freed. */
void mxc_buf_done(struct mxc_buf *buf);

#define auto_buf __attribute__((cleanup(mxc_buf_done))) struct mxc_buf

#endif
