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

static uint32_t hash(const char *text)
{
    uint32_t value = 2166136261u;

    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 16777619u;
    return value;
}

static void add_names(struct mxc_listing *listing, char *bytes, size_t used)
{
    size_t at = 0;

    while (at + RECORD_MIN <= used) {
        const struct dirent64 *record = (const struct dirent64 *)(const void *)(bytes + at);

        listing->hashes[listing->count] = hash(record->d_name);
        listing->offsets[listing->count++] = (uint32_t)at;
        at += record->d_reclen;
    }
}

static void read_names(struct mxc_listing *listing, struct mxc_arena *arena, const char *directory)
{
    auto_close int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    char *bytes = fd < 0 ? NULL : mxc_arena_alloc(arena, LISTING_BYTES);
    size_t used = 0;
    ssize_t got = -1;

    listing->hashes = mxc_arena_alloc(arena, LISTING_BYTES / RECORD_MIN * sizeof *listing->hashes);
    listing->offsets =
        mxc_arena_alloc(arena, LISTING_BYTES / RECORD_MIN * sizeof *listing->offsets);
    if (!bytes || !listing->hashes || !listing->offsets)
        return;
    while (LISTING_BYTES - used >= sizeof(struct dirent64) &&
           (got = getdents64(fd, bytes + used, LISTING_BYTES - used)) > 0)
        used += (size_t)got;
    if (got != 0)
        return; /* more than fits, or an error */
    add_names(listing, bytes, used);
    listing->bytes = bytes;
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
    uint32_t wanted = hash(name);

    if (!listing->tried)
        read_names(listing, arena, directory);
    listing->tried = true;
    if (!listing->complete)
        return false;
    *type = MXC_OBJECT_MISSING;
    for (uint32_t i = 0; i < listing->count; i++) {
        const struct dirent64 *record =
            (const struct dirent64 *)(const void *)(listing->bytes + listing->offsets[i]);

        if (listing->hashes[i] != wanted || strcmp(record->d_name, name) != 0)
            continue;
        *type = object_of(record->d_type);
        return *type != MXC_OBJECT_MISSING; /* DT_UNKNOWN */
    }
    return true;
}
