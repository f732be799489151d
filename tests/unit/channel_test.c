/* SPDX-License-Identifier: MIT */
/* The channel from process 1: whatever comes through it, the executor keeps one clear error and no
 * descriptor that it did not want. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/native/native.h"

static int ends[2];

static int open_channel(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int close_channel(void **state)
{
    (void)state;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return 0;
}

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    while (readdir(dir))
        count++;
    (void)closedir(dir);
    return count;
}

static void send_with(const void *bytes, size_t length, const int *fds, size_t count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control = { .room = { 0 } };
    struct iovec data = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = length };
    struct msghdr packet = { .msg_iov = &data, .msg_iovlen = 1 };

    if (count) {
        packet.msg_control = control.room;
        packet.msg_controllen = CMSG_SPACE(count * sizeof *fds);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(count * sizeof *fds);
        memcpy(CMSG_DATA(&control.header), fds, count * sizeof *fds);
    }
    assert_int_equal(sendmsg(ends[1], &packet, 0), (ssize_t)length);
}

static void test_pair(void **state)
{
    struct native_message message = { .kind = NATIVE_ENDED, .status = 256 }, seen;
    int fd;

    (void)state;
    assert_int_equal(native_send(ends[1], &message, -1), 0);
    assert_int_equal(native_receive(ends[0], &seen, &fd), 1);
    assert_memory_equal(&seen, &message, sizeof seen);
    assert_int_equal(fd, -1);
}

static void test_error_without_end(void **state)
{
    struct native_message message, seen;
    int fd;

    (void)state;
    memset(&message, 0xff, sizeof message); /* no kind, no code, no zero anywhere */
    memset(message.err.text, '\n', sizeof message.err.text);
    send_with(&message, sizeof message, NULL, 0);
    assert_int_equal(native_receive(ends[0], &seen, &fd), 1);
    assert_int_equal(seen.err.code, MXC_BACKEND);
    assert_true(strnlen(seen.err.where, sizeof seen.err.where) < sizeof seen.err.where);
    assert_true(strnlen(seen.err.text, sizeof seen.err.text) < sizeof seen.err.text);
    assert_null(strchr(seen.err.text, '\n'));
}

static void test_error_without_words(void **state)
{
    struct native_message message = { .kind = NATIVE_ERROR }, seen;
    int fd;

    (void)state;
    send_with(&message, sizeof message, NULL, 0);
    assert_int_equal(native_receive(ends[0], &seen, &fd), 1);
    assert_int_equal(seen.err.code, MXC_BACKEND);
    assert_int_not_equal(seen.err.text[0], '\0');
}

static void test_wrong_size(void **state)
{
    char bytes[sizeof(struct native_message) + 1] = { 0 };
    struct native_message seen;
    unsigned before = count_descriptors();
    int fd;

    (void)state;
    send_with(bytes, 1, (int[]){ 0 }, 1);
    assert_int_equal(native_receive(ends[0], &seen, &fd), -1);
    assert_int_equal(errno, EPROTO);
    assert_int_equal(fd, -1);
    assert_int_equal(count_descriptors(), before);
}

static void test_too_many_descriptors(void **state)
{
    struct native_message message = { .kind = NATIVE_PROC }, seen;
    unsigned before = count_descriptors();
    int fd;

    (void)state;
    for (size_t count = 1; count <= 8; count++) {
        send_with(&message, sizeof message, (int[]){ 0, 1, 2, 0, 1, 2, 0, 1 }, count);
        assert_int_equal(native_receive(ends[0], &seen, &fd), 1);
        assert_true(fd > 2);
        assert_int_equal(close(fd), 0);
        assert_int_equal(count_descriptors(), before);
    }
}

static void test_too_long(void **state)
{
    char bytes[sizeof(struct native_message) + 1] = { 0 };
    struct native_message seen;
    int fd;

    (void)state;
    send_with(bytes, sizeof bytes, NULL, 0);
    assert_int_equal(native_receive(ends[0], &seen, &fd), -1);
    assert_int_equal(errno, EPROTO);
}

/* Like the end of the channel, but for what comes along. */
static void test_empty(void **state)
{
    struct native_message seen;
    unsigned before = count_descriptors();
    int fd;

    (void)state;
    send_with("", 0, (int[]){ 0 }, 1);
    assert_int_equal(native_receive(ends[0], &seen, &fd), 0);
    assert_int_equal(fd, -1);
    assert_int_equal(count_descriptors(), before);
}

/* Somebody may hold the other end for ever. */
static void test_nothing_there(void **state)
{
    struct native_message seen;
    int fd;

    (void)state;
    assert_int_equal(native_receive(ends[0], &seen, &fd), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(fd, -1);
}

static void test_gone(void **state)
{
    struct native_message seen;
    int fd;

    (void)state;
    assert_int_equal(shutdown(ends[1], SHUT_RDWR), 0);
    assert_int_equal(native_receive(ends[0], &seen, &fd), 0);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pair, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_error_without_end, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_error_without_words, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_wrong_size, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_too_many_descriptors, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_too_long, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_empty, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_nothing_there, open_channel, close_channel),
        cmocka_unit_test_setup_teardown(test_gone, open_channel, close_channel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
