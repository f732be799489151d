/* SPDX-License-Identifier: MIT */
/* A hash table with chains of numbers in one block of memory, whose pages are touched when they are
 * used. Where names have shares, the pins of each are in a list as well. Numbers are one more than
 * the place; 0: none. */
#include "net/pins.h"

#include <stdlib.h>

struct pin {
    struct mxc_address address;
    uint32_t name;
    uint32_t next;          /* in its chain, or among the free ones */
    uint32_t before, after; /* among those of its name */
    uint64_t until_ms;
};

/* What a name has, where each has a share. */
struct owner {
    uint32_t first, count;
};

struct mxc_pins {
    size_t room, used;
    size_t share, names;
    uint32_t free;   /* given back */
    uint32_t fresh;  /* how many were ever taken */
    uint32_t *heads; /* room of them */
    struct pin *items;
    struct owner *owners; /* NULL: no shares */
};

static struct mxc_pins *new_pins(size_t room, size_t names)
{
    struct mxc_pins *pins = calloc(1, sizeof *pins);

    if (!pins)
        return NULL;
    pins->room = room;
    pins->names = names;
    pins->heads = calloc(room ? room : 1, sizeof *pins->heads);
    pins->items = calloc(room ? room : 1, sizeof *pins->items);
    pins->owners = names ? calloc(names, sizeof *pins->owners) : NULL;
    if (pins->heads && pins->items && (pins->owners || !names))
        return pins;
    mxc_pins_free(pins);
    return NULL;
}

struct mxc_pins *mxc_pins_new(size_t room)
{
    return new_pins(room, 0);
}

struct mxc_pins *mxc_pins_new_shared(size_t share, size_t names)
{
    struct mxc_pins *pins = new_pins(share * names, names);

    if (pins)
        pins->share = share;
    return pins;
}

void mxc_pins_free(struct mxc_pins *pins)
{
    if (!pins)
        return;
    free(pins->heads);
    free(pins->items);
    free(pins->owners);
    free(pins);
}

static struct pin *pin_at(const struct mxc_pins *pins, uint32_t number)
{
    return &pins->items[number - 1];
}

/* Whoever answers the names chooses the addresses; at worst all pins share one chain, which is
 * bounded. */
static uint32_t *chain(const struct mxc_pins *pins, const struct mxc_address *address)
{
    uint32_t hash = 2166136261U ^ address->family;

    for (size_t i = 0; i < (address->family == 4 ? 4 : 16); i++)
        hash = (hash ^ address->bytes[i]) * 16777619U;
    return &pins->heads[(hash ^ hash >> 15) % pins->room];
}

/* ---- pins of one name */

static void join(struct mxc_pins *pins, uint32_t number)
{
    struct pin *pin = pin_at(pins, number);
    struct owner *owner;

    if (!pins->owners)
        return;
    owner = &pins->owners[pin->name];
    pin->before = 0;
    pin->after = owner->first;
    if (owner->first)
        pin_at(pins, owner->first)->before = number;
    owner->first = number;
    owner->count++;
}

static void leave(struct mxc_pins *pins, const struct pin *pin)
{
    struct owner *owner;

    if (!pins->owners)
        return;
    owner = &pins->owners[pin->name];
    if (pin->before)
        pin_at(pins, pin->before)->after = pin->after;
    else
        owner->first = pin->after;
    if (pin->after)
        pin_at(pins, pin->after)->before = pin->before;
    owner->count--;
}

/* Takes the pin out that '*link', in its chain, names. */
static void take_out(struct mxc_pins *pins, uint32_t *link)
{
    uint32_t number = *link;
    struct pin *pin = pin_at(pins, number);

    leave(pins, pin);
    *link = pin->next;
    pin->next = pins->free;
    pins->free = number;
    pins->used--;
}

static void drop(struct mxc_pins *pins, uint32_t number)
{
    uint32_t *link = chain(pins, &pin_at(pins, number)->address);

    while (*link != number)
        link = &pin_at(pins, *link)->next;
    take_out(pins, link);
}

static uint32_t first_to_end(const struct mxc_pins *pins, uint32_t name)
{
    uint32_t found = pins->owners[name].first;

    for (uint32_t number = found; number; number = pin_at(pins, number)->after)
        if (pin_at(pins, number)->until_ms < pin_at(pins, found)->until_ms)
            found = number;
    return found;
}

/* ---- the table */

/* Something of the name's own makes room; false when it has not ended, '*full' when nothing can. */
static bool make_room(struct mxc_pins *pins, const struct pin *wanted, uint64_t now_ms, bool *full)
{
    uint64_t until_ms;
    uint32_t number;

    if (!pins->owners) {
        *full = pins->used == pins->room && mxc_pins_expire(pins, now_ms) == pins->room;
        return !*full;
    }
    *full = wanted->name >= pins->names;
    if (*full || pins->owners[wanted->name].count < pins->share)
        return !*full;
    number = first_to_end(pins, wanted->name);
    until_ms = pin_at(pins, number)->until_ms;
    *full = until_ms >= wanted->until_ms;
    if (!*full)
        drop(pins, number);
    return until_ms <= now_ms;
}

static void put(struct mxc_pins *pins, const struct pin *pin)
{
    uint32_t *head = chain(pins, &pin->address);
    uint32_t number = pins->free ? pins->free : ++pins->fresh;

    if (pins->free)
        pins->free = pin_at(pins, number)->next;
    *pin_at(pins, number) = *pin;
    pin_at(pins, number)->next = *head;
    *head = number;
    join(pins, number);
    pins->used++;
}

bool mxc_pins_add(struct mxc_pins *pins, const struct mxc_address *address, uint32_t name,
                  uint64_t until_ms, uint64_t now_ms)
{
    const struct pin wanted = { .address = *address, .name = name, .until_ms = until_ms };
    bool full, kept;

    if (!pins->room)
        return false;
    for (uint32_t number = *chain(pins, address); number; number = pin_at(pins, number)->next) {
        struct pin *pin = pin_at(pins, number);

        if (pin->name == name && mxc_address_same(&pin->address, address)) {
            pin->until_ms = until_ms > pin->until_ms ? until_ms : pin->until_ms;
            return true;
        }
    }
    kept = make_room(pins, &wanted, now_ms, &full);
    if (!full)
        put(pins, &wanted);
    return kept;
}

void mxc_pins_retire(struct mxc_pins *pins, const struct mxc_retiring *which, uint64_t until_ms,
                     uint64_t now_ms)
{
    uint32_t number =
        pins->owners && which->name < pins->names ? pins->owners[which->name].first : 0;

    while (number) {
        struct pin *pin = pin_at(pins, number);
        uint32_t after = pin->after;

        if (pin->address.family == which->family && pin->until_ms > until_ms)
            pin->until_ms = until_ms;
        if (pin->until_ms <= now_ms)
            drop(pins, number);
        number = after;
    }
}

bool mxc_pins_find(const struct mxc_pins *pins, const struct mxc_address *address, uint64_t now_ms,
                   bool (*each)(void *context, uint32_t name), void *context)
{
    if (!pins->room)
        return false;
    for (uint32_t number = *chain(pins, address); number; number = pin_at(pins, number)->next) {
        const struct pin *pin = pin_at(pins, number);

        if (pin->until_ms > now_ms && mxc_address_same(&pin->address, address) &&
            each(context, pin->name))
            return true;
    }
    return false;
}

static void expire_chain(struct mxc_pins *pins, uint32_t *link, uint64_t now_ms)
{
    while (*link)
        if (pin_at(pins, *link)->until_ms > now_ms)
            link = &pin_at(pins, *link)->next;
        else
            take_out(pins, link);
}

size_t mxc_pins_expire(struct mxc_pins *pins, uint64_t now_ms)
{
    for (size_t i = 0; i < pins->room; i++)
        expire_chain(pins, &pins->heads[i], now_ms);
    return pins->used;
}
