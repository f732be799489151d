/* SPDX-License-Identifier: MIT */
/* Everything one can do with a path. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "guest.h"

static int finish(int fd)
{
    if (fd < 0)
        return -1;
    return close(fd);
}

static int read_file(char **words, struct value *out)
{
    char bytes[4096];
    int fd = open(words[0], O_RDONLY | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof bytes - 1);

    if (got < 0)
        return -1;
    bytes[got] = '\0';
    bytes[strcspn(bytes, "\n")] = '\0';
    say(out, "%s", bytes);
    return finish(fd);
}

static int append(const char *path, int flags)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | flags, 0644);

    if (fd < 0 || write(fd, "x\n", 2) != 2)
        return -1;
    return finish(fd);
}

static int write_file(char **words, struct value *out)
{
    (void)out;
    return append(words[0], O_APPEND);
}

static int create_file(char **words, struct value *out)
{
    (void)out;
    return append(words[0], O_CREAT | O_EXCL);
}

static int truncate_file(char **words, struct value *out)
{
    (void)out;
    return finish(open(words[0], O_WRONLY | O_TRUNC));
}

static int make_dir(char **words, struct value *out)
{
    (void)out;
    return mkdir(words[0], 0755);
}

static int remove_dir(char **words, struct value *out)
{
    (void)out;
    return rmdir(words[0]);
}

static int unlink_file(char **words, struct value *out)
{
    (void)out;
    return unlink(words[0]);
}

static int rename_file(char **words, struct value *out)
{
    (void)out;
    return rename(words[0], words[1]);
}

static int link_file(char **words, struct value *out)
{
    (void)out;
    return link(words[0], words[1]);
}

static int symlink_file(char **words, struct value *out)
{
    (void)out;
    return symlink(words[0], words[1]);
}

static int read_link(char **words, struct value *out)
{
    char text[4096];
    ssize_t length = readlink(words[0], text, sizeof text - 1);

    if (length < 0)
        return -1;
    text[length] = '\0';
    say(out, "%s", text);
    return 0;
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Names in order, with spaces between. */
static int list_dir(char **words, struct value *out)
{
    static char *names[8192];
    size_t count = 0;
    DIR *dir = opendir(words[0]);

    if (!dir)
        return -1;
    for (struct dirent *entry; count < COUNT(names) && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            names[count++] = strdup(entry->d_name);
    qsort(names, count, sizeof *names, compare);
    for (size_t i = 0; i < count; i++)
        say(out, "%s%s", i ? " " : "", names[i]);
    return closedir(dir);
}

static int show_stat(char **words, struct value *out)
{
    struct stat info;

    if (lstat(words[0], &info) < 0)
        return -1;
    say(out, "type=%o mode=%o uid=%u gid=%u size=%lld", info.st_mode >> 12, info.st_mode & 07777,
        info.st_uid, info.st_gid, (long long)info.st_size);
    return 0;
}

static int change_mode(char **words, struct value *out)
{
    (void)out;
    return chmod(words[0], (mode_t)strtoul(words[1], NULL, 8));
}

static int change_owner(char **words, struct value *out)
{
    (void)out;
    return chown(words[0], (uid_t)strtoul(words[1], NULL, 10), (gid_t)strtoul(words[2], NULL, 10));
}

static int set_attribute(char **words, struct value *out)
{
    (void)out;
    return setxattr(words[0], words[1], "x", 1, 0);
}

static int change_times(char **words, struct value *out)
{
    (void)out;
    return utimensat(AT_FDCWD, words[0], NULL, AT_SYMLINK_NOFOLLOW);
}

static int make_device(char **words, struct value *out)
{
    (void)out;
    return mknod(words[0], S_IFCHR | 0666, makedev(1, 3));
}

static int make_fifo(char **words, struct value *out)
{
    (void)out;
    return mkfifo(words[0], 0644);
}

/* A descriptor that only names the object, opened again through /proc. */
static int reopen(char **words, struct value *out)
{
    char path[64];
    int named = open(words[0], O_PATH);

    (void)out;
    if (named < 0)
        return -1;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", named);
    return finish(open(path, strcmp(words[1], "rw") == 0 ? O_RDWR : O_RDONLY | O_NONBLOCK));
}

static int execute(char **words, struct value *out)
{
    int report[2], error = 0, status;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        (void)execl(words[0], words[0], "hello", (char *)NULL);
        error = errno;
        _exit(write(report[1], &error, sizeof error) < 0);
    }
    (void)close(report[1]);
    if (pid < 0 || read(report[0], &error, sizeof error) < 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    (void)close(report[0]);
    errno = error;
    say(out, "status=%d", status);
    return error ? -1 : 0;
}

static int show_cwd(char **words, struct value *out)
{
    char path[4096];

    (void)words;
    if (!getcwd(path, sizeof path))
        return -1;
    say(out, "%s", path);
    return 0;
}

static int change_cwd(char **words, struct value *out)
{
    (void)out;
    return chdir(words[0]);
}

const struct action file_actions[] = {
    { "read", 1, read_file },         { "write", 1, write_file },   { "create", 1, create_file },
    { "truncate", 1, truncate_file }, { "mkdir", 1, make_dir },     { "rmdir", 1, remove_dir },
    { "unlink", 1, unlink_file },     { "rename", 2, rename_file }, { "link", 2, link_file },
    { "symlink", 2, symlink_file },   { "readlink", 1, read_link }, { "list", 1, list_dir },
    { "stat", 1, show_stat },         { "chmod", 2, change_mode },  { "chown", 3, change_owner },
    { "setxattr", 2, set_attribute }, { "touch", 1, change_times }, { "mknod", 1, make_device },
    { "mkfifo", 1, make_fifo },       { "reopen", 2, reopen },      { "execute", 1, execute },
    { "cwd", 0, show_cwd },           { "chdir", 1, change_cwd },   { 0 },
};
