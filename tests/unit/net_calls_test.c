/* SPDX-License-Identifier: MIT */
/* The calls of mxc-net: each row is tried in a child without the filter, where it is not refused for lack of rights,
 * and in one with it. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/calls.h"

#define HIGH (1L << 32) /* bits that the kernel does not look at */

enum { TCP4, TCP6, UDP4, UDP6, SOCKETS };
enum { GOOD = 0, SET = SYS_setsockopt, GET = SYS_getsockopt };

static const struct option {
    long call;
    int socket;
    long level, name;
    int want;
} options[] = {
    { SET, TCP4, SOL_SOCKET, SO_REUSEADDR, GOOD },
    { SET, TCP6, SOL_SOCKET, SO_OOBINLINE, GOOD },
    { SET, TCP4, SOL_SOCKET, SO_LINGER, GOOD },
    { SET, TCP4, IPPROTO_TCP, TCP_NODELAY, GOOD },
    { SET, TCP6, IPPROTO_TCP, TCP_USER_TIMEOUT, GOOD },
    { SET, UDP4, IPPROTO_IP, IP_TTL, GOOD },
    { SET, UDP4, IPPROTO_IP, IP_RECVERR, GOOD },
    { SET, UDP6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, GOOD },
    { SET, UDP6, IPPROTO_IPV6, IPV6_RECVERR, GOOD },
    { SET, UDP6, IPPROTO_IPV6 + HIGH, IPV6_RECVERR + HIGH, GOOD },
    { GET, TCP4, SOL_SOCKET, SO_ERROR, GOOD },
    /* the same numbers at other levels, and the other way round */
    { SET, TCP4, IPPROTO_TCP, SO_REUSEADDR, EACCES },
    { SET, UDP4, IPPROTO_IP, SO_OOBINLINE, EACCES },
    { SET, UDP6, IPPROTO_IPV6, IPV6_V6ONLY, EACCES },
    { GET, TCP4, SOL_SOCKET, SO_REUSEADDR, EACCES },
    { GET, TCP4, IPPROTO_TCP, SO_ERROR, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_ERROR, EACCES },
    { GET, TCP4, IPPROTO_TCP, TCP_INFO, EACCES },
    { SET, UDP4, SOL_SOCKET, SO_BROADCAST, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_MARK, EACCES },
    { SET, TCP4, SOL_SOCKET + HIGH, SO_MARK + HIGH, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_BINDTODEVICE, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_ATTACH_FILTER, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_RCVBUF, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_SNDBUFFORCE, EACCES },
    { SET, TCP4, SOL_SOCKET, SO_ZEROCOPY, EACCES },
    { SET, TCP4, IPPROTO_TCP, TCP_ULP, EACCES },
    { SET, TCP4, IPPROTO_TCP, TCP_REPAIR, EACCES },
    { SET, TCP4, IPPROTO_TCP, TCP_CONGESTION, EACCES },
    { SET, TCP4, IPPROTO_IP, IP_OPTIONS, EACCES },
    { SET, TCP4, IPPROTO_IP, IP_TRANSPARENT, EACCES },
    { SET, UDP4, IPPROTO_IP, IP_ADD_MEMBERSHIP, EACCES },
    { SET, UDP4, IPPROTO_UDP, 1, EACCES },
    { SET, UDP6, IPPROTO_IPV6, IPV6_ADDRFORM, EACCES },
    { SET, UDP6, IPPROTO_IPV6, IPV6_RTHDR, EACCES },
};

static const struct other {
    long call, arguments[6];
    int want;
} others[] = {
    { SYS_socket, { AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0 }, GOOD },
    { SYS_socket, { AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP }, GOOD },
    { SYS_socket, { AF_INET, SOCK_RAW, IPPROTO_ICMP }, EACCES },
    { SYS_socket, { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE }, EACCES },
    { SYS_socket, { AF_INET, SOCK_STREAM, IPPROTO_SCTP }, EACCES },
    { SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, EACCES },
    { SYS_socket, { AF_NETLINK, SOCK_DGRAM, 0 }, EACCES },
    { SYS_socket, { AF_PACKET, SOCK_DGRAM, 0 }, EACCES },
    { SYS_ioctl, { 0, FIONREAD }, GOOD },
    { SYS_ioctl, { 0, SIOCGIFCONF }, EACCES },
    { SYS_mmap, { 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 }, GOOD },
    { SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 }, EACCES },
    { SYS_getpid, { 0 }, GOOD },
    { SYS_openat, { -100, (long)"/", 0 }, ENOSYS },
    { SYS_getuid, { 0 }, ENOSYS },
    { SYS_bind, { 0, 0, 0 }, ENOSYS },
    { SYS_listen, { 0, 1 }, ENOSYS },
    { SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, 0 }, ENOSYS },
    { SYS_execve, { 0, 0, 0 }, ENOSYS },
    { SYS_clone, { 0, 0, 0, 0, 0 }, ENOSYS },
    { SYS_kill, { 0, 0 }, ENOSYS },
};

#define OPTIONS (sizeof options / sizeof *options)
#define OTHERS  (sizeof others / sizeof *others)

static int sockets[SOCKETS];

static int try_option(const struct option *row)
{
    static uint32_t value[64] = { 1 };
    static socklen_t size = 8;
    long last = row->call == SET ? (long)size : (long)&size;

    return syscall(row->call, sockets[row->socket], row->level, row->name, value, last) < 0 ? errno
                                                                                            : 0;
}

static int try_other(const struct other *row)
{
    const long *at = row->arguments;

    return syscall(row->call, at[0], at[1], at[2], at[3], at[4], at[5]) < 0 ? errno : 0;
}

/* What the filter does not refuse may fail for the kernel's own reasons. */
static bool is_as_wanted(int error, int want)
{
    return want ? error == want : error != EACCES && error != ENOSYS;
}

/* The number of the first row that is not as it should be, counted from one; 0: none. */
static int try_all(bool filtered)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (!is_as_wanted(try_option(&options[i]), filtered ? options[i].want : GOOD))
            return (int)i + 1;
    for (size_t i = 0; i < OTHERS && filtered; i++)
        if (!is_as_wanted(try_other(&others[i]), others[i].want))
            return (int)(100 + i) + 1;
    return 0;
}

static int in_child(bool filtered)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct rlimit none = { 0, 0 };

        (void)alarm(10);
        (void)setrlimit(RLIMIT_CORE, &none);
        if (filtered &&
            (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || mxc_net_calls_bound(NULL) < 0))
            _exit(255);
        /* Sanitizers make calls of their own before what does not return. */
        (void)syscall(SYS_exit_group, try_all(filtered));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_calls(void **state)
{
    static const int kinds[SOCKETS][2] = { { AF_INET, SOCK_STREAM },
                                           { AF_INET6, SOCK_STREAM },
                                           { AF_INET, SOCK_DGRAM },
                                           { AF_INET6, SOCK_DGRAM } };

    (void)state;
    for (int i = 0; i < SOCKETS; i++) {
        sockets[i] = socket(kinds[i][0], kinds[i][1] | SOCK_CLOEXEC, 0);
        assert_true(sockets[i] >= 0);
    }
    assert_int_equal(in_child(false), 0);
    assert_int_equal(in_child(true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_calls) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
