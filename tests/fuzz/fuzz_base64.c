/* SPDX-License-Identifier: MIT */
/* Base64 of --config-base64, against a decoder that is written in another way. */
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "cli/config.h"
#include "fuzz.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The one text of these bytes. */
static void encode(const uint8_t *bytes, size_t size, struct mxc_buf *out)
{
    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = (uint32_t)bytes[i] << 16;
        size_t left = size - i;
        char group[4];

        bits |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        bits |= left > 2 ? bytes[i + 2] : 0;
        for (size_t k = 0; k < 4; k++)
            group[k] = k > left ? '=' : letters[bits >> (18 - 6 * k) & 63];
        mxc_buf_add_n(out, group, 4);
    }
}

/* Bytes to text and back. */
static void check_bytes(const uint8_t *data, size_t size)
{
    struct mxc_arena arena = { 0 };
    struct mxc_config config = { 0 };
    struct mxc_err err;
    char *bytes = NULL;
    size_t length = 0;
    auto_buf text = { 0 };

    mxc_buf_add(&text, "");
    encode(data, size, &text);
    FUZZ_CHECK(mxc_base64_decode(&arena, text.data, text.length, &bytes, &length) == 0, text.data);
    FUZZ_CHECK(length == size && (!size || !memcmp(bytes, data, size)) && !bytes[length],
               text.data);
    if (mxc_config_base64(&arena, text.data, &config, &err) < 0)
        fuzz_check_refusal(&err);
    else
        FUZZ_CHECK(config.length == size && !config.text[size], text.data);
    FUZZ_CHECK((config.text != NULL) == (mxc_utf8_check((const char *)data, size) == size),
               text.data);
    mxc_arena_done(&arena);
}

/* What is taken as base64 is what an encoder writes for the result. */
static void check_text(const uint8_t *data, size_t size)
{
    struct mxc_arena arena = { 0 };
    char *bytes = NULL;
    size_t length = 0;
    auto_buf again = { 0 };

    if (mxc_base64_decode(&arena, (const char *)data, size, &bytes, &length) == 0) {
        FUZZ_CHECK(!bytes[length], NULL);
        encode((const uint8_t *)bytes, length, &again);
        FUZZ_CHECK(again.length == size && (!size || !memcmp(again.data, data, size)), again.data);
    }
    mxc_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_text(data, size);
    check_bytes(data, size);
    return 0;
}
