/* SPDX-License-Identifier: MIT */
/* Facts of this Linux host, for the planner. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/auto.h"
#include "sys/linux/listing.h"
#include "sys/linux/read.h"
#include "sys/sys.h"

static enum mxc_object object_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return MXC_OBJECT_DIRECTORY;
    case S_IFLNK:
        return MXC_OBJECT_SYMLINK;
    case S_IFIFO:
        return MXC_OBJECT_FIFO;
    case S_IFSOCK:
        return MXC_OBJECT_SOCKET;
    case S_IFCHR:
        return MXC_OBJECT_CHARACTER_DEVICE;
    case S_IFBLK:
        return MXC_OBJECT_BLOCK_DEVICE;
    default:
        return MXC_OBJECT_FILE;
    }
}

static int read_target(struct mxc_arena *arena, const char *path, const char **out)
{
    char target[4096];
    ssize_t length = readlink(path, target, sizeof target);

    if (length < 0)
        return errno;
    if ((size_t)length == sizeof target)
        return ENAMETOOLONG;
    *out = mxc_arena_copy_n(arena, target, (size_t)length);
    return *out ? 0 : ENOMEM;
}

static int look(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    struct stat info;

    (void)context;
    *out = (struct mxc_fact){ .type = MXC_OBJECT_MISSING };
    if (lstat(path, &info) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
    out->type = object_of(info.st_mode);
    out->device = info.st_dev;
    out->inode = info.st_ino;
    out->links = (uint32_t)info.st_nlink;
    return out->type == MXC_OBJECT_SYMLINK ? read_target(arena, path, &out->target) : 0;
}

/* The directories in which the planner asks for many names that are not there. To open "/etc/."
 * takes the right to search it as well: who may only list it finds nothing in it. */
static const struct {
    const char *path, *to_open;
} listed[] = { { "/", "/." }, { "/etc", "/etc/." }, { "/usr", "/usr/." } };

#define LISTED (sizeof listed / sizeof *listed)

static bool glance(void *context, struct mxc_arena *arena, const char *path, struct mxc_fact *out)
{
    struct mxc_sys_host *host = context;
    const char *name = strrchr(path, '/') + 1;
    size_t length = name - path > 1 ? (size_t)(name - path) - 1 : 1;

    *out = (struct mxc_fact){ .type = MXC_OBJECT_DIRECTORY };
    if (!path[1])
        return true;
    if (!host->listings)
        host->listings = mxc_arena_alloc(arena, LISTED * sizeof(struct mxc_listing));
    for (size_t i = 0; host->listings && i < LISTED; i++)
        if (strlen(listed[i].path) == length && memcmp(listed[i].path, path, length) == 0)
            return mxc_listing_find((struct mxc_listing *)host->listings + i, arena,
                                    listed[i].to_open, name, &out->type) &&
                   (out->type != MXC_OBJECT_SYMLINK || read_target(arena, path, &out->target) == 0);
    return false;
}

static bool may(void *context, const char *path, unsigned bits)
{
    int mode = (bits & MXC_ACCESS_READ ? R_OK : 0) | (bits & MXC_ACCESS_WRITE ? W_OK : 0);

    (void)context;
    return access(path, mode) == 0;
}

static bool is_octal(char digit)
{
    return digit >= '0' && digit <= '7';
}

/* mountinfo writes space, tab, newline and backslash as three octal digits. */
static void decode_octal(char *text)
{
    char *to = text;

    while (*text) {
        if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
            is_octal(text[3])) {
            *to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

/* 36 35 98:0 /root /point options optional... - type source super-options */
static int parse_mount(struct mxc_arena *arena, char *line, struct mxc_fact_mount *out)
{
    unsigned id, parent, major_number, minor_number;
    int root_at = 0, root_end = 0, point_end = 0;
    char *type = strstr(line, " - ");
    char *root, *point;

    if (!type ||
        sscanf(line, "%u %u %u:%u %n%*s%n %*s%n", &id, &parent, &major_number, &minor_number,
               &root_at, &root_end, &point_end) < 4 ||
        !point_end)
        return -1;
    line[root_end] = '\0';
    line[point_end] = '\0';
    root = line + root_at;
    point = line + root_end + 1;
    type += 3;
    type[strcspn(type, " \n")] = '\0';
    decode_octal(root);
    decode_octal(point);
    decode_octal(type);
    out->id = id;
    out->parent = parent;
    out->device = makedev(major_number, minor_number);
    out->root = mxc_arena_copy(arena, root);
    out->point = mxc_arena_copy(arena, point);
    out->type = mxc_arena_copy(arena, type);
    return out->root && out->point && out->type ? 0 : -1;
}

static int mounts(void *context, struct mxc_arena *arena, struct mxc_fact_mount **out,
                  size_t *count)
{
    auto_free char *text = mxc_sys_read_file("/proc/self/mountinfo", NULL);
    struct mxc_fact_mount *items = NULL;
    size_t used = 0, room = 0;
    char *rest = NULL;

    (void)context;
    if (!text)
        return errno;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct mxc_fact_mount *larger = mxc_arena_grow(arena, items, used, &room, sizeof *items);

        if (!larger)
            return ENOMEM;
        items = larger;
        if (parse_mount(arena, line, &items[used]) < 0)
            return EPROTO;
        used++;
    }
    *out = items;
    *count = used;
    return 0;
}

static int list(void *context, struct mxc_arena *arena, const char *path, const char ***out,
                size_t *count)
{
    const char **names = NULL;
    size_t used = 0, room = 0;
    DIR *dir = opendir(path);
    int error = 0;

    (void)context;
    if (!dir)
        return errno;
    for (;;) {
        const struct dirent *entry;
        const char **larger;

        errno = 0;
        entry = error ? NULL : readdir(dir);
        if (!entry) {
            error = error ? error : errno;
            break;
        }

        if (entry->d_name[0] == '.')
            continue;
        larger = mxc_arena_grow(arena, names, used, &room, sizeof *names);
        names = larger ? larger : names;
        if (!larger || !(names[used++] = mxc_arena_copy(arena, entry->d_name)))
            error = ENOMEM;
    }
    (void)closedir(dir);
    *out = names;
    *count = used;
    return error;
}

/* Only the initial user namespace maps every id; there, root may choose an unprivileged range. */
static bool in_initial_namespace(void)
{
    char text[128];
    unsigned long inside, outside, count;

    return mxc_sys_read_at(AT_FDCWD, "/proc/self/uid_map", text, sizeof text) > 0 &&
           sscanf(text, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 &&
           outside == 0 && count == 4294967295ul;
}

static bool has_capabilities(uint32_t wanted)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct sets[2];

    return syscall(SYS_capget, &header, sets) == 0 && (sets[0].effective & wanted) == wanted;
}

int mxc_sys_facts(struct mxc_sys_host *storage, struct mxc_facts *out, struct mxc_err *err)
{
    const char *home = getenv("HOME");

    if (!getcwd(storage->cwd, sizeof storage->cwd) || storage->cwd[0] != '/')
        (void)strcpy(storage->cwd,
                     "/(deleted)"); /* relative paths then name nothing, and are refused */
    (void)snprintf(storage->home, sizeof storage->home, "%s", home ? home : "");
    storage->listings = NULL;
    *out = (struct mxc_facts){
        .context = storage,
        .look = look,
        .glance = glance,
        .may = may,
        .mounts = mounts,
        .list = list,
        .cwd = storage->cwd,
        .home = storage->home[0] == '/' ? storage->home : NULL,
        .uid = geteuid(),
        .gid = getegid(),
    };
    out->host_root = out->uid == 0 && in_initial_namespace();
    out->can_map_ids = out->host_root && has_capabilities(1u << CAP_SETUID | 1u << CAP_SETGID);
    (void)err;
    return 0;
}
