/* SPDX-License-Identifier: MIT */
/* Where this process may make cgroups: /proc/self/cgroup says where it is in each hierarchy,
 * /proc/self/mountinfo where the hierarchies are mounted. Tried at our own cgroup, then upwards: on
 * systemd hosts a scope holds processes and so cannot have children with controllers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/limits.h"
#include "base/auto.h"
#include "sys/linux/read.h"

static const struct {
    unsigned bit;
    const char *controller;
} controllers[] = {
    { NATIVE_HOLDS_MEMORY, "memory" },
    { NATIVE_HOLDS_PIDS, "pids" },
    { NATIVE_HOLDS_CPU, "cpu" },
};

static bool has_word(const char *list, const char *word, const char *separators)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || strchr(separators, at[-1])) &&
            (!at[length] || strchr(separators, at[length])))
            return true;
    return false;
}

/* Finds "N:controllers:path" in /proc/self/cgroup; 'controller' "" is the line of v2. */
static bool own_path(const char *text, const char *controller, char *out, size_t room)
{
    char line[4096], *names, *path;

    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        names = strchr(line, ':');
        path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        names++;
        if (*controller ? has_word(names, controller, ",") : !*names)
            return (size_t)snprintf(out, room, "%s", path) < room;
    }
    return false;
}

/* Finds the mount of a hierarchy; 'controller' "" is cgroup2. */
static bool find_mount(const char *text, const char *controller, char *root, char *point,
                       size_t room)
{
    char line[4096], *tail;

    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        tail = strstr(line, " - ");
        if (!tail || strncmp(tail + 3, *controller ? "cgroup " : "cgroup2 ", *controller ? 7 : 8))
            continue;
        if (*controller && !has_word(tail + 3, controller, ", "))
            continue;
        if (room >= 4096 && sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) == 2)
            return true;
    }
    return false;
}

static int open_directory(const char *point, const char *root, const char *path)
{
    char full[8300];
    size_t length = strlen(root);

    /* In a container the mount shows a part of the hierarchy, and our path may name the whole. */
    if (length > 1 && strncmp(path, root, length) == 0)
        path += length;
    (void)snprintf(full, sizeof full, "%s/%s", point, path);
    return open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool may_make(int dir)
{
    return faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0;
}

/* A child of 'dir' would have all wanted controllers of v2. */
static bool hands_down(int dir, unsigned wanted)
{
    char text[1024];

    if (mxc_sys_read_at(dir, "cgroup.subtree_control", text, sizeof text) < 0)
        return false;
    for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++)
        if ((wanted & controllers[i].bit) && !has_word(text, controllers[i].controller, " \n"))
            return false;
    return may_make(dir);
}

static bool find_v2(const char *own, const char *mounts, unsigned wanted, struct native_cgroup *out)
{
    char path[4096], root[4096], point[4096];
    auto_close int dir = -1;

    if (!own_path(own, "", path, sizeof path) || !find_mount(mounts, "", root, point, sizeof point))
        return false;
    dir = open_directory(point, root, path);
    for (int up = 0; dir >= 0 && up < 64; up++) {
        int parent;
        struct stat here, above;

        if (hands_down(dir, wanted)) {
            out->version = 2;
            out->parts[0] = (struct native_cgroup_part){ mxc_take_fd(&dir), -1, wanted };
            out->count = 1;
            return true;
        }
        parent = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (parent < 0 || fstat(dir, &here) < 0 || fstat(parent, &above) < 0 ||
            here.st_dev != above.st_dev) {
            if (parent >= 0)
                (void)close(parent);
            return false;
        }
        (void)close(dir);
        dir = parent;
    }
    return false;
}

static void find_v1(const char *own, const char *mounts, unsigned wanted, struct native_cgroup *out)
{
    char path[4096], root[4096], point[4096];

    for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++) {
        const char *controller = controllers[i].controller;
        auto_close int dir = -1;

        if (!(wanted & controllers[i].bit) || !own_path(own, controller, path, sizeof path) ||
            !find_mount(mounts, controller, root, point, sizeof point))
            continue;
        dir = open_directory(point, root, path);
        if (dir < 0 || !may_make(dir))
            continue;
        out->version = 1;
        out->parts[out->count++] =
            (struct native_cgroup_part){ mxc_take_fd(&dir), -1, controllers[i].bit };
    }
}

int native_cgroup_search(const char *own, const char *mounts, unsigned wanted,
                         struct native_cgroup *out)
{
    if (!find_v2(own, mounts, wanted, out))
        find_v1(own, mounts, wanted, out);
    return out->count ? 0 : -1;
}

int native_cgroup_find(unsigned wanted, struct native_cgroup *out)
{
    auto_free char *own = mxc_sys_read_file("/proc/self/cgroup", NULL);
    auto_free char *mounts = mxc_sys_read_file("/proc/self/mountinfo", NULL);

    return own && mounts ? native_cgroup_search(own, mounts, wanted, out) : -1;
}
