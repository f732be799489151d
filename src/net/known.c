/* SPDX-License-Identifier: MIT */
/* Names of addresses, from the resolver's own answers. */
#include "net/known.h"

#include <string.h>

#include "net/dns_message.h"
#include "net/wire.h"

#define HEADER 12

/* Where a name ends, without following it; 0 when it runs out of the message. */
static size_t skip_name(const uint8_t *message, size_t size, size_t at)
{
    while (at < size && message[at]) {
        if (message[at] >= 0xc0)
            return at + 2 <= size ? at + 2 : 0;
        at += 1u + message[at];
    }
    return at < size ? at + 1 : 0;
}

/* The question's name with dots, in lower case; its end, or 0. */
static size_t read_question(const uint8_t *message, size_t size, char out[256])
{
    size_t at = HEADER, length = 0;

    while (at < size && message[at]) {
        size_t label = message[at++];

        if (label > 63 || at + label > size || length + label + 2 > 256)
            return 0;
        if (length)
            out[length++] = '.';
        for (size_t i = 0; i < label; i++) {
            uint8_t byte = message[at + i];

            out[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
        }
        at += label;
    }
    out[length] = '\0';
    return at + 5 <= size ? at + 5 : 0;
}

static void keep(struct mxc_known *known, const struct mxc_address *address, const char *name)
{
    size_t at = known->next;

    for (size_t i = 0; i < MXC_KNOWN_MAX; i++)
        if (mxc_address_same(&known->entries[i].address, address))
            at = i;
    if (at == known->next)
        known->next = (known->next + 1) % MXC_KNOWN_MAX;
    known->entries[at].address = *address;
    memcpy(known->entries[at].name, name, strlen(name) + 1);
}

void mxc_known_learn(struct mxc_known *known, const uint8_t *message, size_t size)
{
    char name[256];
    size_t at = size > HEADER ? read_question(message, size, name) : 0;

    for (unsigned left = at ? mxc_get16(message + 6) : 0; left; left--) {
        struct mxc_address address;
        size_t length;
        uint16_t type;

        at = skip_name(message, size, at);
        if (!at || at + 10 > size)
            return;
        type = mxc_get16(message + at);
        length = mxc_get16(message + at + 8);
        at += 10;
        if (length > size - at)
            return;
        if ((type == MXC_DNS_A && length == 4) || (type == MXC_DNS_AAAA && length == 16)) {
            address = length == 4 ? mxc_address_v4(message + at) : mxc_address_v6(message + at);
            keep(known, &address, name);
        }
        at += length;
    }
}

const char *mxc_known_find(const struct mxc_known *known, const struct mxc_address *address)
{
    for (size_t i = 0; address->family && i < MXC_KNOWN_MAX; i++)
        if (mxc_address_same(&known->entries[i].address, address))
            return known->entries[i].name;
    return NULL;
}
