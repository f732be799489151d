/* SPDX-License-Identifier: MIT */
/* The same object under another name: links, dots, magic links, descriptors, spelling. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

/* The word is a format of the path. */
static int spelled(const struct probe *probe)
{
    const char *path = target(probe);
    char text[8192];
    const char *mark = strstr(probe->word, "@");
    size_t before = (size_t)(mark - probe->word);

    if (before + strlen(path) + strlen(mark) >= sizeof text)
        return -1;
    memcpy(text, probe->word, before);
    (void)strcpy(text + before, path);
    (void)strcat(text, mark + 1);
    return tell(text);
}

static int from_grant(const struct probe *probe)
{
    if (chdir(given("rw")) < 0)
        return -1;
    return tell(path_of("../out/%s", probe->name));
}

static int from_working_folder(const struct probe *probe)
{
    if (chdir(given("rw")) < 0)
        return -1;
    return tell(path_of("/proc/self/cwd/../out/%s", probe->name));
}

static int by_link(const struct probe *probe)
{
    if (symlink(target(probe), scratch(probe)) < 0)
        return -1;
    return tell(scratch(probe));
}

static int write_by_link(const struct probe *probe)
{
    int fd;

    if (symlink(target(probe), scratch(probe)) < 0)
        return -1;
    fd = open(scratch(probe), O_WRONLY | O_APPEND);
    return fd < 0 ? -1 : worked(write(fd, "forged\n", 7));
}

static int create_by_link(const struct probe *probe)
{
    if (symlink(path_of("%s.new", target(probe)), scratch(probe)) < 0)
        return -1;
    return worked(open(scratch(probe), O_WRONLY | O_CREAT, 0600));
}

static int by_folder_link(const struct probe *probe)
{
    if (symlink(given("out"), scratch(probe)) < 0)
        return -1;
    return tell(path_of("%s/%s", scratch(probe), probe->name));
}

/* A link that lay in the grant before the sandbox started. */
static int by_planted_link(const struct probe *probe)
{
    return tell(path_of("%s/planted-link/%s", given("rw"), probe->name));
}

static int planted_hard_link(const struct probe *probe)
{
    (void)probe;
    return tell(path_of("%s/planted-hard-link", given("rw")));
}

static int by_descriptor(const struct probe *probe)
{
    int folder = open(given("rw"), O_PATH | O_DIRECTORY);

    if (folder < 0)
        return -1;
    return tell(path_of("/proc/self/fd/%d/../out/%s", folder, probe->name));
}

static int relative(const struct probe *probe)
{
    char *path = strdup(target(probe));
    int folder = open(dirname(path), O_PATH | O_DIRECTORY), fd;

    if (folder < 0)
        return -1;
    fd = openat(folder, probe->name, O_RDONLY);
    return fd < 0 ? -1 : tell(path_of("/proc/self/fd/%d", fd));
}

/* A folder opened above, and walked up beyond the root. */
static int walk_up(const struct probe *probe)
{
    int folder = open("/", O_PATH | O_DIRECTORY), fd;

    for (int i = 0; i < 40 && folder >= 0; i++) {
        int above = openat(folder, "..", O_PATH | O_DIRECTORY);

        (void)close(folder);
        folder = above;
    }
    if (folder < 0)
        return -1;
    fd = openat(folder, target(probe) + 1, O_RDONLY);
    return fd < 0 ? -1 : tell(path_of("/proc/self/fd/%d", fd));
}

static int upper_case(const struct probe *probe)
{
    char *path = strdup(target(probe));

    for (char *at = strrchr(path, '/'); *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return tell(path);
}

/* The word stands for the last component: other characters that look the same or fold to it. */
static int look_alike(const struct probe *probe)
{
    char *path = strdup(target(probe));

    return tell(path_of("%s/%s", dirname(path), probe->word));
}

/* The names of the fresh /proc that lead to the file system of another process. */
static int by_task(const struct probe *probe)
{
    return tell(path_of("/proc/%s/task/%s/root%s", given("init"), given("init"), target(probe)));
}

/* An open folder from which a parent is moved away, so that ".." has nowhere to end. */
static int moved_parent(const struct probe *probe)
{
    const char *deep = path_of("%s/deep/er", scratch(probe));

    if (mkdir(scratch(probe), 0755) < 0 || mkdir(path_of("%s/deep", scratch(probe)), 0755) < 0 ||
        mkdir(deep, 0755) < 0 || chdir(deep) < 0)
        return -1;
    if (rename(deep, path_of("%s/moved-%s", given("rw"), probe->name)) < 0)
        return -1;
    for (int i = 0; i < 40; i++)
        if (chdir("..") < 0)
            return -1;
    return tell(target(probe) + 1);
}

#define SPELL "path aliases (Ona report)"
#define AGENT "agent escapes: symbolic links, 61 % of them"
#define MAGIC "magic links of /proc"

const struct probe alias_probes[] = {
    { "dot-dot-grant", AGENT, "../out from a writable grant", SECRET, "ENOENT", OUTSIDE, from_grant,
      .zone = "out" },
    { "dot-dot-many", SPELL, "/../../.. before the path", SECRET, "ENOENT", OUTSIDE, spelled,
      "/../../../../../..@", .zone = "out" },
    { "walk-up", "chroot escapes", "openat(\"..\") forty times from an open /", SECRET, "ENOENT",
      OUTSIDE, walk_up, .zone = "out" },
    { "moved-parent", "CVE-2015-2925 double chroot", "move a folder away and walk up from it",
      SECRET, "ENOENT", OUTSIDE, moved_parent, .zone = "out" },
    { "link-outside", AGENT, "a link of its own to a file outside", SECRET, "ENOENT", OUTSIDE,
      by_link, .zone = "out" },
    { "write-link-outside", "CVE-2024-28185 (judge0) kind", "write through such a link", ALTERED,
      "ENOENT", OUTSIDE, write_by_link, .zone = "out" },
    { "create-link-outside", "CVE-2024-28189 (judge0) kind", "make a file through such a link",
      ALTERED, "ENOENT", OUTSIDE, create_by_link, .zone = "out" },
    { "folder-link-outside", AGENT, "a link of its own to a folder outside", SECRET, "ENOENT",
      OUTSIDE, by_folder_link, .zone = "out" },
    { "planted-link", AGENT, "a link that lay in the grant before", SECRET, "ENOENT", OUTSIDE,
      by_planted_link, .zone = "out" },
    { "planted-hard-link", "hard link into a denied file",
      "another name of a denied file that the policy lists", SECRET, "EACCES", OUTSIDE,
      planted_hard_link, .zone = "single" },
    { "proc-self-cwd", MAGIC, "/proc/self/cwd/../out", SECRET, "ENOENT", OUTSIDE,
      from_working_folder, .zone = "out" },
    { "proc-self-root", MAGIC, "/proc/self/root before the path", SECRET, "ENOENT", OUTSIDE,
      spelled, "/proc/self/root@", .zone = "out" },
    { "proc-thread-root", MAGIC, "/proc/thread-self/root before it", SECRET, "ENOENT", OUTSIDE,
      spelled, "/proc/thread-self/root@", .zone = "out" },
    { "proc-init-root", "CVE-2019-19921 kind: /proc/1", "/proc/1/task/1/root before it", SECRET,
      "EACCES", OUTSIDE, by_task, .zone = "out" },
    { "descriptor-path", "CVE-2024-21626 (runc): /proc/self/fd/N/..",
      "an open folder of a grant, then ../out", SECRET, "ENOENT", OUTSIDE, by_descriptor,
      .zone = "out" },
    { "denied-by-root", SPELL, "a denied file by /proc/self/root", SECRET, "EACCES", OUTSIDE,
      spelled, "/proc/self/root@", .zone = "single" },
    { "denied-by-dots", SPELL, "with /./ and // in its path", SECRET, "EACCES", OUTSIDE, spelled,
      "//.//@", .zone = "single" },
    { "denied-slash", SPELL, "with a slash at its end", SECRET, "ENOTDIR", NOWHERE, spelled, "@/",
      .zone = "single" },
    { "denied-relative", SPELL, "by openat() from its folder", SECRET, "EACCES", OUTSIDE, relative,
      .zone = "single" },
    { "denied-by-link", SPELL, "by a link of its own", SECRET, "EACCES", OUTSIDE, by_link,
      .zone = "single" },
    { "denied-link-folder", SPELL, "a file of a denied folder by a link", SECRET, "EACCES", OUTSIDE,
      by_link, .zone = "denied" },
    { "denied-upper-case", "case folding", "a denied name in capitals", SECRET, "ENOENT", NOWHERE,
      upper_case, .zone = "single" },
    { "denied-full-width", "Unicode names", "a denied name in full-width letters", SECRET, "ENOENT",
      NOWHERE, look_alike,
      "\xef\xbd\x84"
      "enied-full-width",
      .zone = "single" },
    { "denied-combining", "Unicode names", "with a character of no width in it", SECRET, "ENOENT",
      NOWHERE, look_alike,
      "denied-\xe2\x80\x8b"
      "combining",
      .zone = "single" },
    { "denied-percent", "names of a URL", "with %2d for a dash", SECRET, "ENOENT", NOWHERE,
      look_alike, "denied%2dpercent", .zone = "single" },
    { 0 },
};
