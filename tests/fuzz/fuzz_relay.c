/* SPDX-License-Identifier: MIT */
/* Output of a program on its way through the executor: what the caller gets is what was written, in order and
 * unchanged, and never more than the limit. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "backend/native/relay.h"
#include "fuzz.h"

#define STREAMS 2

struct sides {
    struct native_output output;
    int program[STREAMS]; /* where it writes, -1: closed */
    int caller[STREAMS];  /* where the caller reads */
    int to[STREAMS];
    struct mxc_buf written[STREAMS];
    struct mxc_buf got[STREAMS];
};

static void make_pipe(int ends[2])
{
    FUZZ_CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0, NULL);
}

static void start(struct sides *sides, uint64_t limit)
{
    *sides = (struct sides){ .output.limit = limit };
    for (int i = 0; i < STREAMS; i++) {
        int in[2], out[2];

        make_pipe(in);
        make_pipe(out);
        sides->program[i] = in[1];
        sides->caller[i] = out[0];
        sides->to[i] = out[1];
        sides->output.pipes[i] = (struct native_pipe){ .from = in[0], .to = out[1] };
    }
}

static void write_some(struct sides *sides, int stream, struct fuzz_input *input, size_t length)
{
    const char *bytes = (const char *)input->at;
    ssize_t done;

    length = length < input->left ? length : input->left;
    if (sides->program[stream] < 0 || !length)
        return;
    done = write(sides->program[stream], bytes, length);
    if (done > 0)
        mxc_buf_add_n(&sides->written[stream], bytes, (size_t)done);
    input->at += length;
    input->left -= length;
}

static void read_all(struct sides *sides)
{
    char bytes[4096];
    ssize_t got;

    for (int i = 0; i < STREAMS; i++)
        while ((got = read(sides->caller[i], bytes, sizeof bytes)) > 0)
            mxc_buf_add_n(&sides->got[i], bytes, (size_t)got);
}

static void close_program(struct sides *sides, int stream)
{
    if (sides->program[stream] >= 0)
        (void)close(sides->program[stream]);
    sides->program[stream] = -1;
}

static void check(const struct sides *sides)
{
    size_t got = sides->got[0].length + sides->got[1].length;
    size_t written = sides->written[0].length + sides->written[1].length;

    FUZZ_CHECK(got <= sides->output.limit, NULL);
    FUZZ_CHECK(got == sides->output.moved, NULL);
    for (int i = 0; i < STREAMS; i++)
        FUZZ_CHECK(!sides->got[i].length ||
                       (sides->got[i].length <= sides->written[i].length &&
                        !memcmp(sides->got[i].data, sides->written[i].data, sides->got[i].length)),
                   NULL);
    FUZZ_CHECK(sides->output.exceeded == (written > sides->output.limit), NULL);
    FUZZ_CHECK(sides->output.exceeded || got == written, NULL);
}

static void finish(struct sides *sides)
{
    native_output_close(&sides->output);
    for (int i = 0; i < STREAMS; i++) {
        close_program(sides, i);
        (void)close(sides->caller[i]);
        (void)close(sides->to[i]);
        mxc_buf_done(&sides->written[i]);
        mxc_buf_done(&sides->got[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct sides sides;
    uint64_t before;

    start(&sides, 1 + fuzz_byte(&input) * (1 + fuzz_byte(&input) % 4u));
    while (input.left && !sides.output.exceeded) {
        unsigned what = fuzz_byte(&input);

        if (what >> 1 & 1)
            write_some(&sides, what & 1, &input, what >> 2);
        else if (what >> 2 & 1)
            native_output_move(&sides.output);
        else if (what >> 3 & 1)
            read_all(&sides);
        else if (what == 0)
            close_program(&sides, 0);
    }
    read_all(&sides); /* a full pipe takes only a part */
    do {
        before = sides.output.moved;
        native_output_move(&sides.output);
        read_all(&sides);
    } while (before != sides.output.moved);
    check(&sides);
    finish(&sides);
    return 0;
}
