/* SPDX-License-Identifier: MIT */
/* What passes between the caller's streams and the sandbox, where it does not pass by itself: a pty
 * when a standard stream is a terminal, pipes when output is limited. */
#ifndef MXC_BACKEND_NATIVE_RELAY_H
#define MXC_BACKEND_NATIVE_RELAY_H

#include <poll.h>

#include "backend/native/native.h"

struct native_pipe {
    int from; /* -1: closed */
    int to;
    bool blocked; /* 'to' took nothing: wait for it, not for more to read */
};

/* Output through pipes of ours, for a limit on its bytes. */
struct native_output {
    struct native_pipe pipes[2];
    uint64_t limit; /* 0: none, and no pipes */
    uint64_t moved;
    bool exceeded;
    int error; /* the caller cannot take it: its disk is full */
};

struct native_terminal {
    int master;      /* -1: no pty */
    int keyboard;    /* the caller's terminal to read from, -1: none */
    int screen;      /* the caller's terminal to write to */
    bool foreground; /* the keyboard is ours to read */
    bool raw;        /* 'saved' must be restored */
    bool silent;     /* nobody in the sandbox has the pty open: a poll would say so all the time */
    struct termios saved;
    char to_screen[16384];
    size_t screen_from, screen_to; /* what of the buffer is still to be written */
    char to_program[4096];
    size_t program_from, program_to;
};

/* Which standard streams are terminals; sets the job's fields. */
void native_terminal_detect(struct native_job *job);
/* Takes the master of the pty, makes the caller's terminal raw, sets the size. */
int native_terminal_open(struct native_terminal *terminal, const struct native_job *job, int master,
                         struct mxc_err *err);
void native_terminal_resize(const struct native_terminal *terminal);
/* After the executor was stopped and continued: raw again, size again. */
void native_terminal_resume(struct native_terminal *terminal);
/* In the background the keyboard belongs to others, and a pty that nobody holds may be opened
 * again; no event says when that ends. True while it is worth looking again with
 * native_terminal_look(). */
bool native_terminal_waits(const struct native_terminal *terminal);
void native_terminal_look(struct native_terminal *terminal);
size_t native_terminal_polls(const struct native_terminal *terminal, struct pollfd polls[3]);
/* Moves what can be moved, at most to the limit of output. */
void native_terminal_move(struct native_terminal *terminal, struct native_output *output);
/* After the end: moves the rest of the output, unless 'output' is NULL, and restores the caller's
 * terminal. Accepts a closed one. */
void native_terminal_close(struct native_terminal *terminal, struct native_output *output);

int native_output_open(struct native_output *output, uint64_t limit, struct native_job *job,
                       struct mxc_err *err);
/* After the clone: the executor's copies of the program's ends. */
void native_output_started(struct native_job *job);
size_t native_output_polls(const struct native_output *output, struct pollfd polls[2]);
/* Moves what is there, at most to the limit. */
void native_output_move(struct native_output *output);
void native_output_close(struct native_output *output);

#endif
