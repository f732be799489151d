/* SPDX-License-Identifier: MIT */
/* The program in the sandbox, which looks at its own chains. It never believes what set-up was meant to do.
 *
 *   checker WORD=VALUE...
 *
 *   hidden=PATH    there is no such object      denied=PATH      it is there, and cannot be opened
 *   readonly=PATH  cannot be written to         writable=PATH    a file can be made in it
 *   closed=PATH    nothing can be made in it
 *   ns=NAME:ID     is not our namespace         files=N          most open files
 *   forks=N        no more than N processes
 *
 * One line: "restricted …" and status 42, or "LOOSE …" with what is wrong and status 43, or "unsure …" and status 44
 * when it could not look. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RESTRICTED 42
#define LOOSE      43
#define UNSURE     44
#define LAYERS     16 /* so many Landlock layers the kernel stacks */

__attribute__((format(printf, 1, 2), noreturn)) static void loose(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("LOOSE ", stdout);
    (void)vprintf(format, args);
    (void)fputs("\n", stdout);
    (void)fflush(stdout);
    _exit(LOOSE);
}

/* ---- what the words ask for */

static void check_hidden(const char *path)
{
    struct stat info;

    if (lstat(path, &info) == 0)
        loose("%s is here", path);
}

static void check_denied(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0)
        loose("%s can be opened", path);
    if (errno != EACCES)
        loose("%s is not covered: %s", path, strerror(errno));
}

static void check_readonly(const char *path)
{
    if (open(path, O_WRONLY | O_APPEND | O_CLOEXEC) >= 0)
        loose("%s can be written", path);
    if (errno != EACCES && errno != EROFS)
        loose("%s is not there: %s", path, strerror(errno));
}

static void check_writable(const char *path)
{
    char name[4200];
    int fd;

    (void)snprintf(name, sizeof name, "%s/made", path);
    fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        loose("%s was granted, and is not writable: %s", path, strerror(errno));
    (void)close(fd);
    (void)unlink(name);
}

static void check_closed(const char *path)
{
    char name[4200];

    (void)snprintf(name, sizeof name, "%s/made", path);
    if (mkdir(name, 0700) == 0)
        loose("%s could be made", name);
    if (errno != EACCES && errno != EROFS)
        loose("%s: %s", name, strerror(errno));
}

static void check_namespace(const char *text)
{
    char path[64], target[64];
    const char *id = strchr(text, ':');
    ssize_t length;

    if (!id)
        loose("bad word");
    (void)snprintf(path, sizeof path, "/proc/self/ns/%.*s", (int)(id - text), text);
    length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        loose("%s: %s", path, strerror(errno));
    target[length] = '\0';
    if (strstr(target, id + 1))
        loose("the host's namespace %s", text);
}

static void check_files(const char *text)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > strtoul(text, NULL, 10))
        loose("more than %s open files", text);
}

/* Each child waits until all are there. */
static void check_forks(const char *text)
{
    int most = atoi(text), made = 0, go[2];
    char byte;

    if (pipe(go) < 0)
        loose("pipe: %s", strerror(errno));
    for (; made <= most; made++) {
        pid_t pid = fork();

        if (pid < 0)
            break;
        if (pid == 0) {
            (void)close(go[1]);
            (void)!read(go[0], &byte, 1);
            _exit(0);
        }
    }
    (void)close(go[0]);
    (void)close(go[1]);
    while (wait(NULL) > 0)
        ;
    if (made > most)
        loose("more than %d processes", most);
}

static const struct {
    const char *name;
    void (*check)(const char *value);
} words[] = {
    { "hidden=", check_hidden }, { "denied=", check_denied },     { "readonly=", check_readonly },
    { "closed=", check_closed }, { "writable=", check_writable }, { "ns=", check_namespace },
    { "files=", check_files },   { "forks=", check_forks },
};

/* ---- what always holds */

static void check_status(const char *status, const char *key, const char *want)
{
    const char *line = strstr(status, key);

    if (!line)
        loose("no %s in the status", key + 1);
    line += strlen(key);
    line += strspn(line, "\t ");
    if (strncmp(line, want, strlen(want)) != 0 || line[strlen(want)] != '\n')
        loose("%s is %.*s", key + 1, (int)strcspn(line, "\n"), line);
}

static void check_rights(void)
{
    static const char none[] = "0000000000000000";
    static const char *const rows[][2] = {
        { "\nCapInh:", none }, { "\nCapPrm:", none }, { "\nCapEff:", none },
        { "\nCapBnd:", none }, { "\nCapAmb:", none }, { "\nNoNewPrivs:", "1" },
        { "\nSeccomp:", "2" }, { "\nSigBlk:", none }, { "\nSigIgn:", none },
    };
    char status[4096] = "";
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, status, sizeof status - 1);

    (void)close(fd);
    if (length <= 0)
        loose("no status: %s", strerror(errno));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_status(status, rows[i][0], rows[i][1]);
}

static void check_network(void)
{
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(9) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    (void)inet_pton(AF_INET, "192.0.2.1", &there.sin_addr);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) == 0)
        loose("the network can be reached");
    (void)close(fd);
}

static void check_root(void)
{
    static const char *const closed[] = { "/made", "/usr/made", "/etc/made", "/proc/made" };

    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (mkdir(closed[i], 0700) == 0)
            loose("%s could be made", closed[i]);
    if (open("/proc/sys/kernel/hostname", O_WRONLY | O_CLOEXEC) >= 0)
        loose("/proc/sys can be written");
    if (open("/proc/kcore", O_RDONLY | O_CLOEXEC) >= 0)
        loose("/proc/kcore can be read");
    if (open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0)
        loose("/etc/shadow can be read");
}

static void check_descriptors(void)
{
    struct rlimit limit;

    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            loose("descriptor %d is open", fd);
    if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max > 1)
        loose("core files");
}

static void check_calls(void)
{
    /* Each does no harm where it is allowed. */
    static const struct {
        const char *name;
        long number, first, second;
    } rows[] = {
        { "unshare", SYS_unshare, CLONE_NEWUTS, 0 },
        { "unshare", SYS_unshare, CLONE_NEWUSER, 0 },
        { "setns", SYS_setns, -1, 0 },
        { "mount", SYS_mount, 0, 0 },
        { "bpf", SYS_bpf, -1, 0 },
        { "open_tree", SYS_open_tree, -1, 0 },
        { "keyctl", SYS_keyctl, 0, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (syscall(rows[i].number, rows[i].first, rows[i].second, 0, 0, 0) >= 0 ||
            (errno != ENOSYS && errno != EPERM))
            loose("%s is open: %s", rows[i].name, strerror(errno));
}

/* How many Landlock layers are on us? The kernel stacks sixteen, so those that still fit tell. */
static int count_layers(void)
{
    const uint64_t attr = 1; /* execution */
    int status, ruleset;
    pid_t pid = fork();

    if (pid == 0) {
        int fit = 0;

        ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0u);
        if (ruleset < 0)
            _exit(0); /* there is no Landlock here */
        while (fit < LAYERS && syscall(SYS_landlock_restrict_self, ruleset, 0u) == 0)
            fit++;
        _exit(LAYERS - fit);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status)) {
        (void)printf("unsure: no process to count layers with\n");
        (void)fflush(stdout);
        _exit(UNSURE);
    }
    return WEXITSTATUS(status);
}

static bool in_cgroup_of_ours(void)
{
    char text[4096] = "";
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        (void)close(fd);
    return length > 0 && strstr(text, "mxc-");
}

static void check_word(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].name);

        if (strncmp(word, words[i].name, length) == 0) {
            words[i].check(word + length);
            return;
        }
    }
    loose("what is '%s'?", word);
}

int main(int count, char **given)
{
    check_descriptors();
    check_rights();
    check_network();
    check_root();
    check_calls();
    for (int i = 1; i < count; i++)
        check_word(given[i]);
    if (getpid() > 64 || getppid() > 64)
        loose("the host's processes");
    (void)printf("restricted landlock=%d cgroup=%d\n", count_layers(), in_cgroup_of_ours());
    return RESTRICTED;
}
