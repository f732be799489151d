/* SPDX-License-Identifier: MIT */
/* Strict JSON. jansson decides; what it says is put into our words, without quoting the text, because
 * the text may hold secrets. */
#include "policy/parse.h"

#include <errno.h>
#include <string.h>

#include "policy/locate.h"
#include "policy/read.h"
#include "policy/text.h"

/* Our words for errors of jansson; the first row that fits wins. */
static const struct {
    enum json_error_code code;
    const char *start; /* of jansson's text; "" fits all */
    const char *words;
} words[] = {
    { json_error_duplicate_key, "", "this name appears twice in one object; keep one" },
    { json_error_null_byte_in_key, "", "a name must not contain null bytes (\\u0000)" },
    { json_error_premature_end_of_input, "", "the text ends too early" },
    { json_error_end_of_input_expected, "", "trailing characters after the configuration object" },
    { json_error_numeric_overflow, "", "this number is out of range" },
    { json_error_stack_overflow, "", "recursion limit exceeded" },
    { json_error_invalid_syntax, "control character",
      "a control character in a string must be written as an escape (\\n, \\t, \\u00..)" },
    { json_error_invalid_syntax, "invalid escape", "this escape is not one of JSON" },
    { json_error_invalid_syntax, "invalid Unicode", "this \\u escape is half of a surrogate pair" },
    { json_error_invalid_syntax, "string or '}' expected",
      "expected a name in double quotes or '}' (JSON has no comments and no trailing commas)" },
    { json_error_invalid_syntax, "':' expected", "expected ':' after the name" },
    { json_error_invalid_syntax, "'}' expected", "expected ',' or '}' after the value" },
    { json_error_invalid_syntax, "']' expected", "expected ',' or ']' after the value" },
    { json_error_invalid_syntax, "unexpected token",
      "expected a value (JSON has no trailing commas)" },
    { json_error_invalid_syntax, "", "this is not JSON; expected a value" },
};

static const char *words_of(const json_error_t *error)
{
    for (size_t i = 0; i < MXC_COUNT(words); i++)
        if (words[i].code == json_error_code(error) &&
            strncmp(error->text, words[i].start, strlen(words[i].start)) == 0)
            return words[i].words;
    return "this is not JSON";
}

static int fail(const char *text, size_t length, const json_error_t *error, struct mxc_err *err)
{
    /* The position is the number of bytes read, the offending one included. */
    size_t offset = error->position > 0 ? (size_t)error->position - 1 : 0, start;
    auto_buf pointer = { 0 };

    if (json_error_code(error) == json_error_out_of_memory)
        return mxc_fail(err, MXC_BACKEND, ENOMEM, "malloc", "out of memory");
    start = mxc_locate_around(text, length, offset, &pointer);
    if (json_error_code(error) == json_error_duplicate_key)
        offset = start;
    (void)mxc_fail(err, MXC_BAD_POLICY, 0, pointer.data, "invalid JSON syntax: %s",
                   words_of(error));
    mxc_text_position(text, offset < length ? offset : length, err);
    return -1;
}

json_t *mxc_parse(const char *text, size_t length, struct mxc_err *err)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY;
    json_error_t error = { 0 };
    json_t *root;

    if (mxc_text_scan(text, length, err) < 0)
        return NULL;
    root = json_loadb(text, length, flags, &error);
    if (!root) {
        (void)fail(text, length, &error, err);
        return NULL;
    }
    if (!json_is_object(root)) {
        (void)mxc_fail(err, MXC_BAD_POLICY, 0, "", "expected a configuration object, found %s",
                       mxc_read_kind(root));
        mxc_text_position(text, mxc_locate(text, length, NULL).value, err);
        json_decref(root);
        return NULL;
    }
    return root;
}
