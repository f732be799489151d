/* SPDX-License-Identifier: MIT */
/* Questions that come from the guest, questions that go to a server, answers that go to the
 * guest. */
#include "net/dns_message.h"

#include <string.h>

#include "net/wire.h"

#define HEADER       12
#define OPT_SIZE     11
#define EDE          15
#define RECORDS_MOST 8
#define TEXT_MOST    63

enum {
    IS_ANSWER = 0x8000,
    CUT = 0x0200,
    RECURSION = 0x0100,
    AVAILABLE = 0x0080,
    CHECKING = 0x0010
};

/* ---- what the guest asks */

static bool read_question(const uint8_t *bytes, size_t size, size_t *at, struct mxc_dns_query *out)
{
    out->kind = mxc_dns_name_read(bytes, size, at, out->name);
    if (out->kind == MXC_DNS_NAME_BAD || size - *at < 4)
        return false;
    out->type = mxc_get16(bytes + *at);
    out->class = mxc_get16(bytes + *at + 2);
    *at += 4;
    out->question_size = (uint16_t)(*at - HEADER); /* no pointer leads before it, so it is whole */
    memcpy(out->question, bytes + HEADER, out->question_size);
    return true;
}

/* One record after the question; of OPT the version is told, of others 0. -1: malformed. */
static int read_extra(const uint8_t *bytes, size_t size, size_t *at, struct mxc_dns_query *out)
{
    char name[MXC_DNS_NAME];
    const uint8_t *record;
    size_t data;

    if (mxc_dns_name_read(bytes, size, at, name) == MXC_DNS_NAME_BAD || size - *at < 10)
        return -1;
    record = bytes + *at;
    data = mxc_get16(record + 8);
    *at += 10;
    if (data > size - *at)
        return -1;
    *at += data;
    if (mxc_get16(record) != MXC_DNS_OPT)
        return 0;
    if (out->edns || strcmp(name, ".") != 0)
        return -1;
    out->edns = true;
    out->datagram = mxc_get16(record + 2);
    return record[5];
}

static int read_extras(const uint8_t *bytes, size_t size, size_t at, struct mxc_dns_query *out)
{
    size_t count = mxc_get16(bytes + 10);
    int version = 0;

    if (count > RECORDS_MOST)
        return MXC_DNS_FORMERR;
    for (size_t i = 0; i < count; i++) {
        int got = read_extra(bytes, size, &at, out);

        if (got < 0)
            return MXC_DNS_FORMERR;
        version |= got;
    }
    if (at != size)
        return MXC_DNS_FORMERR;
    return version ? MXC_DNS_BADVERS : MXC_DNS_NOERROR;
}

int mxc_dns_query_read(const uint8_t *bytes, size_t size, struct mxc_dns_query *out)
{
    size_t at = HEADER;
    unsigned flags;
    int code;

    memset(out, 0, sizeof *out);
    out->datagram = MXC_DNS_CLASSIC;
    if (size < HEADER || mxc_get16(bytes + 2) & IS_ANSWER)
        return -1;
    flags = mxc_get16(bytes + 2);
    out->id = mxc_get16(bytes);
    out->opcode = flags >> 11 & 15;
    out->recursion = flags & RECURSION;
    out->checking = flags & CHECKING;
    if (out->opcode)
        return MXC_DNS_NOTIMP;
    if (flags & CUT || mxc_get16(bytes + 4) != 1 || mxc_get32(bytes + 6) ||
        !read_question(bytes, size, &at, out))
        return MXC_DNS_FORMERR;
    code = read_extras(bytes, size, at, out);
    if (out->datagram < MXC_DNS_CLASSIC)
        out->datagram = MXC_DNS_CLASSIC;
    return code;
}

/* ---- what we ask */

static size_t put_opt(uint8_t *at, int code, size_t data)
{
    memset(at, 0, OPT_SIZE);
    mxc_put16(at + 1, MXC_DNS_OPT);
    mxc_put16(at + 3, MXC_DNS_DATAGRAM);
    at[5] = (uint8_t)(code >> 4);
    mxc_put16(at + 9, (uint32_t)data);
    return OPT_SIZE;
}

size_t mxc_dns_query_write(const struct mxc_dns_question *question, uint8_t out[MXC_DNS_QUERY_ROOM])
{
    size_t size = HEADER;

    memset(out, 0, HEADER);
    mxc_put16(out, question->id);
    mxc_put16(out + 2, RECURSION);
    mxc_put16(out + 4, 1);
    size += mxc_dns_name_write(question->name, out + size);
    mxc_put16(out + size, question->type);
    mxc_put16(out + size + 2, MXC_DNS_IN);
    size += 4;
    if (question->edns) {
        mxc_put16(out + 10, 1);
        size += put_opt(out + size, 0, 0);
    }
    return size;
}

/* ---- what we answer */

struct writer {
    uint8_t *bytes;
    size_t used, limit;
    unsigned count;
    bool cut;
};

/* A record whose owner was written at 'owner'. */
static bool put_record(struct writer *writer, size_t owner, const struct mxc_dns_reply *reply,
                       unsigned type, size_t data)
{
    uint8_t *at = writer->bytes + writer->used;

    if (writer->cut || 12 + data > writer->limit - writer->used) {
        writer->cut = true;
        return false;
    }
    mxc_put16(at, (uint32_t)(0xc000 | owner));
    mxc_put16(at + 2, type);
    mxc_put16(at + 4, MXC_DNS_IN);
    mxc_put32(at + 6, reply->ttl_s);
    mxc_put16(at + 10, (uint32_t)data);
    writer->used += 12;
    writer->count++;
    return true;
}

static void put_result(struct writer *writer, const struct mxc_dns_reply *reply)
{
    const struct mxc_dns_result *result = reply->result;
    const char *link = result->chain;
    size_t owner = HEADER;
    uint8_t name[MXC_DNS_WIRE];

    for (unsigned i = 0; i < result->chain_count; i++, link += strlen(link) + 1) {
        size_t size = mxc_dns_name_write(link, name);

        if (!put_record(writer, owner, reply, MXC_DNS_CNAME, size))
            return;
        owner = writer->used;
        memcpy(writer->bytes + writer->used, name, size);
        writer->used += size;
    }
    for (unsigned i = 0; i < result->address_count; i++) {
        const struct mxc_address *address = &result->addresses[i];
        size_t size = address->family == 4 ? 4 : 16;

        if (!put_record(writer, owner, reply, size == 4 ? MXC_DNS_A : MXC_DNS_AAAA, size))
            return;
        memcpy(writer->bytes + writer->used, address->bytes, size);
        writer->used += size;
    }
}

static size_t extended_size(const struct mxc_dns_reply *reply)
{
    size_t text = reply->text ? strlen(reply->text) : 0;

    return reply->extended == MXC_DNS_EDE_NONE ? 0 : 6 + (text < TEXT_MOST ? text : TEXT_MOST);
}

static void put_extended(struct writer *writer, const struct mxc_dns_reply *reply)
{
    size_t size = extended_size(reply);
    uint8_t *at = writer->bytes + writer->used;

    at += put_opt(at, reply->code, size);
    if (size) {
        mxc_put16(at, EDE);
        mxc_put16(at + 2, (uint32_t)size - 4);
        mxc_put16(at + 4, (uint32_t)reply->extended);
        if (size > 6)
            memcpy(at + 6, reply->text, size - 6);
    }
    writer->used += OPT_SIZE + size;
}

size_t mxc_dns_reply_write(const struct mxc_dns_query *query, const struct mxc_dns_reply *reply,
                           size_t limit, uint8_t out[MXC_DNS_ROOM])
{
    size_t tail = query->edns ? OPT_SIZE + extended_size(reply) : 0;
    struct writer writer = { .bytes = out,
                             .used = HEADER,
                             .limit = (limit < MXC_DNS_ROOM ? limit : MXC_DNS_ROOM) - tail };
    unsigned flags = IS_ANSWER | AVAILABLE | (unsigned)query->opcode << 11;

    memset(out, 0, HEADER);
    memcpy(out + HEADER, query->question, query->question_size);
    writer.used += query->question_size;
    if (reply->result)
        put_result(&writer, reply);
    flags |= (query->recursion ? RECURSION : 0) | (query->checking ? CHECKING : 0);
    flags |= (writer.cut ? CUT : 0) | ((unsigned)reply->code & 15);
    mxc_put16(out, query->id);
    mxc_put16(out + 2, flags);
    mxc_put16(out + 4, query->question_size > 0);
    mxc_put16(out + 6, writer.count);
    mxc_put16(out + 10, query->edns);
    if (query->edns)
        put_extended(&writer, reply);
    return writer.used;
}
