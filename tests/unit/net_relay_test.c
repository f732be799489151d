/* SPDX-License-Identifier: MIT */
/* The relay of published ports, turn by turn, with a listener of the test's own in libslirp's place. What the host may
 * lack (IPv6, ::1, descriptors) is refused at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/relay.h"

#define TURNS 2000

static struct {
    struct mxc_relay relay;
    struct pollfd polls[MXC_RELAY_POLLS];
    uint64_t now_ms;
    uint16_t port;
    int listener; /* on 127.0.0.1 */
    /* errno with which the next call ends; 0: it happens */
    int no_socket, no_bind, no_accept;
} rig;

/* ---- what the relay calls */

int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);

static int refuse(int *error)
{
    errno = *error;
    *error = 0;
    return -1;
}

int __wrap_socket(int domain, int type, int protocol)
{
    return rig.no_socket ? refuse(&rig.no_socket) : __real_socket(domain, type, protocol);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    return rig.no_bind ? refuse(&rig.no_bind) : __real_bind(fd, address, size);
}

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
    return rig.no_accept ? refuse(&rig.no_accept) : __real_accept4(fd, address, size, flags);
}

/* ---- the rig */

static int listen_on(const char *address, uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(*port) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 300), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int publish(struct mxc_err *err)
{
    const struct mxc_net_publish publish = { .host_port = rig.port, .relayed = 1, .index = 7 };

    return mxc_relay_listen(&rig.relay, &publish, err);
}

static int set_up(void **state)
{
    struct mxc_err err;

    (void)state;
    memset(&rig, 0, sizeof rig);
    for (int tries = 0; tries < 20; tries++) { /* the number may be taken on ::1 */
        rig.port = 0;
        rig.listener = listen_on("127.0.0.1", &rig.port);
        mxc_relay_init(&rig.relay);
        if (publish(&err) == 0)
            return 0;
        (void)close(rig.listener);
    }
    return -1;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < rig.relay.port_count; i++)
        (void)close(rig.relay.ports[i].fd);
    for (size_t i = 0; i < MXC_RELAY_MAX; i++)
        for (int end = 0; end < 2; end++)
            if (rig.relay.pairs[i][end].fd >= 0)
                (void)close(rig.relay.pairs[i][end].fd);
    return rig.listener >= 0 ? close(rig.listener) : 0;
}

/* One turn: how many descriptors had something. */
static int turn(int wait_ms)
{
    size_t count = 0;
    int ready;

    mxc_relay_polls(&rig.relay, rig.polls, &count, rig.now_ms);
    assert_in_range(count, 0, MXC_RELAY_POLLS);
    ready = poll(rig.polls, count, wait_ms);
    mxc_relay_handle(&rig.relay, rig.polls, rig.now_ms);
    return ready;
}

/* Until nothing is left to do, which comes to an end. */
static void settle_within(int wait_ms)
{
    int turns = 0;

    while (turn(wait_ms) > 0)
        assert_in_range(++turns, 0, TURNS);
}

static void settle(void)
{
    settle_within(30);
}

static int dial(void)
{
    const struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                                     .sin6_port = htons(rig.port),
                                     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* A connection, and what libslirp would have of it. */
static void join_at(int listener, int *client, int *program)
{
    *client = dial();
    settle();
    *program = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    assert_true(*program >= 0);
}

static void join(int *client, int *program)
{
    join_at(rig.listener, client, program);
    assert_int_equal(rig.relay.pair_count, 1);
}

static size_t fill(int fd)
{
    static const char bytes[65536];
    size_t sent = 0;

    for (int turns = 0;; turns++) {
        ssize_t taken = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);

        assert_in_range(turns, 0, TURNS);
        if (taken > 0)
            sent += (size_t)taken;
        else if (turn(30) == 0)
            return sent;
    }
}

static size_t drain(int fd, size_t wanted)
{
    static char bytes[65536];
    size_t got = 0;

    for (int turns = 0; got < wanted && turns < TURNS; turns++) {
        ssize_t more = recv(fd, bytes, sizeof bytes, 0);

        got += more > 0 ? (size_t)more : 0;
        settle_within(
            1); /* at each step: once all that is left lies in the relay's socket, end included */
    }
    settle();
    return got;
}

/* What recv() says: "", or the word for why there is nothing. */
static void expect(int fd, const char *text)
{
    char bytes[64] = "";
    ssize_t got;

    settle();
    got = recv(fd, bytes, sizeof bytes - 1, 0);
    if (got == 0)
        (void)strcpy(bytes, "(end)");
    else if (got < 0)
        (void)snprintf(bytes, sizeof bytes, "%s",
                       errno == ECONNRESET ? "(reset)"
                       : errno == EAGAIN   ? "(nothing)"
                                           : strerror(errno));
    assert_string_equal(bytes, text);
}

static void say(int fd, const char *text, int flags)
{
    assert_int_equal(send(fd, text, strlen(text), flags | MSG_NOSIGNAL), strlen(text));
}

static void leave(int fd)
{
    const struct linger at_once = { .l_onoff = 1 };

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    (void)close(fd);
}

/* ---- tests */

static void test_each_side_ends(void **state)
{
    int ends[2];

    (void)state;
    for (int first = 0; first < 2; first++) {
        join(&ends[0], &ends[1]);
        say(ends[0], "question", 0);
        say(ends[1], "answer", 0);
        expect(ends[1], "question");
        expect(ends[0], "answer");
        expect(ends[0], "(nothing)");
        assert_int_equal(shutdown(ends[first], SHUT_WR), 0);
        expect(ends[!first], "(end)");
        say(ends[!first], "last word", 0);
        expect(ends[first], "last word");
        (void)close(ends[!first]);
        expect(ends[first], "(end)");
        assert_int_equal(rig.relay.pair_count, 0);
        (void)close(ends[first]);
    }
}

static void test_nobody_listens(void **state)
{
    int client;

    (void)state;
    (void)close(rig.listener);
    rig.listener = -1;
    client = dial();
    expect(client, "(reset)");
    assert_int_equal(rig.relay.pair_count, 0);
    (void)close(client);
}

static void test_resets(void **state)
{
    int ends[2];

    (void)state;
    for (int first = 0; first < 2; first++) {
        join(&ends[0], &ends[1]);
        leave(ends[first]);
        expect(ends[!first], "(reset)");
        assert_int_equal(rig.relay.pair_count, 0);
        (void)close(ends[!first]);
    }
}

static void test_urgent(void **state)
{
    int ends[2];

    (void)state;
    for (int first = 0; first < 2; first++) {
        join(&ends[0], &ends[1]);
        say(ends[first], "a", 0);
        say(ends[first], "b", MSG_OOB);
        say(ends[first], "c", 0);
        settle();
        expect(ends[!first], "abc");
        (void)close(ends[0]);
        (void)close(ends[1]);
        settle();
    }
}

/* Nobody reads: the relay rests, keeps no byte, and loses none. */
static void test_stuck(void **state)
{
    int ends[2];

    (void)state;
    for (int first = 0; first < 2; first++) {
        size_t sent;

        join(&ends[0], &ends[1]);
        sent = fill(ends[first]);
        settle();
        say(ends[!first], "still there", 0);
        expect(ends[first], "still there");
        assert_int_equal(shutdown(ends[first], SHUT_WR), 0);
        assert_int_equal(shutdown(ends[!first], SHUT_WR), 0);
        expect(ends[first], "(end)");
        assert_int_equal(drain(ends[!first], sent), sent);
        expect(ends[!first], "(end)");
        assert_int_equal(rig.relay.pair_count, 0);
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
}

static void test_stuck_and_left(void **state)
{
    int ends[2];

    (void)state;
    for (int first = 0; first < 2; first++) {
        for (int who = 0; who < 2; who++) {
            join(&ends[0], &ends[1]);
            (void)fill(ends[first]);
            leave(ends[who]);
            settle();
            assert_int_equal(rig.relay.pair_count, 0);
            (void)close(ends[!who]);
        }
    }
}

static void test_full(void **state)
{
    static int clients[MXC_RELAY_MAX + 1];

    (void)state;
    for (size_t i = 0; i <= MXC_RELAY_MAX; i++) {
        clients[i] = dial();
        settle_within(0);
    }
    settle();
    assert_int_equal(rig.relay.pair_count, MXC_RELAY_MAX);
    assert_int_equal(rig.relay.polled_ports, 0);
    leave(clients[3]);
    settle();
    assert_int_equal(rig.relay.pair_count, MXC_RELAY_MAX);
    for (size_t i = 0; i <= MXC_RELAY_MAX; i++)
        if (i != 3)
            leave(clients[i]);
    settle();
    assert_int_equal(rig.relay.pair_count, 0);
}

/* Who takes all of one port leaves the other one its share. */
static void test_shares(void **state)
{
    static int clients[MXC_RELAY_MAX];
    const uint16_t first = rig.port;
    uint16_t second = 0;
    struct mxc_err err;
    int client, program;
    int listener = listen_on("127.0.0.1", &second);

    (void)state;
    rig.port = second;
    assert_int_equal(publish(&err), 0);
    rig.port = first;
    for (size_t i = 0; i < MXC_RELAY_MAX; i++) {
        clients[i] = dial();
        settle_within(0);
    }
    settle();
    assert_int_equal(rig.relay.ports[0].pairs, MXC_RELAY_MAX / 2);
    rig.port = second;
    join_at(listener, &client, &program);
    (void)close(client);
    (void)close(program);
    for (size_t i = 0; i < MXC_RELAY_MAX; i++)
        leave(clients[i]);
    settle();
    assert_int_equal(rig.relay.pair_count, 0);
    (void)close(listener);
}

static void test_no_descriptors(void **state)
{
    static const int errors[] = { EMFILE, ENFILE, ENOMEM, ENOBUFS };

    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        int client = dial();

        rig.no_accept = errors[i];
        assert_int_equal(turn(1000), 1);
        assert_int_equal(turn(0), 0); /* it is not asked for again at once */
        rig.now_ms += 1000;
        assert_int_equal(turn(1000), 1);
        assert_int_equal(rig.relay.pair_count, 1);
        leave(client);
        settle();
        client = dial(); /* accepted, but it can be led nowhere */
        rig.no_socket = errors[i];
        expect(client, "(reset)");
        assert_int_equal(rig.relay.pair_count, 0);
        (void)close(client);
    }
}

/* Somebody who went away before he was accepted. */
static void test_gone_early(void **state)
{
    int client = dial();

    (void)state;
    rig.no_accept = ECONNABORTED;
    settle();
    assert_int_equal(rig.relay.pair_count, 1);
    leave(client);
    settle();
}

static void test_listening(void **state)
{
    struct mxc_err err;

    (void)state;
    assert_int_equal(publish(&err), -1);
    assert_int_equal(err.code, MXC_POLICY_REFUSED);
    assert_int_equal(err.sys, EADDRINUSE);
    assert_string_equal(err.where, "/network/ingress/publish/7");
    assert_non_null(strstr(err.text, "::1 port"));
    rig.no_bind = EACCES;
    assert_int_equal(publish(&err), -1);
    assert_non_null(strstr(err.text, "ip_unprivileged_port_start"));
    rig.no_socket = EMFILE;
    assert_int_equal(publish(&err), -1);
    assert_int_equal(err.sys, EMFILE);
    assert_int_equal(rig.relay.port_count, 1);
}

static void test_no_such_address(void **state)
{
    struct mxc_err err;

    (void)state;
    rig.no_socket = EAFNOSUPPORT;
    assert_int_equal(publish(&err), 0);
    rig.no_bind = EADDRNOTAVAIL;
    assert_int_equal(publish(&err), 0);
    assert_int_equal(rig.relay.port_count, 1);
}

static int has_loopback(void)
{
    const struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&at, sizeof at);

    (void)close(fd);
    return result == 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_side_ends), TEST(test_nobody_listens), TEST(test_resets),
        TEST(test_urgent),         TEST(test_stuck),          TEST(test_stuck_and_left),
        TEST(test_full),           TEST(test_shares),         TEST(test_no_descriptors),
        TEST(test_gone_early),     TEST(test_listening),      TEST(test_no_such_address),
    };

    if (!has_loopback()) {
        puts("this machine has no ::1");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
