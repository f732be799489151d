/* SPDX-License-Identifier: MIT */
/* Programs that come with this one. */
#ifndef MXC_SYS_LINUX_BESIDE_H
#define MXC_SYS_LINUX_BESIDE_H

/* The path of a program in the folder of the running one, or in ../libexec/mxc; never looked for in
 * PATH. NULL when it is not there. Overwritten by the next call. */
const char *mxc_sys_beside(const char *name);

#endif
