/* SPDX-License-Identifier: MIT */
/* Answers that still hold. A search looks at all of them, in an array that fits the processor's
 * cache: names that a guest chose cannot make it slower. */
#include "net/dns_cache.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct mark {
    uint64_t hash;
    uint64_t used; /* when it was asked for, in calls; 0: empty */
    uint64_t until_ms;
};

struct entry {
    uint16_t type;
    char name[MXC_DNS_NAME];
    struct mxc_dns_result result;
};

struct mxc_dns_cache {
    struct mark *marks;
    struct entry *entries;
    size_t room;
    uint64_t calls;
};

struct mxc_dns_cache *mxc_dns_cache_new(size_t room)
{
    struct mxc_dns_cache *cache = calloc(1, sizeof *cache);

    if (!cache)
        return NULL;
    cache->room = room;
    cache->marks = calloc(room, sizeof *cache->marks);
    cache->entries = calloc(room, sizeof *cache->entries);
    if (cache->marks && cache->entries)
        return cache;
    mxc_dns_cache_free(cache);
    return NULL;
}

void mxc_dns_cache_free(struct mxc_dns_cache *cache)
{
    if (!cache)
        return;
    free(cache->marks);
    free(cache->entries);
    free(cache);
}

/* FNV-1a: names that collide cost a comparison each, no more. */
static uint64_t hash_of(const struct mxc_dns_key *key)
{
    uint64_t hash = 0xcbf29ce484222325U ^ key->type;

    for (const char *c = key->name; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3U;
    return hash;
}

static bool is_entry(const struct mxc_dns_cache *cache, size_t i, uint64_t hash,
                     const struct mxc_dns_key *key)
{
    return cache->marks[i].used && cache->marks[i].hash == hash &&
           cache->entries[i].type == key->type && strcmp(cache->entries[i].name, key->name) == 0;
}

const struct mxc_dns_result *mxc_dns_cache_find(struct mxc_dns_cache *cache,
                                                const struct mxc_dns_key *key, uint64_t now_ms,
                                                uint64_t *left_ms)
{
    uint64_t hash = hash_of(key);

    for (size_t i = 0; i < cache->room; i++) {
        struct mark *mark = &cache->marks[i];

        if (!is_entry(cache, i, hash, key))
            continue;
        if (mark->until_ms <= now_ms)
            return NULL;
        mark->used = ++cache->calls;
        *left_ms = mark->until_ms - now_ms;
        return &cache->entries[i].result;
    }
    return NULL;
}

/* The entry of the same key, else the one that was not used for longest; empty ones never were. */
static size_t place_for(const struct mxc_dns_cache *cache, uint64_t hash,
                        const struct mxc_dns_key *key)
{
    size_t oldest = 0;

    for (size_t i = 0; i < cache->room; i++) {
        if (is_entry(cache, i, hash, key))
            return i;
        if (cache->marks[i].used < cache->marks[oldest].used)
            oldest = i;
    }
    return oldest;
}

void mxc_dns_cache_put(struct mxc_dns_cache *cache, const struct mxc_dns_key *key,
                       const struct mxc_dns_result *result, uint64_t now_ms)
{
    uint64_t hash = hash_of(key);
    size_t place = place_for(cache, hash, key);
    struct entry *entry = &cache->entries[place];

    cache->marks[place] =
        (struct mark){ hash, ++cache->calls, now_ms + (uint64_t)result->ttl_s * 1000 };
    entry->type = key->type;
    memcpy(entry->name, key->name, strlen(key->name) + 1);
    entry->result = *result;
}
