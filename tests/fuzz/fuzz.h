/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share: taking an input apart, catching what the program writes, failing loudly. */
#ifndef MXC_TESTS_FUZZ_H
#define MXC_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* What each target defines; called by the fuzzing engine, or by replay.c for the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that does not hold ends the process, with 'text' (may be NULL) as what it was about. */
#define FUZZ_CHECK(holds, text)                                                                    \
    do {                                                                                           \
        if (!(holds))                                                                              \
            fuzz_failed(__FILE__, __LINE__, #holds, text);                                         \
    } while (0)

_Noreturn void fuzz_failed(const char *file, int line, const char *property, const char *text);

/* The rest of an input. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* The next byte; 0 when there is none. */
unsigned fuzz_byte(struct fuzz_input *input);

/* Everything up to the next 'end' byte or the end of the input, without NUL bytes at its end: a text of
 * its own size, so that reading beyond it is seen. In the arena. */
char *fuzz_text_until(struct fuzz_input *input, struct mxc_arena *arena, char end);
char *fuzz_rest(struct fuzz_input *input, struct mxc_arena *arena);

/* No character that ends the line or steers a terminal: C0 and C1 controls, DEL. Bytes that are not UTF-8
 * count as characters of Latin-1. */
bool fuzz_is_line(const char *text);

/* The same for a text of several whole lines; "" is one. */
bool fuzz_is_lines(const char *text);

/* Is it one JSON value, strictly, and nothing but white space after it? */
bool fuzz_is_json(const char *text);

/* An error as every function promises it: a known code that is not OK, texts that end, one line each. */
void fuzz_check_error(const struct mxc_err *err);

/* The same for the reader and the planner: their place is a JSON pointer or "". */
void fuzz_check_refusal(const struct mxc_err *err);

/* From now on what the program writes to standard output and error is kept here instead. Only for targets
 * that are linked with --wrap=write. */
void fuzz_catch_output(void);
extern struct mxc_buf fuzz_output[3]; /* by descriptor; emptied by fuzz_forget_output() */
void fuzz_forget_output(void);

#endif
