/* SPDX-License-Identifier: MIT */
/* What is left to mxc-net once it reads what a guest wrote. */
#include "net/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/calls.h"
#include "net/sockets.h"

/* Addresses, not pages: libslirp reserves 256 KiB for each connection, also for those that ended up
 * to ten seconds ago (MXC_FLOWS_BURST and ten times MXC_FLOWS_A_SECOND in net/flows.h), and ends
 * when it gets none. */
#define DATA_BYTES (4ull << 30)

static int fail(struct mxc_err *err, const char *call)
{
    int error = errno;

    return mxc_fail(err, MXC_BACKEND, error, call, "cannot confine the network process: %s",
                    strerror(error));
}

/* The libraries are loaded by now. Any directory that exists serves to mount the empty root on. */
static int leave_files(struct mxc_err *err)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return fail(err, "mount");
    if (mount("empty", "/proc", "tmpfs", flags, "size=0,nr_inodes=1,mode=0555") < 0 ||
        chdir("/proc") < 0)
        return fail(err, "mount");
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return fail(err, "pivot_root");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) < 0)
        return fail(err, "mount");
    return 0;
}

static int set_limits(struct mxc_err *err)
{
    static const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {
        { RLIMIT_CORE, 0 },     { RLIMIT_FSIZE, 0 },
        { RLIMIT_NPROC, 0 },    { RLIMIT_NOFILE, MXC_SOCKETS_MAX },
        { RLIMIT_MEMLOCK, 0 },  { RLIMIT_DATA, DATA_BYTES },
        { RLIMIT_MSGQUEUE, 0 },
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit limit;

        if (getrlimit(limits[i].resource, &limit) < 0)
            return fail(err, "getrlimit");
        if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > limits[i].value)
            limit.rlim_max = limits[i].value; /* else the caller's is stricter */
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(limits[i].resource, &limit) < 0)
            return fail(err, "setrlimit");
    }
    return 0;
}

static int drop_capabilities(struct mxc_err *err)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0 } };

    for (int i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
        ;
    if (errno != EINVAL) /* beyond the last one */
        return fail(err, "PR_CAPBSET_DROP");
    if (syscall(SYS_capset, &header, none) < 0)
        return fail(err, "capset");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return fail(err, "PR_SET_DUMPABLE");
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? fail(err, "PR_SET_NO_NEW_PRIVS") : 0;
}

/* ---- the second wall around files and sockets by name; a kernel without it has the first */

struct ruleset {
    uint64_t handled_fs;
    uint64_t handled_net;
    uint64_t scoped;
};

static int enter_landlock(struct mxc_err *err)
{
    static const struct {
        int abi;
        struct ruleset handled;
        size_t size;
    } steps[] = {
        { 6, { (1u << 16) - 1, 1, 3 }, sizeof(struct ruleset) }, /* 6.12: scopes; bind() of TCP */
        { 4, { (1u << 15) - 1, 1, 0 }, offsetof(struct ruleset, scoped) },      /* 6.7 */
        { 1, { (1u << 13) - 1, 0, 0 }, offsetof(struct ruleset, handled_net) }, /* 5.13 */
    };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        long ruleset;

        if (abi < steps[i].abi)
            continue;
        ruleset = syscall(SYS_landlock_create_ruleset, &steps[i].handled, steps[i].size, 0);
        if (ruleset < 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
            return fail(err, "landlock_restrict_self");
        (void)close((int)ruleset);
        return 0;
    }
    return 0;
}

int mxc_net_confine(struct mxc_err *err)
{
    if (leave_files(err) < 0 || set_limits(err) < 0 || drop_capabilities(err) < 0 ||
        enter_landlock(err) < 0)
        return -1;
    return mxc_net_calls_bound(err);
}
