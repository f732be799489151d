/* SPDX-License-Identifier: MIT */
/* Descriptors, counted. */
#include "net/sockets.h"

void mxc_sockets_init(struct mxc_sockets *sockets, size_t descriptors)
{
    size_t most = descriptors < MXC_SOCKETS_MAX ? descriptors : MXC_SOCKETS_MAX;

    *sockets =
        (struct mxc_sockets){ .room = most > 2 * MXC_SOCKETS_RESERVE ? most - MXC_SOCKETS_RESERVE
                                                                     : most / 2 };
}

/* The byte and the bit of a descriptor; NULL for those that we cannot have. */
static uint8_t *place(struct mxc_sockets *sockets, int fd, uint8_t *bit)
{
    if (fd < 0 || (unsigned)fd >= MXC_SOCKETS_MAX)
        return NULL;
    *bit = (uint8_t)(1u << (fd % 8));
    return &sockets->held[fd / 8];
}

void mxc_sockets_add(struct mxc_sockets *sockets, int fd)
{
    uint8_t bit, *held = place(sockets, fd, &bit);

    if (!held || *held & bit)
        return;
    *held |= bit;
    sockets->count++;
}

void mxc_sockets_remove(struct mxc_sockets *sockets, int fd)
{
    uint8_t bit, *held = place(sockets, fd, &bit);

    if (!held || !(*held & bit))
        return;
    *held &= (uint8_t)~bit;
    sockets->count--;
}

bool mxc_sockets_are_full(const struct mxc_sockets *sockets)
{
    return sockets->count >= sockets->room;
}
