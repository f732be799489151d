/* SPDX-License-Identifier: MIT */
/* Started at a terminal: nothing may be typed into the caller's, taken from it or found beside it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "attack.h"

/* n[0] command, n[1] upper half of the argument. */
static int type_ahead(const struct probe *probe)
{
    unsigned long command = (unsigned long)probe->n[0] | (unsigned long)probe->n[1] << 32;

    for (const char *at = "CANARY\n"; *at; at++)
        if (syscall(SYS_ioctl, 0, command, at) < 0)
            return -1;
    return WORKED;
}

static int paste(const struct probe *probe)
{
    unsigned long command = (unsigned long)probe->n[0] | (unsigned long)probe->n[1] << 32;
    char subcode = 3; /* paste the selection */

    return worked(syscall(SYS_ioctl, 0, command, &subcode));
}

static int line_discipline(const struct probe *probe)
{
    int number = 0; /* the one that it has */

    (void)probe;
    return ioctl(0, TIOCSETD, &number);
}

static int console_output(const struct probe *probe)
{
    (void)probe;
    return ioctl(0, TIOCCONS, 0);
}

static int open_it(const struct probe *probe)
{
    return worked(open(probe->word, O_RDWR | O_NOCTTY));
}

/* The caller's terminal by its number in the host's devpts. */
static int open_outer(const struct probe *probe)
{
    struct stat info;
    int fd = open(given("terminal"), O_RDWR | O_NOCTTY);

    (void)probe;
    if (fd < 0)
        return -1;
    /* The same number may exist in the sandbox's own devpts. */
    if (fstat(fd, &info) < 0 || info.st_ino != (ino_t)given_number("terminal-inode") ||
        info.st_dev != (dev_t)given_number("terminal-device"))
        return HELD;
    return worked(write(fd, "forged", 6));
}

static int steal_session(const struct probe *probe)
{
    (void)probe;
    (void)setsid();
    return ioctl(0, TIOCSCTTY, 1);
}

static int is_outer(const struct probe *probe)
{
    struct stat info;

    (void)probe;
    if (fstat(0, &info) < 0)
        return -1;
    return info.st_dev == (dev_t)given_number("terminal-device") ? WORKED : HELD;
}

#define TYPED "CVE-2017-5226 (bwrap): TIOCSTI"
#define PASTE "CVE-2023-28100 (flatpak): TIOCLINUX"
#define PTY   "CVE-2025-52565 (runc): terminals"

const struct probe terminal_probes[] = {
    { "type-ahead",
      TYPED,
      "type a line into the terminal",
      MACHINE,
      "EPERM",
      BY_ROOT,
      type_ahead,
      NULL,
      { TIOCSTI, 0 } },
    { "type-ahead-high",
      TYPED ", upper bits (CVE-2019-10063)",
      "the same with bit 32 set",
      MACHINE,
      "EPERM",
      BY_ROOT,
      type_ahead,
      NULL,
      { TIOCSTI, 1 } },
    { "type-ahead-top",
      TYPED ", upper bits (CVE-2019-10063)",
      "the same with bit 63 set",
      MACHINE,
      "EPERM",
      BY_ROOT,
      type_ahead,
      NULL,
      { TIOCSTI, 0x80000000L } },
    { "paste",
      PASTE,
      "paste a selection",
      MACHINE,
      "EPERM",
      NOWHERE,
      paste,
      NULL,
      { TIOCLINUX, 0 } },
    { "paste-high",
      PASTE ", upper bits",
      "the same with bit 32 set",
      MACHINE,
      "EPERM",
      NOWHERE,
      paste,
      NULL,
      { TIOCLINUX, 1 } },
    { "line-discipline", "CVE-2023-31082 kind: n_gsm", "set a line discipline", RIGHT, "EPERM",
      BY_ROOT, line_discipline },
    { "console-output", "TIOCCONS", "take the output of the console", MACHINE, "EPERM", NOWHERE,
      console_output },
    { "own-terminal", PTY, "stand on the caller's terminal", RIGHT, "held", BY_ROOT, is_outer },
    { "outer-terminal", PTY, "open the caller's terminal by its path", RIGHT, "held ENOENT EIO",
      BY_ROOT, open_outer },
    { "steal-session", PTY, "take the terminal into a session of its own", RIGHT, "EPERM", BY_ROOT,
      steal_session },
    { "console", PTY, "open /dev/console", RIGHT, "ENOENT", NOWHERE, open_it, "/dev/console" },
    { "first-console", PTY, "open /dev/tty1", RIGHT, "ENOENT", NOWHERE, open_it, "/dev/tty1" },
    { 0 },
};
