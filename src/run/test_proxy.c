/* SPDX-License-Identifier: MIT */
/* Starting the proxy for tests, and hearing which port it has. */
#include "run/test_proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "sys/linux/beside.h"

#define PROGRAM  "linux-test-proxy"
#define READY_MS 15000
#define READY_FD 3
#define FIXED    8 /* arguments beside the hosts */

static int fail(struct mxc_err *err, const char *what)
{
    return mxc_fail(err, MXC_BACKEND, errno, PROGRAM, "cannot start the proxy for tests: %s: %s",
                    what, strerror(errno));
}

static size_t add_hosts(const char **argv, size_t count, const char *word,
                        const struct mxc_strings *hosts)
{
    for (size_t i = 0; i < hosts->count; i++) {
        argv[count++] = word;
        argv[count++] = hosts->items[i];
    }
    return count;
}

static const char **arguments(struct mxc_arena *arena, const struct mxc_network *network)
{
    const struct mxc_strings *allowed = &network->allowed_hosts, *blocked = &network->blocked_hosts;
    const char **argv =
        mxc_arena_alloc(arena, (FIXED + 2 * (allowed->count + blocked->count)) * sizeof *argv);
    size_t count = 0;

    if (!argv)
        return NULL;
    argv[count++] = PROGRAM;
    argv[count++] = "--ready-fd";
    argv[count++] = "3";
    argv[count++] = "--bind-address";
    argv[count++] = "127.0.0.1";
    argv[count++] = "--default-policy";
    argv[count++] = network->default_allow ? "allow" : "block";
    count = add_hosts(argv, count, "--allow-host", allowed);
    count = add_hosts(argv, count, "--block-host", blocked);
    argv[count] = NULL;
    return argv;
}

_Noreturn static void become_proxy(const char *program, const char **argv, int ready, pid_t parent)
{
    int null = open("/dev/null", O_RDWR);

    if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 && dup2(ready, READY_FD) >= 0 &&
        close_range(READY_FD + 1, ~0u, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
        getppid() == parent)
        (void)execv(program, (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* One line with the number of the port; 0 when it does not come, and then '*why'. */
static unsigned hear_port(int fd, const char **why)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    char text[16];
    ssize_t got;
    unsigned long port;

    *why = "it did not say its port in time";
    if (poll(&ready, 1, READY_MS) <= 0)
        return 0;
    *why = "it ended at once";
    got = read(fd, text, sizeof text - 1);
    if (got <= 0)
        return 0;
    *why = "what it said is no port";
    text[got] = '\0';
    port = strtoul(text, NULL, 10);
    return port <= UINT16_MAX ? (unsigned)port : 0;
}

static int no_port(const char *pointer, const char *program, const char *why, struct mxc_err *err)
{
    return mxc_fail(err, MXC_BACKEND, 0, pointer,
                    "the proxy for tests did not start: %s; run %s by hand to see why, or start a "
                    "proxy and name it in network.proxy.localhost",
                    why, program);
}

static int launch(struct mxc_arena *arena, const struct mxc_network *network,
                  struct mxc_test_proxy *out, unsigned *port, struct mxc_err *err)
{
    const char *program = mxc_sys_beside(PROGRAM);
    const char **argv = arguments(arena, network);
    const char *why = "";
    pid_t parent = getpid();
    int ends[2], error;

    if (!argv)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, PROGRAM, "out of memory");
    if (!program)
        return mxc_fail(err, MXC_UNAVAILABLE, ENOENT, network->proxy_pointer,
                        "the program " PROGRAM " is not installed beside this one; install it, or "
                        "start a proxy and name it in network.proxy.localhost");
    if (pipe2(ends, O_CLOEXEC) < 0)
        return fail(err, "pipe");
    out->pid = fork();
    error = errno;
    if (out->pid == 0)
        become_proxy(program, argv, ends[1], parent);
    (void)close(ends[1]);
    *port = out->pid > 0 ? hear_port(ends[0], &why) : 0;
    (void)close(ends[0]);
    errno = error;
    if (out->pid < 0)
        return fail(err, "fork");
    if (*port)
        return 0;
    mxc_test_proxy_stop(out);
    return no_port(network->proxy_pointer, program, why, err);
}

int mxc_test_proxy_start(struct mxc_arena *arena, struct mxc_policy *policy, bool allowed, bool dry,
                         struct mxc_test_proxy *out, struct mxc_err *err)
{
    struct mxc_network *network = &policy->network;
    unsigned port = 1; /* of one that is not started */

    out->pid = 0;
    if (!network->proxy_builtin || !allowed)
        return 0;
    if (!dry && launch(arena, network, out, &port, err) < 0)
        return -1;
    network->proxy_url = mxc_arena_format(arena, "http://127.0.0.1:%u", port);
    network->proxy_builtin = false;
    if (network->proxy_url)
        return 0;
    mxc_test_proxy_stop(out);
    return mxc_fail(err, MXC_BACKEND, ENOMEM, PROGRAM, "out of memory");
}

void mxc_test_proxy_stop(struct mxc_test_proxy *proxy)
{
    if (proxy->pid <= 0)
        return;
    (void)kill(proxy->pid, SIGKILL);
    while (waitpid(proxy->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    proxy->pid = 0;
}
