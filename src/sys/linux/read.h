/* SPDX-License-Identifier: MIT */
/* Small files of /proc and /sys, read and written whole. */
#ifndef MXC_SYS_LINUX_READ_H
#define MXC_SYS_LINUX_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text, terminated; the caller frees it. NULL with errno. 'length' may be NULL. */
char *mxc_sys_read_file(const char *path, size_t *length);

/* Same, below a directory descriptor, into the caller's memory; cut at room - 1. -1 with errno. */
long mxc_sys_read_at(int dir, const char *path, char *out, size_t room);

/* One write call. 0, or -1 with errno. */
int mxc_sys_write_at(int dir, const char *path, const char *text);

/* The number in a small file; false when there is none. */
bool mxc_sys_read_number(const char *path, uint64_t *out);

#endif
