/* SPDX-License-Identifier: MIT */
/* Reads the policies named on the command line and prints one line for each:
 *   accept<TAB>FILE
 *   refuse<TAB>FILE<TAB>pointer<TAB>line:column<TAB>code<TAB>text
 * Exit status 0 when every file could be opened. "--portable" before files refuses extensions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "policy/policy.h"

static int read_file(const char *path, struct mxc_buf *out)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t size;

    if (!file)
        return -1;
    while ((size = fread(part, 1, sizeof part, file)) > 0)
        mxc_buf_add_n(out, part, size);
    return fclose(file);
}

static int check(const char *path, const struct mxc_read_options *options)
{
    struct mxc_arena arena = { 0 };
    struct mxc_policy policy;
    struct mxc_err err;
    auto_buf text = { 0 };

    if (read_file(path, &text) < 0) {
        perror(path);
        return -1;
    }
    if (mxc_policy_read(&arena, text.data ? text.data : "", text.length, options, &policy, &err) ==
        0)
        printf("accept\t%s\n", path);
    else
        printf("refuse\t%s\t%s\t%d:%d\t%s\t%s\n", path, err.where, err.line, err.column,
               mxc_code_text(err.code), err.text);
    mxc_arena_done(&arena);
    return 0;
}

int main(int argc, char **argv)
{
    struct mxc_read_options options = { 0 };
    int failed = 0;

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--portable") == 0)
            options.portable = true;
        else
            failed |= check(argv[i], &options) < 0;
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
