/* SPDX-License-Identifier: MIT */
/* Sockets to name servers, with servers of the test's own on the loopback: connect() is replaced at link time, because
 * port 53 is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns_bytes.h"
#include "net/upstream.h"

#define SERVERS 2

/* A server: where 127.0.0.1 and 127.0.0.2 really are. */
static struct {
    int packets, streams;
    uint16_t port;
} servers[SERVERS];

static struct {
    struct mxc_upstream *upstream;
    struct mxc_resolver *resolver;
    struct pollfd polls[MXC_RESOLVER_SLOTS];
    size_t poll_count;
    unsigned answers;
    struct dns_seen seen;
    unsigned port; /* that the latest question came from */
    uint8_t random;
} rig;

/* ---- the rules: everything resolves */

static void say_name(void *context, const char *name, struct mxc_name_ruling *out)
{
    (void)context;
    (void)name;
    *out = (struct mxc_name_ruling){ .resolves = true, .rule = MXC_NO_RULE };
}

static enum mxc_why say_guard(void *context, const struct mxc_address *address)
{
    (void)context;
    (void)address;
    return MXC_WHY_NONE;
}

static const char *say_denied(void *context, uint32_t index)
{
    (void)context;
    (void)index;
    return NULL;
}

static void hear_answer(void *context, const struct mxc_dns_asker *asker, const uint8_t *bytes,
                        size_t size)
{
    (void)context;
    (void)asker;
    rig.answers++;
    assert_null(dns_look(bytes, size, &rig.seen));
}

static bool send_try(void *context, const struct mxc_dns_try *try)
{
    (void)context;
    return mxc_upstream_send(rig.upstream, try);
}

static void close_slot(void *context, uint32_t slot)
{
    (void)context;
    mxc_upstream_close(rig.upstream, slot);
}

static void give_random(void *context, uint8_t *out, size_t size)
{
    (void)context;
    while (size--)
        *out++ = (uint8_t)(rig.random = (uint8_t)(rig.random * 5 + 3));
}

/* ---- servers */

int __real_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    struct sockaddr_in to;

    assert_int_equal(address->sa_family, AF_INET);
    assert_int_equal(size, sizeof to);
    memcpy(&to, address, sizeof to);
    assert_int_equal(ntohs(to.sin_port), 53);
    to.sin_port = htons(servers[(ntohl(to.sin_addr.s_addr) & 3) - 1].port);
    return __real_connect(fd, (const struct sockaddr *)&to, size);
}

/* The same number for both protocols: the kernel finds one that is free for the first. */
static bool try_listen(size_t i)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(0x7f000001 + (uint32_t)i) };
    socklen_t size = sizeof at;

    servers[i].streams = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    servers[i].packets = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(servers[i].streams, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(servers[i].streams, (struct sockaddr *)&at, &size), 0);
    servers[i].port = ntohs(at.sin_port);
    if (bind(servers[i].packets, (struct sockaddr *)&at, sizeof at) == 0)
        return true;
    (void)close(servers[i].packets);
    (void)close(servers[i].streams);
    return false;
}

static void listen_at(size_t i)
{
    for (int tries = 0; !try_listen(i); tries++)
        assert_true(tries < 100);
    assert_int_equal(listen(servers[i].streams, 5), 0);
}

/* What a server was asked, and by whom. */
static void hear(size_t server, struct dns_seen *out, struct sockaddr_in *from)
{
    uint8_t bytes[2000];
    socklen_t size = sizeof *from;
    ssize_t got =
        recvfrom(servers[server].packets, bytes, sizeof bytes, 0, (struct sockaddr *)from, &size);

    assert_true(got > 0);
    assert_null(dns_look(bytes, (size_t)got, out));
    rig.port = ntohs(from->sin_port);
}

static void make_answer(const struct dns_seen *seen, unsigned flags, struct dns_bytes *out)
{
    dns_begin(out, seen->id, DNS_ANSWER | flags);
    dns_ask(out, seen->name, seen->type);
    if (!flags)
        dns_address(out, seen->name, 60, "192.0.2.1");
}

static void say(size_t server, const struct dns_bytes *message, const struct sockaddr_in *to)
{
    assert_int_equal(sendto(servers[server].packets, message->bytes, message->size, 0,
                            (const struct sockaddr *)to, sizeof *to),
                     (ssize_t)message->size);
}

/* ---- the resolver */

/* What there is to do, until nothing happens for a moment; the clock stands still. */
static void work(void)
{
    for (;;) {
        rig.poll_count = 0;
        mxc_upstream_polls(rig.upstream, rig.polls, MXC_RESOLVER_SLOTS, &rig.poll_count);
        assert_int_equal(mxc_upstream_is_busy(rig.upstream), rig.poll_count > 0);
        if (poll(rig.polls, rig.poll_count, 20) <= 0)
            return;
        mxc_upstream_handle(rig.upstream, rig.polls, rig.resolver, 1000);
        (void)mxc_resolver_tick(rig.resolver, 1000);
    }
}

static void ask(const char *name)
{
    const struct mxc_dns_asker asker = { .guest = { .version = 4 } };
    struct dns_bytes query;

    dns_begin(&query, 9, DNS_RD);
    dns_ask(&query, name, DNS_A);
    mxc_resolver_ask(rig.resolver, query.bytes, query.size, &asker, 1000);
    work();
}

static void begin_servers(size_t count)
{
    struct mxc_resolv_conf conf = { .count = SERVERS, .timeout_s = 5, .attempts = 2 };
    struct mxc_resolver_options options = {
        .judge = { NULL, say_name, say_guard, NULL, say_denied, NULL, NULL },
        .ways = { NULL, hear_answer, NULL, send_try, close_slot, give_random },
        .servers = SERVERS,
        .timeout_s = 5,
        .attempts = 2,
    };

    memset(&rig, 0, sizeof rig);
    for (size_t i = 0; i < SERVERS; i++) {
        listen_at(i);
        if (i >= count) { /* nobody listens there */
            (void)close(servers[i].packets);
            (void)close(servers[i].streams);
        }
    }
    assert_true(mxc_address_parse("127.0.0.1", &conf.servers[0].address));
    assert_true(mxc_address_parse("127.0.0.2", &conf.servers[1].address));
    assert_int_equal(mxc_upstream_new(&conf, &rig.upstream, NULL), 0);
    rig.resolver = mxc_resolver_new(&options);
    assert_non_null(rig.resolver);
}

static int first_free(void)
{
    int fd = fcntl(0, F_DUPFD_CLOEXEC, 3);

    (void)close(fd);
    return fd;
}

static void finish(size_t count, int free_before)
{
    mxc_resolver_free(rig.resolver);
    mxc_upstream_free(rig.upstream);
    for (size_t i = 0; i < count; i++) {
        (void)close(servers[i].packets);
        (void)close(servers[i].streams);
    }
    assert_int_equal(first_free(), free_before);
}

/* From a socket of its own each time, and only from whom it was asked. */
static void test_datagrams(void **state)
{
    struct sockaddr_in from;
    struct dns_bytes message;
    struct dns_seen seen;
    int before = first_free();
    unsigned port = 0, fresh = 0;

    (void)state;
    begin_servers(2);
    for (int i = 0; i < 5; i++) {
        char name[16];

        snprintf(name, sizeof name, "n%d.org", i);
        ask(name);
        hear(0, &seen, &from);
        fresh += rig.port != port;
        port = rig.port;
        make_answer(&seen, 0, &message);
        say(1, &message, &from);
        work();
        assert_int_equal(rig.answers, i);
        say(0, &message, &from);
        work();
        assert_int_equal(rig.answers, i + 1);
        assert_string_equal(rig.seen.addresses[0], "192.0.2.1");
    }
    assert_in_range(fresh, 3, 5); /* chance may give one twice */
    finish(2, before);
}

static int take_call(size_t server, struct dns_seen *out)
{
    int fd = accept4(servers[server].streams, NULL, NULL, SOCK_CLOEXEC);
    uint8_t bytes[2000];
    ssize_t got = recv(fd, bytes, sizeof bytes, 0);

    assert_true(fd >= 0 && got > 2);
    assert_int_equal(bytes[0] << 8 | bytes[1], got - 2);
    assert_null(dns_look(bytes + 2, (size_t)got - 2, out));
    return fd;
}

/* Byte for byte; and to one who hangs up the second server is preferred, at once. */
static void test_streams(void **state)
{
    struct sockaddr_in from;
    struct dns_bytes message;
    struct dns_seen seen;
    int before = first_free(), call;

    (void)state;
    begin_servers(2);
    ask("example.org");
    hear(0, &seen, &from);
    make_answer(&seen, DNS_TC, &message);
    say(0, &message, &from);
    work();
    call = take_call(0, &seen);
    make_answer(&seen, 0, &message);
    for (size_t i = 0; i < message.size + 2; i++) {
        uint8_t head[2] = { 0, (uint8_t)message.size };

        assert_int_equal(rig.answers, 0);
        assert_int_equal(send(call, i < 2 ? head + i : message.bytes + i - 2, 1, 0), 1);
        work();
    }
    assert_int_equal(rig.answers, 1);
    (void)close(call);
    ask("example.net");
    hear(0, &seen, &from);
    make_answer(&seen, DNS_TC, &message);
    say(0, &message, &from);
    work();
    call = take_call(0, &seen);
    (void)close(call);
    work();
    hear(1, &seen, &from);
    make_answer(&seen, 0, &message);
    say(1, &message, &from);
    work();
    assert_int_equal(rig.answers, 2);
    finish(2, before);
}

/* The kernel says that nobody listens: no time is lost. */
static void test_nobody(void **state)
{
    int before = first_free();

    (void)state;
    begin_servers(0);
    ask("example.org");
    assert_int_equal(rig.answers, 1);
    assert_int_equal(rig.seen.code, 2);
    assert_false(mxc_upstream_is_busy(rig.upstream));
    finish(0, before);
}

/* Whoever ends in the middle leaves nothing open. */
static void test_end(void **state)
{
    int before = first_free();

    (void)state;
    begin_servers(2);
    ask("example.org");
    ask("example.net");
    assert_true(mxc_upstream_is_busy(rig.upstream));
    finish(2, before);
    mxc_upstream_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
