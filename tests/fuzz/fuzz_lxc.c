/* SPDX-License-Identifier: MIT */
/* A policy on its whole way through lxc-exec --dry-run, on an invented host: what it prints are whole lines,
 * no text of the policy makes one of its own, and what looks like an envelope is one. */
#include <stdlib.h>
#include <string.h>

#include "cli/lxc_exec.h"
#include "fuzz.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(struct fuzz_input input, struct mxc_buf *out)
{
    mxc_buf_add(out, "");
    while (input.left) {
        size_t left = input.left;
        unsigned first = fuzz_byte(&input), second = fuzz_byte(&input), third = fuzz_byte(&input);
        unsigned bits = first << 16 | second << 8 | third;

        for (size_t k = 0; k < 4; k++)
            mxc_buf_add_n(out, k > left ? "=" : &letters[bits >> (18 - 6 * k) & 63], 1);
    }
}

/* Each line of the log, as it can begin. */
static bool is_known_line(const char *line)
{
    static const char *const starts[] = {
        "Script code length: ",
        "Working directory: ",
        "Script timeout: ",
        "Container name: ",
        "Note: without ",
        "Runner completed in ",
        "Dry run completed. Result: validation ",
        "Configuration parse error: ",
        "Request error",
        "{\"error\":{\"code\":\"",
        "Error: ",
        "error: ",
    };

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (!strncmp(line, starts[i], strlen(starts[i])))
            return true;
    return false;
}

static void check_stream(const char *text, bool plan)
{
    FUZZ_CHECK(fuzz_is_lines(text), text);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n");
        char *copy = strndup(line, length);

        FUZZ_CHECK(plan || is_known_line(line), copy);
        if (*line == '{')
            FUZZ_CHECK(fuzz_is_json(copy), copy);
        free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    bool debug = fuzz_byte(&input) & 1;
    char dry[] = "--dry-run", name[] = "--config-base64", loud[] = "--debug";
    auto_buf text = { 0 };
    int status;

    encode(input, &text);
    fuzz_catch_output();
    status = mxc_lxc_exec_main(debug ? 4 : 3, (char *[]){ dry, name, text.data, loud, NULL });
    FUZZ_CHECK(status == 0 || status == 1 || status == 255, NULL);
    if (fuzz_output[1].data)
        check_stream(fuzz_output[1].data, debug && status == 0);
    if (fuzz_output[2].data)
        check_stream(fuzz_output[2].data, false);
    FUZZ_CHECK(status == 0 || fuzz_output[1].data || fuzz_output[2].data, NULL);
    fuzz_forget_output();
    return 0;
}
