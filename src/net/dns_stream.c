/* SPDX-License-Identifier: MIT */
/* Messages of DNS over a stream. */
#include "net/dns_stream.h"

#include <string.h>

#include "net/wire.h"

/* Bytes of the present message, so far as is known. */
static size_t wanted(const struct mxc_dns_stream *stream)
{
    return MXC_DNS_FRAME + (stream->used < MXC_DNS_FRAME ? 0 : mxc_get16(stream->bytes));
}

static void copy(struct mxc_dns_stream *stream, const uint8_t *bytes, size_t count, size_t *taken)
{
    size_t part = wanted(stream) - stream->used;

    if (part > count - *taken)
        part = count - *taken;
    if (part)
        memcpy(stream->bytes + stream->used, bytes + *taken, part);
    stream->used += part;
    *taken += part;
}

int mxc_dns_stream_take(struct mxc_dns_stream *stream, const uint8_t *bytes, size_t count,
                        size_t *taken, size_t *size)
{
    *taken = 0;
    if (stream->used >= MXC_DNS_FRAME && stream->used == wanted(stream))
        stream->used = 0; /* that one was told before */
    if (stream->used < MXC_DNS_FRAME)
        copy(stream, bytes, count, taken);
    if (stream->used < MXC_DNS_FRAME)
        return 0;
    if (wanted(stream) > stream->room)
        return -1;
    copy(stream, bytes, count, taken);
    if (stream->used < wanted(stream))
        return 0;
    *size = stream->used - MXC_DNS_FRAME;
    return 1;
}

void mxc_dns_stream_head(size_t size, uint8_t out[MXC_DNS_FRAME])
{
    mxc_put16(out, (uint32_t)size);
}
