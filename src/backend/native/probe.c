/* SPDX-License-Identifier: MIT */
/* What this host can enforce, found by trying, not by version numbers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/native/device.h"
#include "backend/native/native_run.h"
#include "base/auto.h"
#include "sys/linux/kernel.h"
#include "sys/sys.h"

static struct mxc_probe_item *add(struct mxc_probe *out, const char *name, bool yes)
{
    struct mxc_probe_item *item = &out->items[out->count];

    if (out->count + 1 < MXC_PROBE_MAX)
        out->count++;
    *item = (struct mxc_probe_item){ .name = name, .yes = yes };
    return item;
}

static void probe_kernel(struct mxc_probe *out)
{
    struct utsname name;
    unsigned major_number = 0, minor_number = 0;
    struct mxc_probe_item *item;
    bool yes;

    (void)uname(&name);
    yes = sscanf(name.release, "%u.%u", &major_number, &minor_number) == 2 &&
          (major_number > 5 || (major_number == 5 && minor_number >= 15));
    item = add(out, "linux 5.15 or newer", yes);
    (void)snprintf(item->detail, sizeof item->detail, "%s", name.release);
    if (!yes)
        (void)snprintf(item->remedy, sizeof item->remedy, "use a newer kernel");
    out->available = out->available && yes;
}

/* In a child with new namespaces: the calls that set-up depends on. The exit status names the first
 * that failed. */
enum { WORKS, WORKS_TAP, WORKS_PAIR, NO_TMPFS, NO_ATTACH, NO_SETATTR, NO_PROC, NO_CALL };

/* What kind of network interface a sandbox can have here: WORKS when none. */
static int try_device(void)
{
    int device = -1;
    struct stat info = { .st_mode = 0 };
    bool made = native_device_open(false, &device, NULL) == 0 && fstat(device, &info) == 0;

    mxc_net_leave_device(device);
    if (!made)
        return WORKS;
    return S_ISSOCK(info.st_mode) ? WORKS_PAIR : WORKS_TAP;
}

static int try_mounts(int go, bool mapped)
{
    const struct mxc_mount_attr attr = { .attr_set = MXC_ATTR_RDONLY };
    char byte;
    int tree, missing, device;

    if (read(go, &byte, 1) != 1 || (mapped && native_take_ids() < 0))
        return NO_TMPFS;
    missing = native_missing_call();
    if (missing >= 0)
        return NO_CALL + missing;
    device = try_device();
    if (mount("mxc", "/proc", "tmpfs", 0, NULL) < 0 || chdir("/proc") < 0 || mkdir("a", 0755) < 0 ||
        mkdir("proc", 0755) < 0)
        return NO_TMPFS;
    tree = mxc_sys_open_tree(AT_FDCWD, "a", MXC_OPEN_TREE_CLONE);
    if (tree < 0 || mxc_sys_move_mount(tree, "", AT_FDCWD, "a", MXC_MOVE_FROM_EMPTY) < 0)
        return NO_ATTACH;
    if (mxc_sys_mount_setattr(tree, MXC_AT_RECURSIVE, &attr) < 0)
        return NO_SETATTR;
    if (mount("proc", "proc", "proc", 0, NULL) < 0)
        return NO_PROC;
    return device;
}

static void describe_network(struct mxc_probe *out, int result, bool mapped)
{
    const char *program = mxc_net_program();
    struct mxc_probe_item *item = add(out, "network rules", program && result != WORKS);

    if (item->yes) {
        (void)snprintf(
            item->detail, sizeof item->detail, "mxc-net, by a %s%s",
            result == WORKS_TAP ? "tap" : "veth pair: /dev/net/tun cannot be opened",
            mxc_net_may_ping(mapped) ? "" : "; no ping: net.ipv4.ping_group_range leaves it out");
        return;
    }
    out->can &= ~MXC_NETWORK_FEATURES;
    if (!program) {
        (void)snprintf(item->detail, sizeof item->detail, "mxc-net is not installed beside mxc");
        (void)snprintf(item->remedy, sizeof item->remedy,
                       "build it with libslirp (Debian: apt install libslirp-dev) and install it");
        return;
    }
    (void)snprintf(item->detail, sizeof item->detail,
                   "neither a tap (/dev/net/tun) nor a veth pair can be made");
    (void)snprintf(item->remedy, sizeof item->remedy,
                   "sudo modprobe tun && sudo chmod 0666 /dev/net/tun, or sudo modprobe veth");
}

static void describe_mounts(struct mxc_probe *out, int result, bool mapped)
{
    static const char *const texts[] = {
        [WORKS] = "mount namespace, new mount calls, fresh /proc",
        [NO_TMPFS] = "no tmpfs can be mounted in a new user namespace",
        [NO_ATTACH] = "no mount can be attached in a new user namespace",
        [NO_SETATTR] = "mount_setattr is refused",
        [NO_PROC] = "no fresh /proc: the container around this process hides parts of its own",
    };
    const bool works = result >= 0 && result <= WORKS_PAIR;
    struct mxc_probe_item *item = add(out, "mounts", works);
    char reason[160];

    (void)snprintf(item->detail, sizeof item->detail, "%s",
                   works                                     ? texts[WORKS]
                   : result >= NO_TMPFS && result <= NO_PROC ? texts[result]
                                                             : "the trial was killed");
    if (result == NO_PROC)
        (void)snprintf(item->remedy, sizeof item->remedy,
                       "start the container with --security-opt systempaths=unconfined (docker) or "
                       "--security-opt unmask=ALL (podman)");
    else if (result >= NO_CALL)
        native_explain_call(result - NO_CALL, item->detail, sizeof item->detail, item->remedy,
                            sizeof item->remedy);
    else if (!works)
        native_explain_namespaces(EACCES, reason, sizeof reason, item->remedy, sizeof item->remedy);
    out->available = out->available && works;
    if (works)
        describe_network(out, result, mapped);
}

/* What the trial found, or -1 with the reason when there could be none. '*may_map': sandboxes here
 * have ids of their own. */
static int run_trial(bool *may_map, struct mxc_err *err)
{
    auto_close int pidfd = -1;
    struct mxc_sys_host host;
    struct mxc_facts facts;
    struct native_job job = { 0 };
    int go[2], status;
    pid_t child;
    bool mapped;

    if (mxc_sys_facts(&host, &facts, err) < 0 || native_check_ids(&facts, err) < 0)
        return -1;
    *may_map = facts.can_map_ids;
    job = (struct native_job){ .uid = facts.uid, .gid = facts.gid, .mapped = facts.can_map_ids };
    if (pipe2(go, O_CLOEXEC) < 0)
        return native_fail(err, "pipe2", "make", "pipe");
    child = native_clone(-1, &pidfd, err);
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        (void)close(go[1]); /* closed without a word when the ids cannot be mapped */
        _exit(try_mounts(go[0], job.mapped));
    }
    mapped = child > 0 && native_map_ids(child, &job, err) == 0;
    if (mapped)
        (void)!write(go[1], "g", 1);
    (void)close(go[0]);
    (void)close(go[1]);
    if (child > 0 && waitpid(child, &status, __WALL) < 0)
        return native_fail(err, "waitpid", "wait for", "trial");
    if (!mapped)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static void probe_namespaces(struct mxc_probe *out)
{
    struct mxc_err err = { 0 };
    bool may_map = false;
    int result = run_trial(&may_map, &err);
    struct mxc_probe_item *item = add(out, "user namespaces", result >= 0);

    if (result >= 0) {
        (void)snprintf(item->detail, sizeof item->detail, "user mount pid network ipc uts cgroup");
        describe_mounts(out, result, may_map);
        return;
    }
    out->available = false;
    if (err.code == MXC_UNAVAILABLE && strcmp(err.where, NATIVE_NAMESPACES) == 0) {
        native_explain_namespaces(err.sys, item->detail, sizeof item->detail, item->remedy,
                                  sizeof item->remedy);
        return;
    }
    (void)snprintf(item->detail, sizeof item->detail, "%.*s", (int)sizeof item->detail - 1,
                   err.text);
    (void)snprintf(item->remedy, sizeof item->remedy,
                   "run mxc as an ordinary user, or as root with CAP_SETUID and CAP_SETGID");
}

static void probe_filters(struct mxc_probe *out)
{
    int abi = native_landlock_version();
    struct mxc_probe_item *item = add(out, "landlock", abi > 0);

    if (abi > 0)
        (void)snprintf(item->detail, sizeof item->detail, "abi %d", abi);
    else {
        (void)snprintf(item->detail, sizeof item->detail,
                       "the kernel has none, or a filter forbids it; the mounts are the only wall "
                       "around files");
        (void)snprintf(item->remedy, sizeof item->remedy, "boot with landlock in the lsm= list");
    }
    /* Asks whether the action "kill the process" exists: 4.14, and needs CONFIG_SECCOMP_FILTER. */
    item =
        add(out, "seccomp filters", syscall(SYS_seccomp, 2u, 0u, &(uint32_t){ 0x80000000u }) == 0);
    if (!item->yes)
        (void)snprintf(item->remedy, sizeof item->remedy,
                       "use a kernel with CONFIG_SECCOMP_FILTER");
    out->available = out->available && item->yes;
}

static void probe_cgroups(struct mxc_probe *out)
{
    static const struct {
        unsigned bit, can;
        const char *name, *without;
    } rows[] = {
        { NATIVE_HOLDS_MEMORY, 0, "cgroup memory",
          "memoryMb is enforced by sampling resident memory" },
        { NATIVE_HOLDS_PIDS, 0, "cgroup pids", "processes is enforced by a resource limit" },
        { NATIVE_HOLDS_CPU, MXC_CAN(LIMIT_CPU), "cgroup cpu", "cpuPercent is refused" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct native_cgroup cgroup = { .keeper_pipe = -1 };
        bool yes = native_cgroup_find(rows[i].bit, &cgroup) == 0;
        struct mxc_probe_item *item = add(out, rows[i].name, yes);

        if (yes) {
            (void)snprintf(item->detail, sizeof item->detail, "v%d, writable", cgroup.version);
        } else {
            (void)snprintf(item->detail, sizeof item->detail, "none is writable: %s",
                           rows[i].without);
            (void)snprintf(item->remedy, sizeof item->remedy,
                           "run as root, or under systemd-run --user --scope -p Delegate=yes");
            out->can &= ~rows[i].can;
        }
        native_cgroup_done(&cgroup);
    }
}

int native_probe(struct mxc_probe *out, struct mxc_err *err)
{
    (void)err;
    *out = (struct mxc_probe){ .available = true, .can = mxc_backend_native.can };
    probe_kernel(out);
    probe_namespaces(out);
    probe_filters(out);
    probe_cgroups(out);
    if (!out->available)
        out->can = 0;
    return 0;
}
