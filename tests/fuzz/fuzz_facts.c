/* SPDX-License-Identifier: MIT */
/* The facts of the invented host for a whole program, linked with --wrap=mxc_sys_facts. */
#include <stddef.h>

#include "fuzz_host.h"
#include "sys/sys.h"

int __wrap_mxc_sys_facts(struct mxc_sys_host *storage, struct mxc_facts *out, struct mxc_err *err);

int __wrap_mxc_sys_facts(struct mxc_sys_host *storage, struct mxc_facts *out, struct mxc_err *err)
{
    static struct fake_host host;

    (void)storage;
    (void)err;
    fake_host_done(&host);
    if (fuzz_host_open(&host, "") < 0)
        return -1;
    *out = host.facts;
    return 0;
}
