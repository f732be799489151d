/* SPDX-License-Identifier: MIT */
/* What is read of /proc and of cgroup files, out of texts that no kernel wrote: a mount's fields are partly
 * chosen by whoever may mount. The first byte chooses the file. Linked with
 * --wrap=mxc_sys_read_file,mxc_sys_read_at. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "backend/native/native_run.h"
#include "fuzz.h"
#include "sys/linux/read.h"
#include "sys/sys.h"

static const char *given; /* what every file holds */

char *__wrap_mxc_sys_read_file(const char *path, size_t *length);
long __wrap_mxc_sys_read_at(int dir, const char *path, char *out, size_t room);

char *__wrap_mxc_sys_read_file(const char *path, size_t *length)
{
    (void)path;
    if (length)
        *length = strlen(given);
    return strdup(given);
}

long __wrap_mxc_sys_read_at(int dir, const char *path, char *out, size_t room)
{
    size_t length = strnlen(given, room - 1);

    (void)dir;
    (void)path;
    memcpy(out, given, length);
    out[length] = '\0';
    return (long)length;
}

/* A field of the kernel's: up to a space, three octal digits after a backslash are a byte. */
static char *next_field(const char **line, struct mxc_arena *arena)
{
    size_t length = strcspn(*line, " ");
    char *field = mxc_arena_copy_n(arena, *line, length), *to = field;

    *line += length;
    *line += **line == ' ';
    for (const char *at = field; *at;) {
        if (*at == '\\') {
            *to++ = (char)strtoul((char[]){ at[1], at[2], at[3], 0 }, NULL, 8);
            at += 4;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return field;
}

/* The kernel writes a backslash only as the beginning of three octal digits. */
static bool escapes_are_kernels(const char *line)
{
    while ((line = strchr(line, '\\'))) {
        if (line[1] < '0' || line[1] > '3' || strspn(line + 1, "01234567") < 3 ||
            !strncmp(line, "\\000", 4))
            return false;
        line += 4;
    }
    return true;
}

/* Is the line as the kernel writes it? Then the parser may not refuse it and has to see the same. */
static bool split_line(const char *line, struct mxc_arena *arena, struct mxc_fact_mount *out)
{
    const char *at = line;
    unsigned major_number, minor_number, id, parent;
    int length = 0;

    if (sscanf(line, "%9u %9u %4u:%6u %n", &id, &parent, &major_number, &minor_number, &length) <
            4 ||
        !length || strspn(line, "0123456789: ") < (size_t)length || strstr(line, "  ") ||
        line[strcspn(line, "\t\v\f\r")] || !escapes_are_kernels(line))
        return false;
    at += length;
    if (*at != '/')
        return false;
    out->root = next_field(&at, arena);
    if (*at != '/')
        return false;
    out->point = next_field(&at, arena);
    while (*at && strncmp(at, "- ", 2) != 0)
        (void)next_field(&at, arena);
    if (!*at || !at[2] || strstr(at + 2, " - "))
        return false;
    at += 2;
    out->type = next_field(&at, arena);
    out->id = id;
    out->parent = parent;
    out->device = makedev(major_number, minor_number);
    return *out->type && !strstr(line, " - /");
}

static void check_line(const char *line, const struct mxc_fact_mount *mount,
                       struct mxc_arena *arena)
{
    struct mxc_fact_mount other;

    FUZZ_CHECK(mount->root && mount->point && mount->type, line);
    if (!split_line(line, arena, &other))
        return;
    FUZZ_CHECK(mount->id == other.id && mount->parent == other.parent, line);
    FUZZ_CHECK(mount->device == other.device, line);
    FUZZ_CHECK(!strcmp(mount->root, other.root) && !strcmp(mount->point, other.point), line);
    FUZZ_CHECK(!strcmp(mount->type, other.type), line);
}

static void check_mounts(struct fuzz_input *input, struct mxc_arena *arena)
{
    struct mxc_fact_mount *mounts = NULL;
    struct mxc_sys_host host;
    struct mxc_facts facts;
    size_t count = 0, lines = 0;
    char *copy, *rest = NULL;
    int error;

    given = fuzz_rest(input, arena);
    FUZZ_CHECK(mxc_sys_facts(&host, &facts, NULL) == 0, NULL);
    error = facts.mounts(facts.context, arena, &mounts, &count);
    copy = mxc_arena_copy(arena, given);
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct mxc_fact_mount mount;

        if (!error)
            check_line(line, &mounts[lines], arena);
        else if (split_line(line, arena, &mount))
            continue;
        lines++;
    }
    FUZZ_CHECK(error || lines == count, given);
    FUZZ_CHECK(!error || lines, given); /* all of it was as the kernel writes it */
}

static void check_cgroups(struct fuzz_input *input, struct mxc_arena *arena)
{
    struct native_cgroup found = { .keeper_pipe = -1 };
    unsigned wanted = fuzz_byte(input) & 7;
    const char *own = fuzz_text_until(input, arena, '\f');
    const char *mounts = fuzz_text_until(input, arena, '\f');
    int result;

    given = fuzz_rest(input, arena);
    result = native_cgroup_search(own, mounts, wanted, &found);

    FUZZ_CHECK((result == 0) == (found.count > 0), own);
    FUZZ_CHECK(found.count <= NATIVE_CGROUP_PARTS, own);
    FUZZ_CHECK(!found.count || found.version == 1 || found.version == 2, own);
    FUZZ_CHECK(!(native_cgroup_holds(&found) & ~wanted), own);
    for (size_t i = 0; i < found.count; i++) {
        FUZZ_CHECK(fcntl(found.parts[i].parent, F_GETFD) >= 0, own);
        (void)close(found.parts[i].parent);
    }
}

static void check_counters(struct fuzz_input *input, struct mxc_arena *arena)
{
    static const struct {
        int version;
        uint64_t (*count)(const struct native_cgroup *cgroup);
        const char *key;
    } counters[] = {
        { 2, native_cgroup_oom_kills, "oom_kill " },
        { 1, native_cgroup_oom_kills, "oom_kill " },
        { 2, native_cgroup_pids_refused, "max " },
        { 2, native_cgroup_peak, "" },
        { 1, native_cgroup_peak, "" },
    };
    size_t which = fuzz_byte(input) % (sizeof counters / sizeof *counters);
    const char *text = fuzz_rest(input, arena);
    struct native_cgroup cgroup = { .version = counters[which].version, .count = 1 };
    uint64_t value;

    cgroup.parts[0].holds = NATIVE_HOLDS_MEMORY | NATIVE_HOLDS_PIDS;
    given = text;
    cgroup.parts[0].dir = 0;
    value = counters[which].count(&cgroup);
    FUZZ_CHECK(!value || strstr(text, counters[which].key), text);
    FUZZ_CHECK(!value || text[strcspn(text, "123456789")], text);
}

static void check_number(struct fuzz_input *input, struct mxc_arena *arena)
{
    const char *text = fuzz_rest(input, arena);
    uint64_t value = 7;
    char path[64];
    int fd = memfd_create("number", MFD_CLOEXEC);

    FUZZ_CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), NULL);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    given = text;
    if (mxc_sys_read_number(path, &value))
        FUZZ_CHECK(text[strspn(text, " \t\n\v\f\r+-")] >= '0', text);
    else
        FUZZ_CHECK(value == 7, text);
    (void)close(fd);
}

/* Our own threads stand for the processes of a sandbox. */
static uint64_t count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    uint64_t count = 0;

    FUZZ_CHECK(tasks, NULL);
    for (struct dirent *entry; (entry = readdir(tasks));)
        count += entry->d_name[0] != '.';
    (void)closedir(tasks);
    return count;
}

static void check_resident(struct fuzz_input *input, struct mxc_arena *arena)
{
    struct mxc_run run = { .watch_timer = -1, .limits.memory = UINT64_MAX };
    unsigned long total, resident = 0;
    char start[128];

    given = fuzz_rest(input, arena);
    (void)snprintf(start, sizeof start, "%s", given);
    if (sscanf(start, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    run.proc = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    native_watch_sample(&run);
    (void)close(run.proc);
    FUZZ_CHECK(run.peak_memory == count_threads() * resident * (uint64_t)sysconf(_SC_PAGESIZE),
               given);
    FUZZ_CHECK(!run.over_memory, given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(struct fuzz_input *, struct mxc_arena *) = {
        check_mounts, check_cgroups, check_counters, check_number, check_resident,
    };
    struct fuzz_input input = { data, size };
    struct mxc_arena arena = { 0 };

    checks[fuzz_byte(&input) % (sizeof checks / sizeof *checks)](&input, &arena);
    mxc_arena_done(&arena);
    return 0;
}
