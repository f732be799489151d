/* SPDX-License-Identifier: MIT */
/* One getdents64() in place of a look at each name. */
#include "sys/linux/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"

/* About a thousand names; a larger directory costs more to read than to ask. */
#define LISTING_BYTES 32768
#define RECORD_MIN    24 /* the shortest record: its head, one letter, padding */
#define HEADS         256

struct mxc_listed {
    uint16_t at;   /* in the bytes */
    uint16_t next; /* of the same hash; from 1, or 0 */
};

static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261u;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 16777619u;
    return value % HEADS;
}

static const struct dirent64 *record_at(const struct mxc_listing *listing, uint16_t number)
{
    return (const struct dirent64 *)(const void *)(listing->bytes + listing->records[number].at);
}

static void add_names(struct mxc_listing *listing, size_t used)
{
    uint16_t number = 0;

    for (size_t at = 0; at + RECORD_MIN <= used;) {
        const struct dirent64 *record;
        uint16_t *head;

        listing->records[++number].at = (uint16_t)at;
        record = record_at(listing, number);
        head = &listing->heads[hash(record->d_name)];
        listing->records[number].next = *head;
        *head = number;
        at += record->d_reclen;
    }
}

static void read_names(struct mxc_listing *listing, struct mxc_arena *arena, const char *directory)
{
    _Alignas(struct dirent64) char bytes[LISTING_BYTES];
    auto_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    size_t used = 0;
    ssize_t got = -1;

    while (fd >= 0 && sizeof bytes - used >= sizeof(struct dirent64) &&
           (got = getdents64(fd, bytes + used, sizeof bytes - used)) > 0)
        used += (size_t)got;
    if (got != 0)
        return; /* more than fits, or an error */
    listing->bytes = mxc_arena_alloc(arena, used + 1);
    listing->heads = mxc_arena_alloc(arena, HEADS * sizeof *listing->heads);
    listing->records = mxc_arena_alloc(arena, (used / RECORD_MIN + 1) * sizeof *listing->records);
    if (!listing->bytes || !listing->heads || !listing->records)
        return;
    memcpy(listing->bytes, bytes, used);
    add_names(listing, used);
    listing->complete = true;
}

static enum mxc_object object_of(unsigned char type)
{
    switch (type) {
    case DT_REG:
        return MXC_OBJECT_FILE;
    case DT_DIR:
        return MXC_OBJECT_DIRECTORY;
    case DT_LNK:
        return MXC_OBJECT_SYMLINK;
    case DT_FIFO:
        return MXC_OBJECT_FIFO;
    case DT_SOCK:
        return MXC_OBJECT_SOCKET;
    case DT_CHR:
        return MXC_OBJECT_CHARACTER_DEVICE;
    case DT_BLK:
        return MXC_OBJECT_BLOCK_DEVICE;
    default:
        return MXC_OBJECT_MISSING;
    }
}

bool mxc_listing_find(struct mxc_listing *listing, struct mxc_arena *arena, const char *directory,
                      const char *name, enum mxc_object *type)
{
    if (!listing->tried)
        read_names(listing, arena, directory);
    listing->tried = true;
    if (!listing->complete || !listing->bytes)
        return false;
    *type = MXC_OBJECT_MISSING;
    for (uint16_t i = listing->heads[hash(name)]; i; i = listing->records[i].next) {
        const struct dirent64 *record = record_at(listing, i);

        if (strcmp(record->d_name, name) != 0)
            continue;
        *type = object_of(record->d_type);
        return *type != MXC_OBJECT_MISSING; /* DT_UNKNOWN */
    }
    return true;
}
