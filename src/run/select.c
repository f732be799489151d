/* SPDX-License-Identifier: MIT */
/* From "containment" or --backend to the backend that serves it, or the reason why none does. */
#include <string.h>

#include "run/run.h"

/* Who serves a containment: a backend of ours, or the one system that has it. */
static const struct server {
    const char *backend; /* name in mxc_backends[], built or not */
    const char *system;  /* NULL: Linux */
} servers[] = {
    [MXC_CONTAIN_PROCESS] = { "native", NULL },
    [MXC_CONTAIN_NATIVE] = { "native", NULL },
    [MXC_CONTAIN_LXC] = { "lxc", NULL },
    [MXC_CONTAIN_BUBBLEWRAP] = { "bubblewrap", NULL },
    [MXC_CONTAIN_MICROVM] = { "microvm", NULL },
    [MXC_CONTAIN_HYPERLIGHT] = { "hyperlight", NULL },
    [MXC_CONTAIN_PROCESSCONTAINER] = { NULL, "Windows" },
    [MXC_CONTAIN_WINDOWS_SANDBOX] = { NULL, "Windows" },
    [MXC_CONTAIN_ISOLATION_SESSION] = { NULL, "Windows" },
    [MXC_CONTAIN_WSLC] = { NULL, "Windows" },
    [MXC_CONTAIN_VM] = { NULL, "Windows" },
    [MXC_CONTAIN_SEATBELT] = { NULL, "macOS" },
};

const char *mxc_run_foreign_system(enum mxc_containment containment)
{
    return servers[containment].system;
}

static const struct mxc_backend *find(const char *name)
{
    for (size_t i = 0; mxc_backends[i]; i++)
        if (!strcmp(mxc_backends[i]->name, name))
            return mxc_backends[i];
    return NULL;
}

static int select_containment(enum mxc_containment containment, const char *where,
                              const struct mxc_backend **out, struct mxc_err *err)
{
    const struct server *server = &servers[containment];
    const struct mxc_backend *found = server->backend ? find(server->backend) : NULL;

    if (found) {
        *out = found;
        return 0;
    }
    if (server->system)
        return mxc_fail(err, MXC_UNAVAILABLE, 0, where,
                        "containment '%s' exists only on %s: use containment 'process', which is "
                        "the native engine here",
                        mxc_containment_name(containment), server->system);
    return mxc_fail(err, MXC_UNAVAILABLE, 0, where,
                    "this build has no %s backend: use containment 'process', which is the native "
                    "engine",
                    server->backend);
}

/* Every containment is also a name for --backend, so that "--backend lxc" gets the same reason. */
static int select_name(const char *name, const struct mxc_backend **out, struct mxc_err *err)
{
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
        if (!strcmp(mxc_containment_name((enum mxc_containment)i), name))
            return select_containment((enum mxc_containment)i, "--backend", out, err);
    return mxc_fail(err, MXC_USAGE, 0, "--backend",
                    "there is no backend '%s': 'mxc probe' lists those that exist", name);
}

int mxc_run_select(const struct mxc_policy *policy, const char *name,
                   const struct mxc_backend **out, struct mxc_err *err)
{
    if (name)
        return select_name(name, out, err);
    return select_containment(policy->containment, "/containment", out, err);
}
