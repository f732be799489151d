/* SPDX-License-Identifier: MIT */
/* Catches what the program prints, for targets that are linked with --wrap=write. */
#include <unistd.h>

#include "fuzz.h"

struct mxc_buf fuzz_output[3];
static bool catching;

ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    if (!catching || fd < 1 || fd > 2)
        return __real_write(fd, bytes, length);
    mxc_buf_add_n(&fuzz_output[fd], bytes, length);
    return (ssize_t)length;
}

void fuzz_catch_output(void)
{
    catching = true;
}

void fuzz_forget_output(void)
{
    catching = false;
    for (int i = 0; i < 3; i++)
        mxc_buf_done(&fuzz_output[i]);
}
