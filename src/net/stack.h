/* SPDX-License-Identifier: MIT */
/* libslirp, held small: frames in, frames out, its sockets in our poll. No DHCP, TFTP or DNS of its
 * own. */
#ifndef MXC_NET_STACK_H
#define MXC_NET_STACK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/control.h"

struct mxc_stack;

/* Called with every frame for the guest. */
typedef void mxc_stack_send(void *context, const uint8_t *frame, size_t length);

/* 'loopback': the gateway stands for the host's loopback. */
int mxc_stack_new(bool loopback, mxc_stack_send *send, void *context, struct mxc_stack **out,
                  struct mxc_err *err);
/* Listens on the host for a published port. Fails with the pointer of the policy's entry when it is
 * taken. */
int mxc_stack_publish(struct mxc_stack *stack, const struct mxc_net_publish *publish,
                      struct mxc_err *err);
/* introduce.c: tells it the hardware address of the guest. */
void mxc_stack_introduce(struct mxc_stack *stack);
/* No descriptor is left for another flow. */
bool mxc_stack_is_full(const struct mxc_stack *stack);
/* A frame that the filter has passed. */
void mxc_stack_input(struct mxc_stack *stack, const uint8_t *frame, size_t length);

/* Adds what it waits for behind the first '*count' of 'room' entries, and lowers '*timeout_ms' (-1:
 * none) to its next timer. */
void mxc_stack_polls(struct mxc_stack *stack, struct pollfd *polls, size_t room, size_t *count,
                     int *timeout_ms);
/* After poll(), with the same entries. */
void mxc_stack_handle(struct mxc_stack *stack, const struct pollfd *polls);

#endif
