/* SPDX-License-Identifier: MIT */
/* A hash table with chains of numbers in one block of memory. */
#include "net/pins.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct pin {
    struct mxc_address address;
    uint32_t name;
    uint32_t next; /* in its chain, or among the free ones */
    uint64_t until_ms;
};

struct mxc_pins {
    size_t room, used;
    uint32_t free;
    uint32_t *heads; /* room of them */
    struct pin *items;
};

struct mxc_pins *mxc_pins_new(size_t room)
{
    struct mxc_pins *pins = calloc(1, sizeof *pins);

    if (!pins)
        return NULL;
    pins->room = room;
    pins->heads = calloc(room ? room : 1, sizeof *pins->heads);
    pins->items = calloc(room ? room : 1, sizeof *pins->items);
    if (!pins->heads || !pins->items) {
        mxc_pins_free(pins);
        return NULL;
    }
    for (size_t i = 0; i < room; i++) {
        pins->heads[i] = NONE;
        pins->items[i].next = i + 1 < room ? (uint32_t)i + 1 : NONE;
    }
    pins->free = room ? 0 : NONE;
    return pins;
}

void mxc_pins_free(struct mxc_pins *pins)
{
    if (!pins)
        return;
    free(pins->heads);
    free(pins->items);
    free(pins);
}

/* Whoever answers the names chooses the addresses; at worst all pins share one chain, which is bounded. */
static uint32_t *chain(const struct mxc_pins *pins, const struct mxc_address *address)
{
    uint32_t hash = 2166136261U ^ address->family;

    for (size_t i = 0; i < (address->family == 4 ? 4 : 16); i++)
        hash = (hash ^ address->bytes[i]) * 16777619U;
    return &pins->heads[(hash ^ hash >> 15) % pins->room];
}

bool mxc_pins_add(struct mxc_pins *pins, const struct mxc_address *address, uint32_t name,
                  uint64_t until_ms, uint64_t now_ms)
{
    uint32_t *head, index;

    if (!pins->room)
        return false;
    head = chain(pins, address);
    for (index = *head; index != NONE; index = pins->items[index].next) {
        struct pin *pin = &pins->items[index];

        if (pin->name == name && mxc_address_same(&pin->address, address)) {
            pin->until_ms = until_ms > pin->until_ms ? until_ms : pin->until_ms;
            return true;
        }
    }
    if (pins->free == NONE && mxc_pins_expire(pins, now_ms) == pins->room)
        return false;
    index = pins->free;
    pins->free = pins->items[index].next;
    pins->items[index] = (struct pin){ *address, name, *head, until_ms };
    *head = index;
    pins->used++;
    return true;
}

bool mxc_pins_find(const struct mxc_pins *pins, const struct mxc_address *address, uint64_t now_ms,
                   bool (*each)(void *context, uint32_t name), void *context)
{
    if (!pins->room)
        return false;
    for (uint32_t index = *chain(pins, address); index != NONE; index = pins->items[index].next) {
        const struct pin *pin = &pins->items[index];

        if (pin->until_ms > now_ms && mxc_address_same(&pin->address, address) &&
            each(context, pin->name))
            return true;
    }
    return false;
}

static void expire_chain(struct mxc_pins *pins, uint32_t *link, uint64_t now_ms)
{
    while (*link != NONE) {
        uint32_t index = *link;
        struct pin *pin = &pins->items[index];

        if (pin->until_ms > now_ms) {
            link = &pin->next;
            continue;
        }
        *link = pin->next;
        pin->next = pins->free;
        pins->free = index;
        pins->used--;
    }
}

size_t mxc_pins_expire(struct mxc_pins *pins, uint64_t now_ms)
{
    for (size_t i = 0; i < pins->room; i++)
        expire_chain(pins, &pins->heads[i], now_ms);
    return pins->used;
}
