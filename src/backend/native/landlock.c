/* SPDX-License-Identifier: MIT */
/* Landlock, the second wall: the same grants again, enforced by another part of the kernel.
 * Whatever is mounted below the new root may be read (it is there because it may), and a path that
 * leads anywhere else is refused, however it was reached; writing is for the writable grants and
 * private directories. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/native/native.h"
#include "base/auto.h"

#define ACCESS(bit) (1ull << (bit))

/* Bits of the kernel's interface, in the order in which it grew. */
#define FS_EXECUTE            ACCESS(0)
#define FS_WRITE              ACCESS(1)
#define FS_READ               ACCESS(2)
#define FS_READ_DIR           ACCESS(3)
#define FS_ABI1               (ACCESS(13) - 1) /* 5.13: execute … make symlink */
#define FS_REFER              ACCESS(13)       /* 5.19: abi 2 */
#define FS_TRUNCATE           ACCESS(14)       /* 6.2: abi 3 */
#define FS_IOCTL_DEV          ACCESS(15)       /* 6.10: abi 5 */
#define SCOPE_ABSTRACT_SOCKET ACCESS(0)        /* 6.12: abi 6 */
#define SCOPE_SIGNAL          ACCESS(1)

#define FS_READ_ONLY (FS_EXECUTE | FS_READ | FS_READ_DIR | FS_IOCTL_DEV)
#define FS_FILE_ONLY (FS_EXECUTE | FS_WRITE | FS_READ | FS_TRUNCATE | FS_IOCTL_DEV)
#define FS_PROC      (FS_READ | FS_READ_DIR | FS_WRITE | FS_TRUNCATE | FS_EXECUTE)

struct ruleset_attr {
    uint64_t handled_fs;
    uint64_t handled_net;
    uint64_t scoped;
};

struct path_beneath_attr {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

int native_landlock_version(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1u);

    return abi < 0 ? 0 : (int)abi;
}

static uint64_t known_accesses(int abi)
{
    uint64_t known = FS_ABI1;

    if (abi >= 2)
        known |= FS_REFER;
    if (abi >= 3)
        known |= FS_TRUNCATE;
    if (abi >= 5)
        known |= FS_IOCTL_DEV;
    return known;
}

static int make_ruleset(int abi)
{
    struct ruleset_attr attr = { .handled_fs = known_accesses(abi) };
    size_t size = sizeof attr.handled_fs; /* older kernels know only the first field */

    if (abi >= 6) {
        attr.scoped = SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL;
        size = sizeof attr;
    }
    return (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0u);
}

static int allow(int ruleset, int abi, int object, uint64_t allowed, const char *path,
                 struct mxc_err *err)
{
    struct path_beneath_attr rule = { .allowed = allowed & known_accesses(abi), .parent = object };

    if (syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0u) < 0)
        return native_fail(err, "landlock_add_rule", "grant", path);
    return 0;
}

static int allow_at(int ruleset, int abi, const char *path, uint64_t allowed, struct mxc_err *err)
{
    auto_close int object = open(path, O_PATH | O_CLOEXEC);

    if (object < 0)
        return native_fail(err, "open", "open", path);
    return allow(ruleset, abi, object, allowed, path, err);
}

static uint64_t access_of(const struct mxc_step *step)
{
    uint64_t allowed = step->flags & MXC_STEP_RW ? ~0ull : FS_READ_ONLY;

    /* A device is opened for writing also where its mount is read-only, as everywhere. */
    if (step->flags & MXC_STEP_DEVICE)
        allowed = FS_FILE_ONLY;
    if (step->object != MXC_OBJECT_DIRECTORY)
        allowed &= FS_FILE_ONLY;
    return allowed;
}

static int allow_step(const struct native_job *job, size_t index, int ruleset, struct mxc_err *err)
{
    const struct mxc_step *step = &job->plan->steps[index];
    int abi = job->landlock_abi;

    switch (step->kind) {
    case MXC_STEP_BIND:
        if (!(step->flags & (MXC_STEP_RW | MXC_STEP_DEVICE)))
            return 0; /* as the root */
        return allow(ruleset, abi, job->trees[index], access_of(step), step->to, err);
    case MXC_STEP_TMP:
        return allow(ruleset, abi, job->trees[index], ~0ull, step->to, err);
    case MXC_STEP_PROC:
        return allow_at(ruleset, abi, "/proc", FS_PROC, err);
    case MXC_STEP_DEVICES:
        return allow_at(ruleset, abi, "/dev",
                        FS_READ | FS_READ_DIR | FS_WRITE | FS_TRUNCATE | FS_IOCTL_DEV, err);
    default:
        return 0;
    }
}

int native_landlock_rules(const struct native_job *job, int *out, struct mxc_err *err)
{
    auto_close int ruleset = -1;

    if (!job->landlock_abi) {
        *out = -1;
        return 0;
    }
    ruleset = make_ruleset(job->landlock_abi);
    if (ruleset < 0)
        return native_fail(err, "landlock_create_ruleset", "make", "ruleset");
    if (allow_at(ruleset, job->landlock_abi, "/", FS_READ_ONLY, err) < 0)
        return -1;
    for (size_t i = 0; i < job->plan->count; i++)
        if (allow_step(job, i, ruleset, err) < 0)
            return -1;
    *out = mxc_take_fd(&ruleset);
    return 0;
}

int native_landlock_apply(int ruleset, struct mxc_err *err)
{
    if (ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0u) < 0)
        return native_fail(err, "landlock_restrict_self", "apply", "landlock");
    return 0;
}
