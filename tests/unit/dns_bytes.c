/* SPDX-License-Identifier: MIT */
/* Messages of DNS for tests. */
#include "dns_bytes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- made */

void dns_put(struct dns_bytes *out, unsigned bytes, uint32_t value)
{
    while (bytes--)
        out->bytes[out->size++] = (uint8_t)(value >> 8 * bytes);
}

void dns_begin(struct dns_bytes *out, unsigned id, unsigned flags)
{
    out->size = 0;
    dns_put(out, 2, id);
    dns_put(out, 2, flags);
    dns_put(out, 4, 0);
    dns_put(out, 4, 0);
}

void dns_put_name(struct dns_bytes *out, const char *name)
{
    while (*name) {
        size_t length = strcspn(name, ".");

        dns_put(out, 1, (uint32_t)length);
        memcpy(out->bytes + out->size, name, length);
        out->size += length;
        name += length + (name[length] == '.');
    }
    dns_put(out, 1, 0);
}

static void count(struct dns_bytes *out, size_t at)
{
    if (!++out->bytes[at + 1])
        out->bytes[at]++;
}

void dns_ask(struct dns_bytes *out, const char *name, unsigned type)
{
    count(out, 4);
    dns_put_name(out, name);
    dns_put(out, 2, type);
    dns_put(out, 2, 1);
}

void dns_record(struct dns_bytes *out, unsigned section, const char *owner, unsigned type,
                uint32_t ttl, const void *data, size_t size)
{
    count(out, 6 + 2 * section);
    dns_put_name(out, owner);
    dns_put(out, 2, type);
    dns_put(out, 2, 1);
    dns_put(out, 4, ttl);
    dns_put(out, 2, (uint32_t)size);
    if (size)
        memcpy(out->bytes + out->size, data, size);
    out->size += size;
}

void dns_address(struct dns_bytes *out, const char *owner, uint32_t ttl, const char *address)
{
    bool v6 = strchr(address, ':');
    uint8_t bytes[16];

    (void)inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes);
    dns_record(out, 0, owner, v6 ? DNS_AAAA : DNS_A, ttl, bytes, v6 ? 16 : 4);
}

void dns_alias(struct dns_bytes *out, const char *owner, uint32_t ttl, const char *target)
{
    struct dns_bytes name = { .size = 0 };

    dns_put_name(&name, target);
    dns_record(out, 0, owner, DNS_CNAME, ttl, name.bytes, name.size);
}

void dns_soa(struct dns_bytes *out, const char *owner, uint32_t ttl, uint32_t minimum)
{
    struct dns_bytes data = { .size = 0 };

    dns_put_name(&data, owner);
    dns_put_name(&data, owner);
    for (uint32_t i = 1; i < 5; i++)
        dns_put(&data, 4, i);
    dns_put(&data, 4, minimum);
    dns_record(out, 1, owner, DNS_SOA, ttl, data.bytes, data.size);
}

void dns_edns(struct dns_bytes *out, unsigned size, uint32_t ttl)
{
    count(out, 10);
    dns_put_name(out, "");
    dns_put(out, 2, DNS_OPT);
    dns_put(out, 2, size);
    dns_put(out, 4, ttl);
    dns_put(out, 2, 0);
}

/* ---- taken apart */

static unsigned get(const uint8_t *at, unsigned bytes)
{
    unsigned value = 0;

    while (bytes--)
        value = value << 8 | *at++;
    return value;
}

static bool get_name(const uint8_t *bytes, size_t size, size_t *at, char out[256])
{
    size_t used = 0, here = *at, hops = 0;

    *at = 0;
    for (;;) {
        if (here >= size || hops > 20)
            return false;
        if (bytes[here] >= 0xc0) {
            if (here + 2 > size)
                return false;
            *at = *at ? *at : here + 2;
            here = get(bytes + here, 2) & 0x3fff;
            hops++;
        } else if (bytes[here]) {
            size_t length = bytes[here];

            if (length > 63 || here + 1 + length > size || used + length + 2 > 256)
                return false;
            if (used)
                out[used++] = '.';
            memcpy(out + used, bytes + here + 1, length);
            used += length;
            here += 1 + length;
        } else {
            out[used] = '\0';
            *at = *at ? *at : here + 1;
            return true;
        }
    }
}

static const char *look_answer(const uint8_t *bytes, size_t size, size_t *at, struct dns_seen *out)
{
    const char *owner = out->chain_count ? out->chain[out->chain_count - 1] : out->name;
    char name[256];
    unsigned type, length;
    size_t data;

    if (!get_name(bytes, size, at, name) || *at + 10 > size)
        return "a record is cut";
    type = get(bytes + *at, 2);
    length = get(bytes + *at + 8, 2);
    data = *at + 10;
    if (data + length > size || get(bytes + *at + 2, 2) != 1)
        return "data of a record";
    if (strcasecmp(name, owner) != 0)
        return "a record of another name";
    if ((out->chain_count || out->address_count) && out->ttl != get(bytes + *at + 4, 4))
        return "different times";
    out->ttl = get(bytes + *at + 4, 4);
    *at = data + length;
    if (type == DNS_CNAME) {
        if (out->address_count || out->chain_count == DNS_SEEN ||
            !get_name(bytes, size, &data, out->chain[out->chain_count++]) || data != *at)
            return "a broken chain";
        return NULL;
    }
    if (type != out->type || length != (type == DNS_A ? 4 : 16) || out->address_count == DNS_SEEN ||
        (type != DNS_A && type != DNS_AAAA))
        return "a record nobody asked for";
    inet_ntop(type == DNS_A ? AF_INET : AF_INET6, bytes + data,
              out->addresses[out->address_count++], 64);
    return NULL;
}

static const char *look_edns(const uint8_t *bytes, size_t size, size_t *at, struct dns_seen *out)
{
    const uint8_t *record = bytes + *at;
    unsigned length;

    if (*at + 11 > size || record[0] || get(record + 1, 2) != DNS_OPT)
        return "no EDNS record";
    length = get(record + 9, 2);
    if (*at + 11 + length > size || (length && length < 6))
        return "options are cut";
    out->edns = true;
    out->code |= (unsigned)record[5] << 4;
    if (length) {
        unsigned text = get(record + 13, 2) - 2;

        if (get(record + 11, 2) != 15 || text + 6 != length || text >= sizeof out->text)
            return "another option";
        out->extended = (int)get(record + 15, 2);
        memcpy(out->text, record + 17, text);
        out->text[text] = '\0';
    }
    *at += 11 + length;
    return NULL;
}

const char *dns_look(const uint8_t *bytes, size_t size, struct dns_seen *out)
{
    size_t at = 12;
    const char *fault = NULL;

    memset(out, 0, sizeof *out);
    out->extended = -1;
    if (size < 12 || get(bytes + 8, 2) || get(bytes + 10, 2) > 1 || get(bytes + 4, 2) > 1)
        return "header";
    out->id = get(bytes, 2);
    out->flags = get(bytes + 2, 2);
    out->code = out->flags & 15;
    if (get(bytes + 4, 2)) {
        if (!get_name(bytes, size, &at, out->name) || at + 4 > size)
            return "question";
        out->type = get(bytes + at, 2);
        at += 4;
    }
    for (unsigned i = 0; !fault && i < get(bytes + 6, 2); i++)
        fault = look_answer(bytes, size, &at, out);
    if (!fault && get(bytes + 10, 2))
        fault = look_edns(bytes, size, &at, out);
    return fault ? fault : at == size ? NULL : "bytes after the end";
}
