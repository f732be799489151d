/* SPDX-License-Identifier: MIT */
/* Requests to the kernel's network configuration (rtnetlink), several in one packet, without
 * allocation: they may be made between clone and exec. */
#ifndef MXC_SYS_LINUX_RTNL_H
#define MXC_SYS_LINUX_RTNL_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for what one network device needs: its link, two addresses, two routes, four neighbours. */
#define MXC_RTNL_ROOM 2048

struct mxc_rtnl {
    union {
        struct nlmsghdr header; /* aligns the bytes */
        char bytes[MXC_RTNL_ROOM];
    } packet;
    size_t used;
    size_t last;     /* offset of the message that attributes go to */
    uint32_t count;  /* messages; each has its number, from 1 */
    bool overflowed; /* something did not fit; sending fails with ENOBUFS */
};

/* Begins a message of that type with a copy of 'body' (ifinfomsg, ifaddrmsg, …). NLM_F_REQUEST and
 * NLM_F_ACK are added to 'flags'. */
void mxc_rtnl_begin(struct mxc_rtnl *out, uint16_t type, uint16_t flags, const void *body,
                    size_t size);
/* Adds an attribute to the message that was begun last. */
void mxc_rtnl_put(struct mxc_rtnl *out, uint16_t type, const void *data, size_t size);
void mxc_rtnl_put_u32(struct mxc_rtnl *out, uint16_t type, uint32_t value);
/* Attributes put between the two lie within this one. */
size_t mxc_rtnl_open(struct mxc_rtnl *out, uint16_t type);
void mxc_rtnl_close(struct mxc_rtnl *out, size_t nest);
/* Raw bytes within a nest (the ifinfomsg of a veth's peer). */
void mxc_rtnl_raw(struct mxc_rtnl *out, const void *data, size_t size);

/* Sends all in the caller's network namespace and hears every answer. 0, or the errno of the first
 * request that failed, whose number is stored in '*which' (0: of the socket itself). Errors of
 * requests whose bit (1 << number) is in 'may_fail' are passed over. */
int mxc_rtnl_send(const struct mxc_rtnl *out, uint32_t may_fail, uint32_t *which);

#endif
