/* SPDX-License-Identifier: MIT */
/* Start of the program: what must hold before anything else, then the personality of its name. */
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli/cli.h"

static const char lost_streams[] =
    "mxc: a standard stream is closed, and /dev/null cannot be opened in its place\n";

/* A missing standard stream would be taken by the next file we open, and the guest would get
 * that. */
static int fill_standard_streams(void)
{
    struct pollfd streams[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

    if (poll(streams, 3, 0) < 0)
        return -1;
    for (int fd = 0; fd <= 2; fd++)
        if (streams[fd].revents & POLLNVAL && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
            return -1;
    return 0;
}

/* Hash tables of the JSON library start from the kernel's random bytes; else it opens a device. */
static void seed_json(void)
{
    const void *bytes = (const void *)getauxval(AT_RANDOM); /* 16 bytes */
    size_t seed = 0;

    if (bytes)
        memcpy(&seed, bytes, sizeof seed);
    json_object_seed(seed); /* 0: the library finds its own */
}

static void end_by_signal(int number)
{
    _exit(128 + number);
}

/* Until a sandbox runs, a signal ends us with the status that callers know. One that the caller
 * ignores stays ignored. */
static void handle_signals(void)
{
    const struct sigaction ours = { .sa_handler = end_by_signal };
    struct sigaction old;

    for (size_t i = 0; i < MXC_ENDING_SIGNALS; i++)
        if (sigaction(mxc_ending_signals[i], &ours, &old) == 0 && old.sa_handler == SIG_IGN)
            (void)sigaction(mxc_ending_signals[i], &old, NULL);
}

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} personalities[] = {
    { "lxc-exec", mxc_lxc_exec_main },
};

int main(int argc, char **argv)
{
    const char *path = argc ? argv[0] : "mxc";
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    if (fill_standard_streams() < 0) {
        (void)mxc_write_all(STDERR_FILENO, lost_streams, sizeof lost_streams - 1);
        return 255;
    }
    handle_signals();
    seed_json();
    for (size_t i = 0; i < sizeof personalities / sizeof *personalities; i++)
        if (!strcmp(personalities[i].name, name))
            return personalities[i].main(argc - (argc > 0), argv + (argc > 0));
    return mxc_main(argc - (argc > 0), argv + (argc > 0));
}
