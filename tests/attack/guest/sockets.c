/* SPDX-License-Identifier: MIT */
/* Sockets: families that are closed, listeners outside, options that reach into the kernel. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"

static int make(const struct probe *probe)
{
    return worked(socket((int)probe->n[0], (int)probe->n[1], (int)probe->n[2]));
}

static socklen_t name_it(struct sockaddr_un *to, const char *name, bool abstract)
{
    size_t length = strlen(name);

    *to = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (length >= sizeof to->sun_path - 1)
        length = sizeof to->sun_path - 2;
    memcpy(to->sun_path + abstract, name, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
}

/* The word is the key of the name; n[0]: abstract; n[1]: type. */
static int call_unix(const struct probe *probe)
{
    struct sockaddr_un to;
    socklen_t length = name_it(&to, given(probe->word), probe->n[0]);
    int fd = socket(AF_UNIX, (int)probe->n[1] | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (probe->n[1] == SOCK_DGRAM)
        return worked(sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, length));
    return connect(fd, (struct sockaddr *)&to, length);
}

static int call_internet(const struct probe *probe)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(given_number("port")) };
    int fd = socket(AF_INET, (int)probe->n[0] | SOCK_CLOEXEC, 0);

    (void)inet_pton(AF_INET, probe->word ? probe->word : given("address"), &to.sin_addr);
    if (fd < 0)
        return -1;
    if (probe->n[0] == SOCK_DGRAM)
        return sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof to) < 0 ? -1 : HELD;
    return connect(fd, (struct sockaddr *)&to, sizeof to);
}

static int call_mapped(const struct probe *probe)
{
    struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(given_number("port")) };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)inet_pton(AF_INET6, path_of("::ffff:%s", probe->word ? probe->word : given("address")),
                    &to.sin6_addr);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof to);
}

/* Says that it is process 1 and root: a server that trusts credentials would believe it. */
static int forge_credentials(const struct probe *probe)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(struct ucred))];
    } control = { 0 };
    const struct ucred claim = { (pid_t)probe->n[0], probe->n[1] ? (uid_t)probe->n[1] : getuid(),
                                 probe->n[1] ? (gid_t)probe->n[1] : getgid() };
    char byte = 'x';
    struct iovec data = { &byte, 1 };
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return -1;
    control.head = (struct cmsghdr){ CMSG_LEN(sizeof claim), SOL_SOCKET, SCM_CREDENTIALS };
    memcpy(CMSG_DATA(&control.head), &claim, sizeof claim);
    return worked(sendmsg(ends[0], &message, 0));
}

static int set_option(const struct probe *probe)
{
    char data[512] = { 0 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return fd < 0 ? -1 : setsockopt(fd, (int)probe->n[0], (int)probe->n[1], data, sizeof data);
}

/* What it asks for is as it is already. */
static int interface_flags(const struct probe *probe)
{
    struct ifreq request = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    (void)probe;
    if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return -1;
    return ioctl(fd, SIOCSIFFLAGS, &request);
}

static int interfaces(const struct probe *probe)
{
    struct if_nameindex *list = if_nameindex();
    int foreign = 0;

    (void)probe;
    for (struct if_nameindex *at = list; at && at->if_name; at++)
        foreign += strcmp(at->if_name, "lo") != 0;
    return foreign ? WORKED : HELD;
}

static int message_queue(const struct probe *probe)
{
    (void)probe;
    return worked(msgget((key_t)given_number("ipc"), 0));
}

static int shared_segment(const struct probe *probe)
{
    (void)probe;
    return worked(shmget((key_t)given_number("ipc"), 0, 0));
}

#define SURFACE "kernelCTF: families with many holes"
#define REACH   "the host's loopback"
#define DESKTOP "AutoProver#73: sockets of the same user"

const struct probe socket_probes[] = {
    { "packet",
      "CVE-2020-14386: packet sockets",
      "a packet socket",
      RIGHT,
      "EAFNOSUPPORT",
      OWN,
      make,
      NULL,
      { AF_PACKET, SOCK_RAW, 0 } },
    { "packet-by-internet",
      "SOCK_PACKET of AF_INET",
      "the obsolete way to one",
      RIGHT,
      "EPERM",
      NOWHERE,
      make,
      NULL,
      { AF_INET, 10, 0x300 } },
    { "raw",
      "raw sockets",
      "a raw IPv4 socket",
      RIGHT,
      "EPERM",
      OWN,
      make,
      NULL,
      { AF_INET, SOCK_RAW, IPPROTO_ICMP } },
    { "raw-high",
      "arguments of 64 bits",
      "the same with other upper bits",
      RIGHT,
      "EPERM",
      NOWHERE,
      make,
      NULL,
      { AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW } },
    { "alg",
      "CVE-2019-8912 kind: AF_ALG",
      "a socket of the crypto interface",
      RIGHT,
      "EAFNOSUPPORT",
      MAYBE,
      make,
      NULL,
      { 38, SOCK_SEQPACKET, 0 } },
    { "vsock",
      "CVE-2021-26708 and 2019-18960: vsock",
      "a vsock socket",
      RIGHT,
      "EAFNOSUPPORT",
      MAYBE,
      make,
      NULL,
      { 40, SOCK_STREAM, 0 } },
    { "netfilter",
      "CVE-2022-25636, CVE-2023-32233: nf_tables",
      "a netlink socket of netfilter",
      RIGHT,
      "EPROTONOSUPPORT",
      MAYBE,
      make,
      NULL,
      { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER } },
    { "uevent",
      "uevents",
      "a netlink socket of uevents",
      RIGHT,
      "EPROTONOSUPPORT",
      OUTSIDE,
      make,
      NULL,
      { AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT } },
    { "audit",
      "audit",
      "a netlink socket of audit",
      RIGHT,
      "EPROTONOSUPPORT",
      MAYBE,
      make,
      NULL,
      { AF_NETLINK, SOCK_RAW, NETLINK_AUDIT } },
    { "generic-netlink",
      SURFACE,
      "a generic netlink socket",
      RIGHT,
      "EPROTONOSUPPORT",
      OUTSIDE,
      make,
      NULL,
      { AF_NETLINK, SOCK_RAW, NETLINK_GENERIC } },
    { "xfrm",
      "CVE-2017-16939 kind: xfrm",
      "a netlink socket of xfrm",
      RIGHT,
      "EPROTONOSUPPORT",
      MAYBE,
      make,
      NULL,
      { AF_NETLINK, SOCK_RAW, NETLINK_XFRM } },
    { "key",
      SURFACE,
      "a key management socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 15, SOCK_RAW, 2 } },
    { "tipc",
      "CVE-2021-43267: TIPC",
      "a TIPC socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 30, SOCK_STREAM, 0 } },
    { "bluetooth",
      "CVE-2020-12351 kind: Bluetooth",
      "a Bluetooth socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 31, SOCK_RAW, 1 } },
    { "can",
      SURFACE,
      "a CAN socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 29, SOCK_RAW, 1 } },
    { "rds",
      "CVE-2010-3904: RDS",
      "an RDS socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 21, SOCK_SEQPACKET, 0 } },
    { "xdp",
      SURFACE,
      "an XDP socket",
      RIGHT,
      "EAFNOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { 44, SOCK_RAW, 0 } },
    { "sctp",
      SURFACE,
      "an SCTP socket",
      RIGHT,
      "EPROTONOSUPPORT",
      NOWHERE,
      make,
      NULL,
      { AF_INET, SOCK_STREAM, 132 } },
    { "dccp",
      "CVE-2017-6074: DCCP",
      "a DCCP socket",
      RIGHT,
      "EPERM",
      NOWHERE,
      make,
      NULL,
      { AF_INET, 6, 33 } },
    { "mptcp",
      SURFACE,
      "an MPTCP socket",
      RIGHT,
      "EPROTONOSUPPORT",
      MAYBE,
      make,
      NULL,
      { AF_INET, SOCK_STREAM, 262 } },
    { "abstract",
      DESKTOP,
      "connect to an abstract socket of the host",
      LISTENER,
      "ECONNREFUSED",
      OUTSIDE,
      call_unix,
      "abstract",
      { 1, SOCK_STREAM } },
    { "abstract-datagram",
      DESKTOP,
      "send to one",
      LISTENER,
      "ECONNREFUSED",
      OUTSIDE,
      call_unix,
      "abstract-datagram",
      { 1, SOCK_DGRAM } },
    { "pathname",
      "docker.sock (SandboxEscapeBench)",
      "connect to a socket that no grant covers",
      LISTENER,
      "ENOENT",
      OUTSIDE,
      call_unix,
      "pathname",
      { 0, SOCK_STREAM } },
    { "pathname-denied",
      "docker.sock (SandboxEscapeBench)",
      "connect to a denied socket",
      LISTENER,
      "EACCES",
      OUTSIDE,
      call_unix,
      "pathname-denied",
      { 0, SOCK_STREAM } },
    { "loopback",
      REACH,
      "TCP to the host's 127.0.0.1",
      LISTENER,
      "ECONNREFUSED",
      OUTSIDE,
      call_internet,
      "127.0.0.1",
      { SOCK_STREAM } },
    { "loopback-mapped", REACH, "the same by ::ffff:127.0.0.1", LISTENER, "ECONNREFUSED", OUTSIDE,
      call_mapped, "127.0.0.1" },
    { "loopback-any",
      REACH,
      "TCP to 0.0.0.0",
      LISTENER,
      "ECONNREFUSED",
      OUTSIDE,
      call_internet,
      "0.0.0.0",
      { SOCK_STREAM } },
    { "loopback-datagram",
      REACH,
      "UDP to 127.0.0.1",
      LISTENER,
      "held",
      OUTSIDE,
      call_internet,
      "127.0.0.1",
      { SOCK_DGRAM } },
    { "metadata",
      "cloud metadata",
      "TCP to 169.254.169.254",
      LISTENER,
      "ENETUNREACH",
      NOWHERE,
      call_internet,
      "169.254.169.254",
      { SOCK_STREAM } },
    { "interface-list", "network namespace", "find an interface besides lo", RIGHT, "held", NOWHERE,
      interfaces },
    { "interface-flags", "CVE-2020-14386 kind: own network rights", "raise an interface", RIGHT,
      "EPERM", OWN, interface_flags },
    { "netfilter-option",
      "CVE-2016-3135, CVE-2021-22555: iptables",
      "replace the tables",
      RIGHT,
      "EPERM ENOPROTOOPT",
      NOWHERE,
      set_option,
      NULL,
      { IPPROTO_IP, 64 } },
    { "netfilter-option-6",
      "CVE-2016-4997: ip6tables",
      "replace those of IPv6",
      RIGHT,
      "EPERM ENOPROTOOPT EOPNOTSUPP",
      NOWHERE,
      set_option,
      NULL,
      { IPPROTO_IPV6, 64 } },
    { "multicast-routes",
      SURFACE,
      "MRT_INIT",
      RIGHT,
      "EPERM EOPNOTSUPP EACCES ENOPROTOOPT",
      NOWHERE,
      set_option,
      NULL,
      { IPPROTO_IP, 200 } },
    { "credentials-root",
      "SCM_CREDENTIALS",
      "claim to be root of the host",
      RIGHT,
      "EPERM EINVAL",
      BY_ROOT,
      forge_credentials,
      NULL,
      { 1, 65534 } },
    { "credentials-init",
      "SCM_CREDENTIALS",
      "claim to be process 1",
      RESULT,
      "EPERM",
      NOWHERE,
      forge_credentials,
      NULL,
      { 1, 0 } },
    { "message-queue", "System V IPC", "open a message queue of the host", SECRET, "ENOENT",
      OUTSIDE, message_queue },
    { "shared-segment", "System V IPC", "open a shared segment of the host", SECRET, "ENOENT",
      OUTSIDE, shared_segment },
    { 0 },
};
