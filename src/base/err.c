/* SPDX-License-Identifier: MIT */
/* Filling and naming errors. */
#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

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
    mxc_utf8_tame(err->where);
    mxc_utf8_tame(err->text);
    return -1;
}

static bool is_of_backend(enum mxc_code code)
{
    return code == MXC_POLICY_REFUSED || code == MXC_UNAVAILABLE || code == MXC_BACKEND;
}

void mxc_err_take(const struct mxc_err *from, struct mxc_err *out)
{
    (void)mxc_fail(out, is_of_backend(from->code) ? from->code : MXC_BACKEND, from->sys, NULL,
                   "%.*s", (int)strnlen(from->text, sizeof from->text), from->text);
    memcpy(out->where, from->where, sizeof out->where - 1);
    mxc_utf8_tame(out->where);
    if (!*out->text)
        (void)strcpy(out->text, "no reason was given");
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
