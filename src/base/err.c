/* SPDX-License-Identifier: MIT */
/* Filling and naming errors. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

int mxc_fail(struct mxc_err *err, enum mxc_code code, int sys, const char *where,
             const char *format, ...)
{
    va_list args;

    if (!err)
        return -1;
    memset(err, 0, sizeof *err);
    err->code = code;
    err->sys = sys;
    (void)snprintf(err->where, sizeof err->where, "%s", where ? where : "");
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    keep_one_line(err->where);
    keep_one_line(err->text);
    return -1;
}

static const struct {
    const char *text;
    int status;
} codes[] = {
#define MXC_CODE_ROW(name, wire, exit_status) [MXC_##name] = { wire, exit_status },
    MXC_CODES(MXC_CODE_ROW)
#undef MXC_CODE_ROW
};

const char *mxc_code_text(enum mxc_code code)
{
    return codes[code].text;
}

int mxc_code_status(enum mxc_code code)
{
    return codes[code].status;
}
