/* SPDX-License-Identifier: MIT */
/* Prints what is generated from the field tables: "schema_print VERSION" a JSON Schema,
 * "schema_print markdown" the reference. Files in schemas/ and docs/schema.md are its output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "policy/schema.h"

int main(int argc, char **argv)
{
    enum mxc_version version;
    struct mxc_err err;
    auto_buf out = { 0 };

    if (argc != 2)
        return EXIT_FAILURE;
    if (strcmp(argv[1], "markdown") == 0) {
        mxc_schema_markdown(&out);
    } else if (mxc_version_parse(argv[1], &version, &err) == 0) {
        mxc_schema_json(version, &out);
    } else {
        (void)fprintf(stderr, "%s\n", err.text);
        return EXIT_FAILURE;
    }
    if (out.failed || fwrite(out.data, 1, out.length, stdout) != out.length)
        return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
