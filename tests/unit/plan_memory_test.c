/* SPDX-License-Identifier: MIT */
/* Running out of memory at every single place is an ordinary error. The allocator of the arena is
 * replaced at link time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_host.h"
#include "plan/plan.h"

static bool armed;
static bool fired;
static unsigned left;

static bool out_of_memory(void)
{
    bool now = armed && left-- == 0;

    fired = fired || now;
    return now;
}

void *__real_mxc_arena_alloc(struct mxc_arena *arena, size_t size);
void *__wrap_mxc_arena_alloc(struct mxc_arena *arena, size_t size);
void *__wrap_mxc_arena_alloc(struct mxc_arena *arena, size_t size)
{
    return out_of_memory() ? NULL : __real_mxc_arena_alloc(arena, size);
}

char *__real_mxc_arena_copy(struct mxc_arena *arena, const char *text);
char *__wrap_mxc_arena_copy(struct mxc_arena *arena, const char *text);
char *__wrap_mxc_arena_copy(struct mxc_arena *arena, const char *text)
{
    return out_of_memory() ? NULL : __real_mxc_arena_copy(arena, text);
}

char *__real_mxc_arena_copy_n(struct mxc_arena *arena, const char *text, size_t length);
char *__wrap_mxc_arena_copy_n(struct mxc_arena *arena, const char *text, size_t length);
char *__wrap_mxc_arena_copy_n(struct mxc_arena *arena, const char *text, size_t length)
{
    return out_of_memory() ? NULL : __real_mxc_arena_copy_n(arena, text, length);
}

void *__real_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size);
void *__wrap_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size);
void *__wrap_mxc_arena_grow(struct mxc_arena *arena, void *items, size_t count, size_t *room,
                            size_t size)
{
    return out_of_memory() ? NULL : __real_mxc_arena_grow(arena, items, count, room, size);
}

char *__wrap_mxc_arena_format(struct mxc_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *__wrap_mxc_arena_format(struct mxc_arena *arena, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return out_of_memory() ? NULL : __real_mxc_arena_copy(arena, text);
}

static const char host_text[] = "link /bin -> usr/bin\n"
                                "link /usr/bin/sh -> dash\n"
                                "file /usr/bin/dash\n"
                                "file /etc/shadow\n"
                                "dir /run/user/1000\n"
                                "socket /run/user/1000/bus\n"
                                "dir /work/a/b\n"
                                "file /work/a/b/secret\n"
                                "file /work/a/keep\n"
                                "dir /data\n"
                                "mount 1 /work/a /data/alias ext4\n"
                                "link /link -> /work\n"
                                "link /work/l -> a/keep\n"
                                "mount 9 / /data/proc proc\n"
                                "file /etc/hosts\n"
                                "link /etc/resolv.conf -> /srv/resolv.conf\n"
                                "file /srv/resolv.conf\n"
                                "name proxy.example 192.0.2.1\n"
                                "name proxy.example 10.1.2.3\n";

static const char *rw[] = { "/link", "data/../data" }, *ro[] = { "/work/a/keep", "/run" };
static const char *denied[] = { "/work/a/b/secret", "/work/l", "/srv/missing", "/tmp" };
static const char *env[] = { "A=1", "B=2" };

static struct mxc_peer peers[] = { { .host = "a.example" }, { .cidr = { { 10 }, 8, 4 } } };
static struct mxc_port ports[] = { { MXC_PROTO_TCP, 1, 2 } };
static struct mxc_rule rules[] = { { peers, 2, ports, 1 }, { 0 } };
static struct mxc_publish publish[] = { { 1, 2, { { 127, 0, 0, 1 }, 32, 4 } } };
static const struct mxc_network networks[] = {
    { 0 },
    { .form = MXC_NET_DIRECTIONAL,
      .allow = { rules, 2 },
      .deny = { rules, 1 },
      .publish = publish,
      .publish_count = 1 },
    { .form = MXC_NET_LEGACY,
      .proxy_url = "http://proxy.example:3128/x",
      .proxy_pointer = "/network/proxy/url" },
};

static struct mxc_policy policy = {
    .process = { .command_line = "true",
                 .cwd = "/data",
                 .env = { env, 2 },
                 .env_present = true,
                 .timeout_ms = 1 },
    .filesystem = { { rw, 2 }, { ro, 2 }, { denied, 4 } },
    .limits = { .memory_mb = 1 },
};

/* The host itself has memory enough. */
static struct mxc_facts facts;

static int look(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    int error;

    armed = false;
    error = facts.look(context, arena, path, out);
    armed = true;
    return error;
}

static bool may(void *context, const char *path, unsigned bits)
{
    bool allowed;

    armed = false;
    allowed = facts.may(context, path, bits);
    armed = true;
    return allowed;
}

static int resolve(void *context, struct mxc_arena *arena, const char *name, struct mxc_cidr **out,
                   size_t *count)
{
    int error;

    armed = false;
    error = facts.resolve(context, arena, name, out, count);
    armed = true;
    return error;
}

static int mounts(void *context, struct mxc_arena *arena, struct mxc_fact_mount **out,
                  size_t *count)
{
    int error;

    armed = false;
    error = facts.mounts(context, arena, out, count);
    armed = true;
    return error;
}

/* One run in which the 'limit'th allocation fails. */
static int run(unsigned limit, struct mxc_err *err)
{
    struct fake_host host = { 0 };
    struct mxc_plan plan;
    int result;

    armed = false;
    assert_int_equal(fake_host_text(&host, ".", host_text), 0);
    facts = host.facts;
    host.facts.look = look;
    host.facts.may = may;
    host.facts.mounts = mounts;
    host.facts.resolve = resolve;
    left = limit;
    fired = false;
    armed = true;
    result = mxc_plan_native(&host.arena, &policy, &host.facts, &plan, err);
    armed = false;
    fake_host_done(&host);
    return result;
}

static unsigned fail_each(void)
{
    struct mxc_err err = { 0 };
    unsigned failed = 0;

    while (run(failed, &err) < 0) {
        assert_int_equal(err.code, MXC_BACKEND);
        assert_string_equal(err.text, "out of memory");
        err = (struct mxc_err){ 0 };
        failed++;
    }
    assert_false(fired); /* it went on without */
    printf("%u allocations, each failed once\n", failed);
    assert_true(failed > 200);
    return failed;
}

static void test_every_allocation(void **state)
{
    unsigned most = 0;

    (void)state;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        unsigned failed;

        policy.network = networks[i];
        failed = fail_each();
        assert_true(failed > most); /* the network takes some of its own */
        most = i ? most : failed;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_allocation) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
