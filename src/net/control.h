/* SPDX-License-Identifier: MIT */
/* What the executor and mxc-net say to each other: packets of fixed size on a SOCK_SEQPACKET pair.
 *
 *   executor -> mxc-net   struct mxc_net_setup, once; then one packet with the device's descriptor
 *   mxc-net -> executor   READY once it is confined, then EVENTs; or ERROR, and its end
 *
 * mxc-net reads what the guest writes, so the executor takes what it says as from a stranger. */
#ifndef MXC_NET_CONTROL_H
#define MXC_NET_CONTROL_H

#include <stdint.h>

#include "base/err.h"
#include "net/address.h"
#include "net/event.h"

/* Descriptors that mxc-net is started with. */
#define MXC_NET_CONTROL_FD 3
#define MXC_NET_RULES_FD   4 /* sealed memory: what mxc_rules_compile() made */

#define MXC_NET_PUBLISH_MAX 64

/* One port of the guest that the host can reach. */
struct mxc_net_publish {
    struct mxc_address host; /* where the host listens */
    uint16_t host_port;
    uint16_t port;   /* in the guest, at its address of the same family */
    uint8_t relayed; /* on ::1 as well, where the host has it; 'host' is 127.0.0.1 then */
    uint16_t index;  /* in the policy's list, for the error of a taken port */
};

struct mxc_net_setup {
    uint8_t
        loopback; /* the gateway stands for the host's loopback; the rules say for which ports */
    uint32_t publish_count;
    struct mxc_net_publish publish[MXC_NET_PUBLISH_MAX];
};

enum mxc_net_word { MXC_NET_READY = 1, MXC_NET_EVENT, MXC_NET_ERROR };

struct mxc_net_message {
    uint32_t kind;
    union {
        struct mxc_net_event event;
        struct mxc_err err;
    };
};

#endif
