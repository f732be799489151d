/* SPDX-License-Identifier: MIT */
/* What the program finds itself in: descriptors, environment, status, processes, terminal. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest.h"

extern char **environ;

/* Asked one by one, so that nothing can hide from a listing. */
static int show_descriptors(char **words, struct value *out)
{
    struct rlimit limit = { 1024, 1024 };
    rlim_t most;

    (void)words;
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    most = limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
    for (int fd = 0; (rlim_t)fd < most; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            say(out, "%s%d", out->length ? " " : "", fd);
    return 0;
}

static int show_environment(char **words, struct value *out)
{
    (void)words;
    for (char **at = environ; *at; at++)
        say(out, "%s%s", out->length ? "|" : "", *at);
    return 0;
}

static int show_file(const char *path, const char *key, struct value *out)
{
    char line[4096];
    size_t length = strlen(key);
    FILE *file = fopen(path, "re");

    if (!file)
        return -1;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, length) == 0)
            say(out, "%s%s", out->length ? "|" : "", line + length);
    }
    return fclose(file);
}

/* A line of /proc/self/status: "status CapEff" */
static int show_status(char **words, struct value *out)
{
    char key[64];

    (void)snprintf(key, sizeof key, "%s:\t", words[0]);
    return show_file("/proc/self/status", key, out);
}

/* All lines, with | between. */
static int show_lines(char **words, struct value *out)
{
    return show_file(words[0], "", out);
}

static int show_processes(char **words, struct value *out)
{
    DIR *dir = opendir("/proc");

    (void)words;
    if (!dir)
        return -1;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[300], name[64] = "?";
        FILE *file;

        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        (void)snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
        file = fopen(path, "re");
        if (file && fgets(name, sizeof name, file))
            name[strcspn(name, "\n")] = '\0';
        if (file)
            (void)fclose(file);
        say(out, "%s%s:%s", out->length ? " " : "", entry->d_name, name);
    }
    return closedir(dir);
}

/* How many processes answer to signal 0, of all numbers that Linux can give. */
static int count_signalable(char **words, struct value *out)
{
    int count = 0;

    (void)words;
    for (pid_t pid = 1; pid < 4194304; pid++)
        if (kill(pid, 0) == 0)
            count++;
    say(out, "%d", count);
    return 0;
}

static int show_ids(char **words, struct value *out)
{
    uid_t users[3];
    gid_t groups[3], others[64];
    int count = getgroups((int)COUNT(others), others);

    (void)words;
    if (count < 0 || getresuid(&users[0], &users[1], &users[2]) < 0 ||
        getresgid(&groups[0], &groups[1], &groups[2]) < 0)
        return -1;
    say(out, "uid=%u,%u,%u gid=%u,%u,%u groups=", users[0], users[1], users[2], groups[0],
        groups[1], groups[2]);
    for (int i = 0; i < count; i++)
        if (others[i] != groups[0])
            say(out, "%u ", others[i]);
    return 0;
}

static int show_terminal(char **words, struct value *out)
{
    int tty = open("/dev/tty", O_RDWR | O_NOCTTY);

    (void)words;
    say(out, "tty=%d%d%d control=%d session=%d", isatty(0), isatty(1), isatty(2), tty >= 0,
        getsid(0) == getpgrp());
    if (tty >= 0)
        (void)close(tty);
    return 0;
}

static int show_size(char **words, struct value *out)
{
    struct winsize size;

    if (ioctl(atoi(words[0]), TIOCGWINSZ, &size) < 0)
        return -1;
    say(out, "%dx%d", size.ws_row, size.ws_col);
    return 0;
}

static int show_host(char **words, struct value *out)
{
    struct utsname name;

    (void)words;
    if (uname(&name) < 0)
        return -1;
    say(out, "%s", name.nodename);
    return 0;
}

static int show_limit(char **words, struct value *out)
{
    static const struct {
        const char *name;
        int resource;
    } rows[] = { { "nofile", RLIMIT_NOFILE },
                 { "fsize", RLIMIT_FSIZE },
                 { "core", RLIMIT_CORE },
                 { "nproc", RLIMIT_NPROC } };
    struct rlimit limit;

    for (size_t i = 0; i < COUNT(rows); i++)
        if (strcmp(rows[i].name, words[0]) == 0 && getrlimit(rows[i].resource, &limit) == 0) {
            say(out, "%lld %lld", (long long)limit.rlim_cur, (long long)limit.rlim_max);
            return 0;
        }
    errno = EINVAL;
    return -1;
}

/* "same A B": one object? */
static int compare_objects(char **words, struct value *out)
{
    struct stat left, right;

    if (stat(words[0], &left) < 0 || stat(words[1], &right) < 0)
        return -1;
    say(out, "%s",
        left.st_dev == right.st_dev && left.st_ino == right.st_ino ? "same" : "different");
    return 0;
}

/* Objects of System V with that key, which others made. */
static int find_ipc(char **words, struct value *out)
{
    key_t key = (key_t)strtol(words[0], NULL, 10);

    (void)out;
    return msgget(key, 0) < 0 && shmget(key, 0, 0) < 0 ? -1 : 0;
}

const struct action show_actions[] = {
    { "descriptors", 0, show_descriptors },
    { "environment", 0, show_environment },
    { "status", 1, show_status },
    { "lines", 1, show_lines },
    { "processes", 0, show_processes },
    { "signalable", 0, count_signalable },
    { "ids", 0, show_ids },
    { "terminal", 0, show_terminal },
    { "size", 1, show_size },
    { "host", 0, show_host },
    { "limit", 1, show_limit },
    { "same", 2, compare_objects },
    { "ipc", 1, find_ipc },
    { 0 },
};
