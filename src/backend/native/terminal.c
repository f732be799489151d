/* SPDX-License-Identifier: MIT */
/* The caller's terminal, passed through a pty of the sandbox: the program never holds the caller's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "backend/native/relay.h"
#include "base/auto.h"

void native_terminal_detect(struct native_job *job)
{
    job->terminal = false;
    for (int i = 0; i < 3; i++) {
        job->is_terminal[i] = isatty(i) == 1;
        job->terminal |= job->is_terminal[i];
    }
}

/* A description of our own, so that we can write without waiting and leave the caller's flags alone. */
static int reopen(int fd)
{
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static void make_raw(struct native_terminal *terminal)
{
    struct termios raw;

    /* In the background we would be stopped; SIGCONT tries again. */
    if (terminal->keyboard < 0 || tcgetpgrp(terminal->keyboard) != getpgrp())
        return;
    if (!terminal->raw && tcgetattr(terminal->keyboard, &terminal->saved) < 0)
        return;
    raw = terminal->saved;
    cfmakeraw(&raw);
    terminal->raw = tcsetattr(terminal->keyboard, TCSADRAIN, &raw) == 0 || terminal->raw;
}

void native_terminal_resize(const struct native_terminal *terminal)
{
    struct winsize size;

    if (terminal->master >= 0 && ioctl(terminal->screen, TIOCGWINSZ, &size) == 0)
        (void)ioctl(terminal->master, TIOCSWINSZ, &size);
}

void native_terminal_resume(struct native_terminal *terminal)
{
    if (terminal->master < 0)
        return;
    make_raw(terminal);
    native_terminal_resize(terminal);
}

/* The program's terminal starts with the caller's settings (erase key, UTF-8, …). */
static void copy_settings(const struct native_terminal *terminal)
{
    struct termios settings;

    if (tcgetattr(terminal->screen, &settings) == 0)
        (void)tcsetattr(terminal->master, TCSANOW, &settings);
}

int native_terminal_open(struct native_terminal *terminal, const struct native_job *job, int master,
                         struct mxc_err *err)
{
    int screen = job->is_terminal[1] ? 1 : job->is_terminal[2] ? 2 : 0;

    terminal->master = master;
    terminal->keyboard = -1;
    terminal->screen = reopen(screen);
    if (terminal->screen < 0)
        return native_fail(err, "open", "open again", "the terminal");
    if (job->is_terminal[0]) {
        terminal->keyboard = reopen(0);
        if (terminal->keyboard < 0)
            return native_fail(err, "open", "open again", "the terminal");
    }
    if (fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
        return native_fail(err, "fcntl", "prepare", "the terminal");
    copy_settings(terminal);
    native_terminal_resize(terminal);
    make_raw(terminal);
    return 0;
}

size_t native_terminal_polls(const struct native_terminal *terminal, struct pollfd polls[3])
{
    bool screen_waits = terminal->screen_from < terminal->screen_to;
    bool program_waits = terminal->program_from < terminal->program_to;

    if (terminal->master < 0)
        return 0;
    polls[0] = (struct pollfd){ .fd = terminal->master,
                                .events = (short)((screen_waits ? 0 : POLLIN) |
                                                  (program_waits ? POLLOUT : 0)) };
    polls[1] = (struct pollfd){ .fd = screen_waits ? terminal->screen : -1, .events = POLLOUT };
    polls[2] = (struct pollfd){ .fd = program_waits ? -1 : terminal->keyboard, .events = POLLIN };
    return 3;
}

/* Moves one buffer's worth. False when the reading side has ended for good. */
static bool pass(int from, int to, char *buffer, size_t room, size_t *first, size_t *last,
                 uint64_t *moved)
{
    ssize_t done;

    if (*first == *last) {
        done = read(from, buffer, room);
        if (done <= 0)
            return done < 0 && (errno == EAGAIN || errno == EINTR);
        *first = 0;
        *last = (size_t)done;
    }
    done = write(to, buffer + *first, *last - *first);
    if (done < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (done > 0) {
        *first += (size_t)done;
        *moved += (uint64_t)done;
    }
    return true;
}

void native_terminal_move(struct native_terminal *terminal, uint64_t *moved)
{
    uint64_t typed = 0;

    if (terminal->master < 0)
        return;
    (void)pass(terminal->master, terminal->screen, terminal->to_screen, sizeof terminal->to_screen,
               &terminal->screen_from, &terminal->screen_to, moved);
    if (terminal->keyboard >= 0 &&
        !pass(terminal->keyboard, terminal->master, terminal->to_program,
              sizeof terminal->to_program, &terminal->program_from, &terminal->program_to, &typed))
        mxc_auto_close(&terminal->keyboard), terminal->keyboard = -1;
}

/* Every other end is closed by now, so reading ends; a screen that takes nothing for a second does not
 * hold us up. */
static void drain_screen(struct native_terminal *terminal)
{
    uint64_t moved = 0;

    while (pass(terminal->master, terminal->screen, terminal->to_screen, sizeof terminal->to_screen,
                &terminal->screen_from, &terminal->screen_to, &moved)) {
        struct pollfd screen = { .fd = terminal->screen, .events = POLLOUT };

        if (terminal->screen_from < terminal->screen_to) {
            if (poll(&screen, 1, 1000) <= 0)
                return;
        } else {
            struct pollfd master = { .fd = terminal->master, .events = POLLIN };

            if (poll(&master, 1, 0) <= 0)
                return;
        }
    }
}

void native_terminal_close(struct native_terminal *terminal, bool drain)
{
    if (terminal->master < 0)
        return;
    if (drain)
        drain_screen(terminal);
    if (terminal->raw)
        (void)tcsetattr(terminal->keyboard >= 0 ? terminal->keyboard : terminal->screen, TCSADRAIN,
                        &terminal->saved);
    terminal->raw = false;
    mxc_auto_close(&terminal->master);
    mxc_auto_close(&terminal->keyboard);
    mxc_auto_close(&terminal->screen);
    terminal->master = terminal->keyboard = terminal->screen = -1;
}
