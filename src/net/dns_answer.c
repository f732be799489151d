/* SPDX-License-Identifier: MIT */
/* Answers of servers: of them only the addresses, and the names on the way to them, are taken. */
#include "net/dns_answer.h"

#include <string.h>

#include "net/dns_message.h"
#include "net/wire.h"

#define HEADER 12

/* How long "there is none" holds when the zone does not say. */
#define NEGATIVE_S 5

enum { IS_ANSWER = 0x8000, OPCODE = 0x7800, CUT = 0x0200 };

struct message {
    const uint8_t *bytes;
    size_t size;
    size_t answers; /* where they begin */
    unsigned counts[3];
    unsigned type; /* asked for */
    struct mxc_dns_list *all;
    char asked[MXC_DNS_NAME];
};

struct record {
    enum mxc_dns_name_kind kind;
    unsigned type, class;
    uint32_t ttl;
    size_t data, data_size;
    char owner[MXC_DNS_NAME];
};

static bool read_record(const struct message *message, size_t *at, struct record *out)
{
    const uint8_t *bytes;

    out->kind = mxc_dns_name_read(message->bytes, message->size, at, out->owner);
    if (out->kind == MXC_DNS_NAME_BAD || message->size - *at < 10)
        return false;
    bytes = message->bytes + *at;
    out->type = mxc_get16(bytes);
    out->class = mxc_get16(bytes + 2);
    out->ttl = mxc_get32(bytes + 4);
    out->data_size = mxc_get16(bytes + 8);
    out->data = *at + 10;
    if (out->data_size > message->size - out->data)
        return false;
    *at = out->data + out->data_size;
    return true;
}

static bool is_unknown(unsigned code)
{
    return code == MXC_DNS_FORMERR || code == MXC_DNS_NOTIMP;
}

/* Whether the question is ours. */
static enum mxc_dns_verdict compare(const uint8_t *bytes, size_t size,
                                    const struct mxc_dns_asked *asked, struct message *out)
{
    char ours[MXC_DNS_NAME];
    size_t at = HEADER, end = HEADER;

    if (size < HEADER || mxc_get16(bytes) != mxc_get16(asked->bytes) ||
        (mxc_get16(bytes + 2) & (IS_ANSWER | OPCODE)) != IS_ANSWER)
        return MXC_DNS_STRAY;
    if (size == HEADER && !mxc_get16(bytes + 4) && is_unknown(bytes[3] & 15U))
        return MXC_DNS_NO_EDNS;
    (void)mxc_dns_name_read(asked->bytes, asked->size, &end, ours);
    if (mxc_get16(bytes + 4) != 1 ||
        mxc_dns_name_read(bytes, size, &at, out->asked) != MXC_DNS_NAME_PLAIN || size - at < 4 ||
        memcmp(bytes + at, asked->bytes + end, 4) != 0 || !mxc_dns_name_same(out->asked, ours))
        return MXC_DNS_STRAY;
    out->bytes = bytes;
    out->size = size;
    out->answers = at + 4;
    out->type = mxc_get16(bytes + at);
    out->all = asked->all;
    for (size_t i = 0; i < 3; i++)
        out->counts[i] = mxc_get16(bytes + 6 + 2 * i);
    return !asked->exact || strcmp(out->asked, ours) == 0 ? MXC_DNS_ANSWERED : MXC_DNS_RECASED;
}

/* RFC 2181, section 8. */
static uint32_t ttl_of(const struct record *record)
{
    return record->ttl > INT32_MAX ? 0 : record->ttl;
}

static void lower_ttl(struct mxc_dns_result *result, const struct record *record)
{
    if (ttl_of(record) < result->ttl_s)
        result->ttl_s = ttl_of(record);
}

/* What "there is none" is worth, by the record that says so. */
static uint32_t negative_ttl(const struct message *message, const struct record *record)
{
    uint32_t least;

    if (record->data_size < 22)
        return NEGATIVE_S;
    least = mxc_get32(message->bytes + record->data + record->data_size - 4);
    return least < ttl_of(record) ? least : ttl_of(record);
}

/* Every record must be well formed. Tells the upper bits of the code, and what the zone says about
 * itself. */
static bool walk(const struct message *message, unsigned *code, uint32_t *negative)
{
    size_t at = message->answers;
    struct record record;

    for (unsigned section = 0; section < 3; section++)
        for (unsigned i = 0; i < message->counts[section]; i++) {
            if (!read_record(message, &at, &record))
                return false;
            if (section == 1 && record.type == MXC_DNS_SOA)
                *negative = negative_ttl(message, &record);
            if (section == 2 && record.type == MXC_DNS_OPT)
                *code |= record.ttl >> 24 << 4;
        }
    return true;
}

static bool is_about(const struct record *record, const char *owner)
{
    return record->kind == MXC_DNS_NAME_PLAIN && record->class == MXC_DNS_IN &&
           mxc_dns_name_same(record->owner, owner);
}

static bool is_among(const struct mxc_address *addresses, size_t count,
                     const struct mxc_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (mxc_address_same(&addresses[i], address))
            return true;
    return false;
}

/* False when it is there already. */
static bool list_address(struct mxc_dns_list *all, const struct mxc_address *address)
{
    if (is_among(all->addresses, all->count, address))
        return false;
    if (all->count == MXC_DNS_ALL)
        all->more++;
    else
        all->addresses[all->count++] = *address;
    return true;
}

static void take_address(const struct message *message, const struct record *record,
                         struct mxc_dns_result *out)
{
    const uint8_t *bytes = message->bytes + record->data;
    bool v4 = message->type == MXC_DNS_A;
    struct mxc_address address;

    if (record->data_size != (v4 ? 4 : 16))
        return;
    address = v4 ? mxc_address_v4(bytes) : mxc_address_v6(bytes);
    if (address.family != (v4 ? 4 : 6)) /* an IPv4 address in the form of an IPv6 one */
        return;
    if (message->all && list_address(message->all, &address))
        lower_ttl(out, record);
    if (out->address_count == MXC_DNS_ADDRESSES ||
        is_among(out->addresses, out->address_count, &address))
        return;
    out->addresses[out->address_count++] = address;
    lower_ttl(out, record);
}

/* Where the owner points to: 1 and the name, 0 when nowhere, -1 when that is no plain name. */
static int find_link(const struct message *message, const char *owner, char target[MXC_DNS_NAME],
                     struct mxc_dns_result *out)
{
    size_t at = message->answers;
    struct record record;

    for (unsigned i = 0; i < message->counts[0] && read_record(message, &at, &record); i++) {
        size_t data = record.data;

        if (record.type != MXC_DNS_CNAME || !is_about(&record, owner))
            continue;
        if (mxc_dns_name_read(message->bytes, message->size, &data, target) != MXC_DNS_NAME_PLAIN ||
            data != record.data + record.data_size)
            return -1;
        lower_ttl(out, &record);
        return 1;
    }
    return 0;
}

/* From the asked name to the one that has addresses. */
static bool follow_chain(const struct message *message, char owner[MXC_DNS_NAME],
                         struct mxc_dns_result *out)
{
    char target[MXC_DNS_NAME];
    int found;

    memcpy(owner, message->asked, MXC_DNS_NAME);
    while ((found = find_link(message, owner, target, out)) > 0) {
        size_t size = strlen(target) + 1;

        if (out->chain_count == MXC_DNS_CHAIN || size + out->chain_size > MXC_DNS_CHAIN_TEXT)
            return false;
        mxc_dns_name_lower(target);
        memcpy(out->chain + out->chain_size, target, size);
        out->chain_size = (uint16_t)(out->chain_size + size);
        out->chain_count++;
        memcpy(owner, target, size);
    }
    return found == 0;
}

static bool collect(const struct message *message, struct mxc_dns_result *out)
{
    char owner[MXC_DNS_NAME];
    size_t at = message->answers;
    struct record record;

    if (!follow_chain(message, owner, out))
        return false;
    for (unsigned i = 0; i < message->counts[0] && read_record(message, &at, &record); i++)
        if (record.type == message->type && is_about(&record, owner))
            take_address(message, &record, out);
    return true;
}

static enum mxc_dns_verdict read_result(const struct message *message, unsigned flags,
                                        struct mxc_dns_result *out)
{
    struct mxc_dns_result result = { .ttl_s = UINT32_MAX };
    uint32_t negative = NEGATIVE_S;
    unsigned code = flags & 15;

    if (is_unknown(code))
        return MXC_DNS_NO_EDNS;
    if (!walk(message, &code, &negative))
        return MXC_DNS_FAILED;
    if (code != MXC_DNS_NOERROR && code != MXC_DNS_NXDOMAIN)
        return MXC_DNS_FAILED;
    if (code == MXC_DNS_NOERROR && !collect(message, &result))
        return MXC_DNS_FAILED;
    if (!result.address_count)
        result = (struct mxc_dns_result){ .code = (uint8_t)code, .ttl_s = negative };
    *out = result;
    return MXC_DNS_ANSWERED;
}

enum mxc_dns_verdict mxc_dns_answer_read(const uint8_t *bytes, size_t size,
                                         const struct mxc_dns_asked *asked,
                                         struct mxc_dns_result *out)
{
    struct message message;
    enum mxc_dns_verdict verdict = compare(bytes, size, asked, &message);

    if (verdict != MXC_DNS_ANSWERED)
        return verdict;
    if (mxc_get16(bytes + 2) & CUT)
        return MXC_DNS_CUT;
    if (size > (asked->all ? MXC_DNS_STREAM_ALL : MXC_DNS_STREAM))
        return MXC_DNS_FAILED;
    if (asked->all)
        asked->all->count = asked->all->more = 0;
    return read_result(&message, mxc_get16(bytes + 2), out);
}
