/* SPDX-License-Identifier: MIT */
/* The caller's terminal, passed through a pty of the sandbox: the program never holds the
 * caller's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/native/relay.h"
#include "base/auto.h"

void native_terminal_detect(struct native_job *job)
{
    job->terminal = false;
    for (int i = 0; i < 3; i++) {
        job->is_terminal[i] = S_ISCHR(job->stream_mode[i]) && isatty(i) == 1;
        job->terminal |= job->is_terminal[i];
    }
}

/* A description of our own, so that we can write without waiting and leave the caller's flags
 * alone. */
static int reopen(int fd)
{
    const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    auto_close int own = -1;
    unsigned given, controlling;
    char path[32];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    own = open(path, flags);
    if (own >= 0 || errno != EACCES)
        return mxc_take_fd(&own);
    /* After su or sudo -u it belongs to somebody else, but everybody may open their own
     * terminal. */
    own = open("/dev/tty", flags);
    if (own >= 0 && ioctl(own, TIOCGDEV, &controlling) == 0 && ioctl(fd, TIOCGDEV, &given) == 0 &&
        given == controlling)
        return mxc_take_fd(&own);
    errno = EACCES;
    return -1;
}

static int fail_reopen(struct mxc_err *err)
{
    if (errno != EACCES)
        return native_fail(err, "open", "open again", "the terminal");
    return mxc_fail(
        err, MXC_UNAVAILABLE, EACCES, "terminal",
        "the terminal belongs to another user, and is not that of this session; give "
        "mxc one of its own (script -qec 'mxc run …' /dev/null), or redirect its streams");
}

static void make_raw(struct native_terminal *terminal)
{
    struct termios raw;

    /* In the background we would be stopped. */
    terminal->foreground = terminal->keyboard >= 0 && tcgetpgrp(terminal->keyboard) == getpgrp();
    if (!terminal->foreground)
        return;
    if (!terminal->raw && tcgetattr(terminal->keyboard, &terminal->saved) < 0)
        return;
    raw = terminal->saved;
    cfmakeraw(&raw);
    terminal->raw = tcsetattr(terminal->keyboard, TCSADRAIN, &raw) == 0 || terminal->raw;
}

/* Only one of the two terminals may turn "\n" into "\r\n": the caller's does, unless we made it
 * raw. */
static void choose_conversion(const struct native_terminal *terminal)
{
    struct termios settings;

    if (tcgetattr(terminal->master, &settings) < 0)
        return;
    if (terminal->foreground && terminal->raw)
        settings.c_oflag |= OPOST;
    else
        settings.c_oflag &= ~(tcflag_t)OPOST;
    (void)tcsetattr(terminal->master, TCSANOW, &settings);
}

void native_terminal_resize(const struct native_terminal *terminal)
{
    struct winsize size;

    if (terminal->master >= 0 && ioctl(terminal->screen, TIOCGWINSZ, &size) == 0)
        (void)ioctl(terminal->master, TIOCSWINSZ, &size);
}

void native_terminal_resume(struct native_terminal *terminal)
{
    bool before = terminal->foreground;

    if (terminal->master < 0)
        return;
    make_raw(terminal);
    if (terminal->foreground != before)
        choose_conversion(terminal);
    native_terminal_resize(terminal);
}

bool native_terminal_waits(const struct native_terminal *terminal)
{
    return terminal->master >= 0 &&
           (terminal->silent || (terminal->keyboard >= 0 && !terminal->foreground));
}

void native_terminal_look(struct native_terminal *terminal)
{
    if (terminal->keyboard >= 0 && !terminal->foreground &&
        tcgetpgrp(terminal->keyboard) == getpgrp())
        native_terminal_resume(terminal);
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
        return fail_reopen(err);
    if (job->is_terminal[0]) {
        terminal->keyboard = reopen(0);
        if (terminal->keyboard < 0)
            return fail_reopen(err);
    }
    if (fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
        return native_fail(err, "fcntl", "prepare", "the terminal");
    copy_settings(terminal);
    native_terminal_resize(terminal);
    make_raw(terminal);
    choose_conversion(terminal);
    return 0;
}

size_t native_terminal_polls(const struct native_terminal *terminal, struct pollfd polls[3])
{
    bool screen_waits = terminal->screen_from < terminal->screen_to;
    bool program_waits = terminal->program_from < terminal->program_to;

    if (terminal->master < 0)
        return 0;
    polls[0] = (struct pollfd){ .fd = terminal->silent ? -1 : terminal->master,
                                .events = (short)((screen_waits ? 0 : POLLIN) |
                                                  (program_waits ? POLLOUT : 0)) };
    polls[1] = (struct pollfd){ .fd = screen_waits ? terminal->screen : -1, .events = POLLOUT };
    polls[2] =
        (struct pollfd){ .fd = terminal->foreground && !program_waits ? terminal->keyboard : -1,
                         .events = POLLIN };
    return 3;
}

enum passed { GOES_ON, READING_ENDED, WRITING_ENDED };

static bool try_again(ssize_t done)
{
    return done < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Moves one buffer's worth, at most 'left' bytes. */
static enum passed pass(int from, int to, char *buffer, size_t room, size_t *first, size_t *last,
                        uint64_t *left)
{
    ssize_t done;

    if (*first == *last) {
        done = read(from, buffer, room);
        if (done <= 0)
            return try_again(done) ? GOES_ON : READING_ENDED;
        *first = 0;
        *last = (size_t)done;
    }
    if (!*left)
        return GOES_ON;
    done = write(to, buffer + *first, *last - *first < *left ? *last - *first : (size_t)*left);
    if (done < 0 && !try_again(done))
        return WRITING_ENDED;
    if (done > 0) {
        *first += (size_t)done;
        *left -= (uint64_t)done;
    }
    return GOES_ON;
}

static bool pass_to_screen(struct native_terminal *terminal, struct native_output *output)
{
    uint64_t before = output->limit ? output->limit - output->moved : UINT64_MAX;
    uint64_t left = before;
    enum passed passed =
        pass(terminal->master, terminal->screen, terminal->to_screen, sizeof terminal->to_screen,
             &terminal->screen_from, &terminal->screen_to, &left);

    output->moved += before - left;
    /* What cannot be written any more exceeds the limit. */
    if (!left && terminal->screen_from < terminal->screen_to)
        output->exceeded = true;
    if (passed ==
        WRITING_ENDED) /* the caller's terminal is gone; the program need not wait for it */
        terminal->screen_from = terminal->screen_to;
    terminal->silent = passed == READING_ENDED;
    return passed != READING_ENDED && !output->exceeded;
}

void native_terminal_move(struct native_terminal *terminal, struct native_output *output)
{
    uint64_t any = UINT64_MAX;

    if (terminal->master < 0)
        return;
    (void)pass_to_screen(terminal, output);
    if (!terminal->foreground || terminal->keyboard < 0)
        return;
    if (pass(terminal->keyboard, terminal->master, terminal->to_program,
             sizeof terminal->to_program, &terminal->program_from, &terminal->program_to,
             &any) != GOES_ON) {
        mxc_auto_close(&terminal->keyboard);
        terminal->keyboard = -1;
    }
}

/* Every other end is closed by now, so reading ends; a screen that takes nothing for a second does
 * not hold us up. */
static void drain_screen(struct native_terminal *terminal, struct native_output *output)
{
    while (pass_to_screen(terminal, output)) {
        bool waits = terminal->screen_from < terminal->screen_to;
        struct pollfd next = { .fd = waits ? terminal->screen : terminal->master,
                               .events = waits ? POLLOUT : POLLIN };

        if (poll(&next, 1, waits ? 1000 : 0) <= 0)
            return;
    }
}

void native_terminal_close(struct native_terminal *terminal, struct native_output *output)
{
    if (terminal->master < 0)
        return;
    if (output && !output->exceeded)
        drain_screen(terminal, output);
    if (terminal->raw)
        (void)tcsetattr(terminal->keyboard >= 0 ? terminal->keyboard : terminal->screen, TCSADRAIN,
                        &terminal->saved);
    terminal->raw = false;
    mxc_auto_close(&terminal->master);
    mxc_auto_close(&terminal->keyboard);
    mxc_auto_close(&terminal->screen);
    terminal->master = terminal->keyboard = terminal->screen = -1;
}
