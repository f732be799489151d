/* SPDX-License-Identifier: MIT */
/* Where cgroups are looked for and what is written there, on made-up hierarchies: a machine has one
 * layout, hosts have many. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend/native/limits.h"
#include "sys/linux/read.h"

#define EVERYTHING (NATIVE_HOLDS_MEMORY | NATIVE_HOLDS_PIDS | NATIVE_HOLDS_CPU)

static char top[64];

static void make(const char *path, const char *text)
{
    char full[256];
    FILE *file;

    (void)snprintf(full, sizeof full, "%s/%s", top, path);
    if (!text) {
        assert_int_equal(mkdir(full, 0755), 0);
        return;
    }
    file = fopen(full, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    (void)strcpy(top, "/tmp/mxc-cgroup-test-XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* In 'mounts', '@' stands for the made-up tree. */
static int search(const char *own, const char *mounts, unsigned wanted, struct native_cgroup *out)
{
    char text[1024] = "";

    for (size_t used = 0; *mounts; mounts++, used = strlen(text))
        (void)snprintf(text + used, sizeof text - used, *mounts == '@' ? "%s" : "%.1s",
                       *mounts == '@' ? top : mounts);
    *out = (struct native_cgroup){ .keeper_pipe = -1 };
    return native_cgroup_search(own, text, wanted, out);
}

static void expect_place(const struct native_cgroup_part *part, const char *path)
{
    char full[256];
    struct stat here, there;

    (void)snprintf(full, sizeof full, "%s/%s", top, path);
    assert_int_equal(fstat(part->parent, &here), 0);
    assert_int_equal(stat(full, &there), 0);
    assert_int_equal(here.st_ino, there.st_ino);
}

/* A login session on a systemd host: the scope hands nothing down, its slice does. */
static void test_v2_walks_up(void **state)
{
    struct native_cgroup found;

    (void)state;
    make("user.slice", NULL);
    make("user.slice/cgroup.subtree_control", "cpu memory pids\n");
    make("user.slice/session-1.scope", NULL);
    make("user.slice/session-1.scope/cgroup.subtree_control", "\n");
    assert_int_equal(search("0::/user.slice/session-1.scope\n",
                            "30 23 0:26 / @ rw,nosuid - cgroup2 cgroup2 rw\n", EVERYTHING, &found),
                     0);
    assert_int_equal(found.version, 2);
    assert_int_equal(found.count, 1);
    assert_int_equal(native_cgroup_holds(&found), EVERYTHING);
    expect_place(&found.parts[0], "user.slice");
    native_cgroup_done(&found);
}

/* "memory" must be a word of its own: "memory_recursiveprot" is none. */
static void test_v2_needs_all_controllers(void **state)
{
    struct native_cgroup found;

    (void)state;
    make("cgroup.subtree_control", "cpu pids memory_recursiveprot\n");
    assert_int_equal(
        search("0::/\n", "30 23 0:26 / @ rw - cgroup2 cgroup2 rw\n", NATIVE_HOLDS_MEMORY, &found),
        -1);
    assert_int_equal(
        search("0::/\n", "30 23 0:26 / @ rw - cgroup2 cgroup2 rw\n", NATIVE_HOLDS_CPU, &found), 0);
    native_cgroup_done(&found);
}

/* The unified hierarchy exists but has no controllers: each comes from its own v1 mount. */
static void test_hybrid_takes_v1(void **state)
{
    struct native_cgroup found;

    (void)state;
    make("unified", NULL);
    make("unified/cgroup.subtree_control", "\n");
    make("memory", NULL);
    make("memory/box", NULL);
    make("pids", NULL);
    assert_int_equal(search("4:memory:/box\n3:cpu,cpuacct:/\n2:pids:/\n0::/\n",
                            "30 23 0:26 / @/unified rw - cgroup2 cgroup2 rw\n"
                            "31 23 0:27 / @/memory rw - cgroup cgroup rw,memory\n"
                            "32 23 0:28 / @/pids rw - cgroup cgroup rw,pids\n",
                            EVERYTHING, &found),
                     0);
    assert_int_equal(found.version, 1);
    assert_int_equal(native_cgroup_holds(&found), NATIVE_HOLDS_MEMORY | NATIVE_HOLDS_PIDS);
    expect_place(&found.parts[0], "memory/box");
    expect_place(&found.parts[1], "pids");
    native_cgroup_done(&found);
}

/* In a container the mount shows the container's part only, our path names it from the host's root. */
static void test_mount_of_a_part(void **state)
{
    struct native_cgroup found;

    (void)state;
    make("memory", NULL);
    make("memory/inner", NULL);
    assert_int_equal(search("4:memory:/docker/abc/inner\n",
                            "31 23 0:27 /docker/abc @/memory rw - cgroup cgroup rw,memory\n",
                            NATIVE_HOLDS_MEMORY, &found),
                     0);
    expect_place(&found.parts[0], "memory/inner");
    native_cgroup_done(&found);
}

static void test_nothing_mounted(void **state)
{
    struct native_cgroup found;

    (void)state;
    assert_int_equal(search("0::/\n", "20 1 0:1 / / rw - ext4 /dev/sda rw\n", EVERYTHING, &found),
                     -1);
    assert_int_equal(search("", "", EVERYTHING, &found), -1);
    assert_int_equal(found.version, 0);
}

static void expect_file(int dir, const char *name, const char *want)
{
    char text[64] = "";

    assert_true(mxc_sys_read_at(dir, name, text, sizeof text) >= 0);
    assert_string_equal(text, want);
}

static const struct native_limits some_limits = { .memory = 64 << 20,
                                                  .processes = 10,
                                                  .cpu_percent = 150 };

static void test_v2_files(void **state)
{
    struct native_cgroup cgroup = { .version = 2, .keeper_pipe = -1, .count = 1 };
    struct native_cgroup_part *part = &cgroup.parts[0];
    struct mxc_err err = { 0 };

    (void)state;
    *part = (struct native_cgroup_part){ -1, open(top, O_RDONLY | O_DIRECTORY), EVERYTHING };
    make("memory.max", "");
    make("pids.max", "");
    assert_int_equal(native_cgroup_fill(&cgroup, part, &some_limits, &err), -1);
    assert_non_null(strstr(err.text, "cpu.max")); /* a limit that cannot be written is no limit */
    make("cpu.max", "");
    assert_int_equal(native_cgroup_fill(&cgroup, part, &some_limits, &err), 0);
    expect_file(part->dir, "memory.max", "67108864");
    expect_file(part->dir, "pids.max", "11");
    expect_file(part->dir, "cpu.max", "150000 100000");
    make("memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\n");
    make("pids.events", "max 7\n");
    make("memory.peak", "4096\n");
    assert_int_equal(native_cgroup_oom_kills(&cgroup), 2);
    assert_int_equal(native_cgroup_pids_refused(&cgroup), 7);
    assert_int_equal(native_cgroup_peak(&cgroup), 4096);
    native_cgroup_done(&cgroup);
}

static void test_v1_files(void **state)
{
    struct native_cgroup cgroup = { .version = 1, .keeper_pipe = -1, .count = 1 };
    struct native_cgroup_part *part = &cgroup.parts[0];
    struct mxc_err err = { 0 };

    (void)state;
    *part =
        (struct native_cgroup_part){ -1, open(top, O_RDONLY | O_DIRECTORY), NATIVE_HOLDS_MEMORY };
    make("memory.limit_in_bytes", "");
    make("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
    make("memory.max_usage_in_bytes", "8192\n");
    assert_int_equal(native_cgroup_fill(&cgroup, part, &some_limits, &err), 0);
    expect_file(part->dir, "memory.limit_in_bytes", "67108864");
    assert_int_equal(native_cgroup_oom_kills(&cgroup), 5);
    assert_int_equal(native_cgroup_peak(&cgroup), 8192);
    assert_int_equal(native_cgroup_pids_refused(&cgroup), 0);
    native_cgroup_done(&cgroup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_v2_walks_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_v2_needs_all_controllers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hybrid_takes_v1, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mount_of_a_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_mounted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_v2_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_v1_files, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
