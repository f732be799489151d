/* SPDX-License-Identifier: MIT */
/* What a process holds, told by the kernel, for the driver to compare before and after; and a process
 * to be attacked. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attack.h"

static const char *const fields[] = {
    "Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
};

static const char *const spaces[] = { "user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time" };

static void print_field(const char *line)
{
    for (size_t i = 0; i < COUNT(fields); i++) {
        size_t length = strlen(fields[i]);

        if (strncmp(line, fields[i], length) == 0 && line[length] == ':')
            (void)printf("state\t%s %s", fields[i], line + length + 2);
    }
}

static void print_status(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[512];

    while (file && fgets(line, sizeof line, file))
        print_field(line);
    if (file)
        (void)fclose(file);
}

static void print_spaces(void)
{
    char text[128];

    for (size_t i = 0; i < COUNT(spaces); i++) {
        ssize_t length = readlink(path_of("/proc/self/ns/%s", spaces[i]), text, sizeof text);

        if (length > 0)
            (void)printf("state\tns %.*s\n", (int)length, text);
    }
}

static void print_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;

    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder))
            (void)printf("state\tfd %s\n", entry->d_name);
    if (folder)
        (void)closedir(folder);
}

static void print_mounts(void)
{
    FILE *file = fopen("/proc/self/mountinfo", "r");
    char line[4096];

    while (file && fgets(line, sizeof line, file))
        (void)printf("mount\t%s", line);
    if (file)
        (void)fclose(file);
}

int state_main(void)
{
    print_status();
    print_spaces();
    print_descriptors();
    print_mounts();
    return 0;
}

int stand_main(void)
{
    static _Alignas(4096) char page[8192];

    (void)printf("%d %ju\n", (int)getpid(), (uintmax_t)(uintptr_t)page);
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}
