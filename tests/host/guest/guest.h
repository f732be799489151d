/* SPDX-License-Identifier: MIT */
/* The probe: a small program that runs in a sandbox and tries single things, each by name.
 *
 *   probe ACTION WORD... [-- ACTION WORD...]...
 *
 * prints one line for each: "ok", "ok VALUE", or the name of the errno; and ends with 0 when all of
 * them succeeded, else 1. It is linked statically, so that it runs wherever it can be seen. */
#ifndef MXC_TEST_GUEST_H
#define MXC_TEST_GUEST_H

#include <stddef.h>

/* What an action says besides "ok"; one line, cut at the end of the room. */
struct value {
    char text[262144];
    size_t length;
};

void say(struct value *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct action {
    const char *name;
    int words;
    /* 0, or -1 with errno. */
    int (*try)(char **words, struct value *out);
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

extern const struct action file_actions[];   /* each ends with an empty row */
extern const struct action socket_actions[]; /* sockets.c */
extern const struct action kernel_actions[]; /* kernel.c: calls that must stay closed */
extern const struct action show_actions[];   /* show.c: what the program finds itself in */
extern const struct action limit_actions[];  /* limits.c: using much of something */

#endif
