/* SPDX-License-Identifier: MIT */
/* Strict JSON. jansson decides; what is wrong is said in our words and without quoting the text,
 * because the text may hold secrets. */
#include "policy/parse.h"

#include <errno.h>

#include "policy/locate.h"
#include "policy/read.h"
#include "policy/syntax.h"
#include "policy/text.h"

static const char *const syntax_words[] = {
    [MXC_SYNTAX_END] = "the text ends too early",
    [MXC_SYNTAX_VALUE] = "expected a value (no comments, no trailing commas)",
    [MXC_SYNTAX_NAME] = "expected a name in double quotes (no comments, no trailing commas)",
    [MXC_SYNTAX_COLON] = "expected ':' after the name",
    [MXC_SYNTAX_IN_OBJECT] = "expected ',' or '}' after the value",
    [MXC_SYNTAX_IN_LIST] = "expected ',' or ']' after the value",
    [MXC_SYNTAX_CONTROL] = "a control character must be written as an escape (\\n, \\t, \\u00..)",
    [MXC_SYNTAX_ESCAPE] = "this escape is not one of JSON",
    [MXC_SYNTAX_SURROGATE] = "this escape is half of a surrogate pair",
    [MXC_SYNTAX_TRAILING] = "trailing characters after the configuration object",
};

/* Errors of well-formed text: the place is the value or name that was read last. */
static const struct {
    enum json_error_code code;
    const char *words;
} other_words[] = {
    { json_error_duplicate_key, "this name appears twice in one object; keep one" },
    { json_error_null_byte_in_key, "a name must not contain null bytes (\\u0000)" },
    { json_error_numeric_overflow, "this number is out of range" },
};

static const char *words_of(enum json_error_code code)
{
    for (size_t i = 0; i < MXC_COUNT(other_words); i++)
        if (other_words[i].code == code)
            return other_words[i].words;
    return NULL;
}

static int fail(const char *text, size_t length, const json_error_t *error, struct mxc_err *err)
{
    const char *words = words_of(json_error_code(error));
    auto_buf pointer = { 0 };
    enum mxc_syntax fault;
    size_t at = 0;

    if (words) {
        at = error->position > 0 ? (size_t)error->position - 1 : 0;
        at = mxc_locate_around(text, length, at, &pointer);
    } else {
        fault = mxc_syntax_check(text, length, &at);
        if (fault == MXC_SYNTAX_OK) /* nothing else is left; jansson does not always say so */
            return mxc_fail(err, MXC_BACKEND, ENOMEM, "malloc", "out of memory");
        words = syntax_words[fault];
        (void)mxc_locate_around(text, length, at, &pointer);
    }
    (void)mxc_fail(err, MXC_BAD_POLICY, 0, pointer.data, "invalid JSON syntax: %s", words);
    mxc_text_position(text, at, err);
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
