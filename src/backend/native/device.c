/* SPDX-License-Identifier: MIT */
/* Making the sandbox's network interface, by init, in its own namespace. What it is told here
 * stays: no capability to change it is left to the program. */
#include "backend/native/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"
#include "net/place.h"
#include "sys/linux/kernel.h"
#include "sys/linux/read.h"
#include "sys/linux/rtnl.h"

#define FAR_END "far0" /* the end of the pair that the packet socket reads */

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* 4.20 */
#endif

/* Nobody asks for a route or an address: both are given, and what the link would say by itself is
 * noise. */
static void add_no_link_local(struct mxc_rtnl *out)
{
    const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    size_t spec = mxc_rtnl_open(out, IFLA_AF_SPEC);
    size_t inet6 = mxc_rtnl_open(out, AF_INET6);

    mxc_rtnl_put(out, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    mxc_rtnl_close(out, inet6);
    mxc_rtnl_close(out, spec);
}

/* Two requests: one alone would raise the link first. */
static void add_link_up(struct mxc_rtnl *out, int index, const uint8_t *mac)
{
    const struct ifinfomsg down = { .ifi_index = index };
    const struct ifinfomsg up = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

    mxc_rtnl_begin(out, RTM_NEWLINK, 0, &down, sizeof down);
    mxc_rtnl_put_u32(out, IFLA_MTU, MXC_NET_MTU);
    if (mac)
        mxc_rtnl_put(out, IFLA_ADDRESS, mac, ETH_ALEN);
    add_no_link_local(out);
    mxc_rtnl_begin(out, RTM_NEWLINK, 0, &up, sizeof up);
}

struct family {
    uint8_t family;
    uint8_t prefix;
    uint8_t size;
    bool optional; /* a kernel may have none */
    uint8_t guest[16];
    struct {
        uint8_t address[16], mac[ETH_ALEN];
    } gateway, resolver;
};

static const struct family families[] = {
    { AF_INET,
      MXC_NET_PREFIX4,
      4,
      false,
      MXC_NET_GUEST4,
      { MXC_NET_GATEWAY4, MXC_NET_MAC4(2) },
      { MXC_NET_RESOLVER4, MXC_NET_MAC4(3) } },
    { AF_INET6,
      MXC_NET_PREFIX6,
      16,
      true,
      MXC_NET_GUEST6,
      { MXC_NET_GATEWAY6, MXC_NET_MAC6(2) },
      { MXC_NET_RESOLVER6, MXC_NET_MAC6(3) } },
};

static void add_neighbour(struct mxc_rtnl *out, const struct family *family, int index,
                          const uint8_t *address, const uint8_t *mac)
{
    const struct ndmsg message = { .ndm_family = family->family,
                                   .ndm_ifindex = index,
                                   .ndm_state = NUD_PERMANENT };

    mxc_rtnl_begin(out, RTM_NEWNEIGH, NLM_F_CREATE, &message, sizeof message);
    mxc_rtnl_put(out, NDA_DST, address, family->size);
    mxc_rtnl_put(out, NDA_LLADDR, mac, ETH_ALEN);
}

static void add_family(struct mxc_rtnl *out, const struct family *family, int index)
{
    const struct ifaddrmsg address = { .ifa_family = family->family,
                                       .ifa_prefixlen = family->prefix,
                                       .ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT,
                                       .ifa_index = (unsigned)index };
    const struct rtmsg route = { .rtm_family = family->family,
                                 .rtm_table = RT_TABLE_MAIN,
                                 .rtm_protocol = RTPROT_BOOT,
                                 .rtm_type = RTN_UNICAST };

    mxc_rtnl_begin(out, RTM_NEWADDR, NLM_F_CREATE, &address, sizeof address);
    mxc_rtnl_put(out, IFA_LOCAL, family->guest, family->size);
    mxc_rtnl_put(out, IFA_ADDRESS, family->guest, family->size);
    mxc_rtnl_begin(out, RTM_NEWROUTE, NLM_F_CREATE, &route, sizeof route);
    mxc_rtnl_put(out, RTA_GATEWAY, family->gateway.address, family->size);
    mxc_rtnl_put_u32(out, RTA_OIF, (uint32_t)index);
    add_neighbour(out, family, index, family->gateway.address, family->gateway.mac);
    add_neighbour(out, family, index, family->resolver.address, family->resolver.mac);
}

static int configure(int index, struct mxc_err *err)
{
    static const uint8_t mac[ETH_ALEN] = MXC_NET_GUEST_MAC;
    struct mxc_rtnl request = { .used = 0 };
    uint32_t may_fail = 0, which;
    int error;

    add_link_up(&request, index, mac);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        uint32_t before = request.count;

        add_family(&request, &families[i], index);
        while (families[i].optional && before < request.count)
            may_fail |= 1u << ++before;
    }
    error = mxc_rtnl_send(&request, may_fail, &which);
    if (!error)
        return 0;
    return mxc_fail(err, MXC_BACKEND, error, "rtnetlink",
                    "cannot configure the network interface (step %u): %s", (unsigned)which,
                    strerror(error));
}

/* ---- the tap */

static int open_tap(int *out)
{
    struct ifreq request = { .ifr_name = MXC_NET_DEVICE, .ifr_flags = IFF_TAP | IFF_NO_PI };
    auto_close int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        return -1;
    *out = mxc_take_fd(&fd);
    return 0;
}

/* ---- the pair */

/* What the kernel would leave to a network card: nobody here would do it. */
static int switch_off(const char *name, uint32_t command)
{
    struct ethtool_value value = { .cmd = command };
    struct ifreq request = { .ifr_data = (void *)&value };
    auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    (void)strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    return fd < 0 ? -1 : ioctl(fd, SIOCETHTOOL, &request);
}

static int make_pair(int home, struct mxc_err *err)
{
    const struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
    struct mxc_rtnl request = { .used = 0 };
    size_t link, data, peer;
    uint32_t which;
    int error;

    mxc_rtnl_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof info);
    mxc_rtnl_put(&request, IFLA_IFNAME, FAR_END, sizeof FAR_END);
    link = mxc_rtnl_open(&request, IFLA_LINKINFO);
    mxc_rtnl_put(&request, IFLA_INFO_KIND, "veth", 4);
    data = mxc_rtnl_open(&request, IFLA_INFO_DATA);
    peer = mxc_rtnl_open(&request, VETH_INFO_PEER);
    mxc_rtnl_raw(&request, &info, sizeof info);
    mxc_rtnl_put(&request, IFLA_IFNAME, MXC_NET_DEVICE, sizeof MXC_NET_DEVICE);
    mxc_rtnl_put_u32(&request, IFLA_NET_NS_FD, (uint32_t)home);
    mxc_rtnl_close(&request, peer);
    mxc_rtnl_close(&request, data);
    mxc_rtnl_close(&request, link);
    error = mxc_rtnl_send(&request, 0, &which);
    if (!error)
        return 0;
    return mxc_fail(err, MXC_UNAVAILABLE, error, "rtnetlink",
                    "this host allows neither a tap (/dev/net/tun) nor a veth pair (%s), so rules "
                    "of the network cannot be enforced; make /dev/net/tun writable or load veth",
                    strerror(error));
}

/* Reads and writes whole frames of the far end, and does not hear itself. */
static int open_far_end(int *out, struct mxc_err *err)
{
    const int on = 1;
    auto_close int fd =
        socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
    struct mxc_rtnl request = { .used = 0 };
    uint32_t which;
    int error;

    at.sll_ifindex = (int)if_nametoindex(FAR_END);
    if (fd < 0 || !at.sll_ifindex)
        return native_fail(err, "socket", "make", "packet socket");
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) < 0)
        return native_fail(err, "bind", "bind", "packet socket");
    add_link_up(&request, at.sll_ifindex, NULL);
    error = mxc_rtnl_send(&request, 0, &which);
    if (error)
        return mxc_fail(err, MXC_BACKEND, error, "rtnetlink",
                        "cannot raise the far end of the network interface: %s", strerror(error));
    *out = mxc_take_fd(&fd);
    return 0;
}

/* The far end lies in a namespace that nothing but the packet socket keeps. */
static int open_pair(int *out, struct mxc_err *err)
{
    auto_close int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    auto_close int far = -1;

    if (home < 0)
        return native_fail(err, "open", "open", "/proc/self/ns/net");
    if (unshare(CLONE_NEWNET) < 0)
        return native_fail(err, "unshare", "make", "second network namespace");
    if (make_pair(home, err) < 0 || open_far_end(&far, err) < 0)
        return -1;
    if (setns(home, CLONE_NEWNET) < 0)
        return native_fail(err, "setns", "return to", "network namespace");
    if (switch_off(MXC_NET_DEVICE, ETHTOOL_STXCSUM) < 0)
        return native_fail(err, "SIOCETHTOOL", "switch off", "checksum offload");
    (void)switch_off(MXC_NET_DEVICE, ETHTOOL_STSO); /* goes with the checksums on current kernels */
    (void)switch_off(MXC_NET_DEVICE, ETHTOOL_SGSO);
    *out = mxc_take_fd(&far);
    return 0;
}

/* Of this namespace, for the one who writes decides. A masked /proc/sys leaves ping to nobody. */
static void let_ping(void)
{
    char range[32];

    (void)snprintf(range, sizeof range, "%u %u", (unsigned)getegid(), (unsigned)getegid());
    (void)mxc_sys_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", range);
}

int native_device_open(bool without_tap, int *out, struct mxc_err *err)
{
    auto_close int device = -1;
    int index;

    if ((without_tap || open_tap(&device) < 0) && open_pair(&device, err) < 0)
        return -1;
    index = (int)if_nametoindex(MXC_NET_DEVICE);
    if (!index)
        return native_fail(err, "if_nametoindex", "find", MXC_NET_DEVICE);
    if (configure(index, err) < 0)
        return -1;
    let_ping(); /* so that a refusal is the rules' */
    *out = mxc_take_fd(&device);
    return 0;
}
