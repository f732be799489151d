/* SPDX-License-Identifier: MIT */
/* Names of addresses, from the resolver's own answers. */
#include "net/known.h"

#include <string.h>

#include "net/dns_message.h"
#include "net/wire.h"

/* Before the question; after its name; after the name of a record, before its data. */
#define HEADER   12
#define QUESTION 4
#define RECORD   10

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

/* One record; steps over it. False at the end of what can be read. */
static bool learn_record(struct mxc_known *known, const uint8_t *message, size_t size, size_t *at,
                         const char *name)
{
    char owner[MXC_DNS_NAME];
    uint16_t type, length;

    if (mxc_dns_name_read(message, size, at, owner) == MXC_DNS_NAME_BAD || size - *at < RECORD)
        return false;
    type = mxc_get16(message + *at);
    length = mxc_get16(message + *at + 8);
    *at += RECORD;
    if (length > size - *at)
        return false;
    if ((type == MXC_DNS_A && length == 4) || (type == MXC_DNS_AAAA && length == 16)) {
        const uint8_t *bytes = message + *at;
        struct mxc_address address = length == 4 ? mxc_address_v4(bytes) : mxc_address_v6(bytes);

        keep(known, &address, name);
    }
    *at += length;
    return true;
}

void mxc_known_learn(struct mxc_known *known, const uint8_t *message, size_t size)
{
    char name[MXC_DNS_NAME];
    size_t at = HEADER;

    if (size < HEADER || mxc_dns_name_read(message, size, &at, name) != MXC_DNS_NAME_PLAIN ||
        size - at < QUESTION)
        return;
    at += QUESTION;
    mxc_dns_name_lower(name);
    for (unsigned left = mxc_get16(message + 6); left; left--)
        if (!learn_record(known, message, size, &at, name))
            return;
}

const char *mxc_known_find(const struct mxc_known *known, const struct mxc_address *address)
{
    for (size_t i = 0; address->family && i < MXC_KNOWN_MAX; i++)
        if (mxc_address_same(&known->entries[i].address, address))
            return known->entries[i].name;
    return NULL;
}
