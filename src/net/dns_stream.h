/* SPDX-License-Identifier: MIT */
/* Messages of DNS over a stream: two bytes of length, then the message. */
#ifndef MXC_NET_DNS_STREAM_H
#define MXC_NET_DNS_STREAM_H

#include <stddef.h>
#include <stdint.h>

#define MXC_DNS_FRAME 2 /* bytes before each message */

/* A question that is longer than this is none of an honest client. */
#define MXC_DNS_QUESTION_MAX 1024

/* Caller's memory: 'bytes' has room for MXC_DNS_FRAME more than the largest message. */
struct mxc_dns_stream {
    uint8_t *bytes;
    size_t room;
    size_t used;
};

/* Takes bytes that arrived, up to the end of a message, and tells how many it took. 1:
 * 'stream->bytes + MXC_DNS_FRAME' is a message of '*size' bytes, until the next call; call again
 * for what is left. 0: all was taken, and no message is whole. -1: too long a message; the stream
 * is of no use any more. */
int mxc_dns_stream_take(struct mxc_dns_stream *stream, const uint8_t *bytes, size_t count,
                        size_t *taken, size_t *size);

/* What stands before a message of that size, at most 65535. */
void mxc_dns_stream_head(size_t size, uint8_t out[MXC_DNS_FRAME]);

#endif
