/* SPDX-License-Identifier: MIT */
/* Messages of DNS for tests: made by parts, and taken apart by a reader that shares nothing with the one it tests. */
#ifndef MXC_TESTS_DNS_BYTES_H
#define MXC_TESTS_DNS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DNS_A = 1,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_OPT = 41
};
enum { DNS_ANSWER = 0x8180, DNS_TC = 0x200, DNS_RD = 0x100 };

struct dns_bytes {
    size_t size;
    uint8_t bytes[20000];
};

void dns_begin(struct dns_bytes *out, unsigned id, unsigned flags);
void dns_put(struct dns_bytes *out, unsigned bytes, uint32_t value); /* 1, 2 or 4 of them */
void dns_put_name(struct dns_bytes *out, const char *name);          /* labels end at dots */
void dns_ask(struct dns_bytes *out, const char *name, unsigned type);

/* Records: 'section' 0 answer, 1 authority, 2 additional. */
void dns_record(struct dns_bytes *out, unsigned section, const char *owner, unsigned type,
                uint32_t ttl, const void *data, size_t size);
void dns_address(struct dns_bytes *out, const char *owner, uint32_t ttl, const char *address);
void dns_alias(struct dns_bytes *out, const char *owner, uint32_t ttl, const char *target);
void dns_soa(struct dns_bytes *out, const char *owner, uint32_t ttl, uint32_t minimum);
void dns_edns(struct dns_bytes *out, unsigned size, uint32_t ttl);

#define DNS_SEEN 17

/* A message read strictly. */
struct dns_seen {
    unsigned id, flags, code; /* the code with its upper bits */
    char name[256];           /* of the question; "" when there is none */
    unsigned type;
    char chain[DNS_SEEN][256];
    size_t chain_count;
    char addresses[DNS_SEEN][64];
    size_t address_count;
    uint32_t ttl; /* of the records: all the same, else the reader fails */
    bool edns;
    int extended; /* -1: none */
    char text[64];
};

/* NULL, or what is wrong with it. Records must be a chain from the question to addresses. */
const char *dns_look(const uint8_t *bytes, size_t size, struct dns_seen *out);

#endif
