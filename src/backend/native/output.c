/* SPDX-License-Identifier: MIT */
/* Pipes between the program and the caller's streams, so that output can be counted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "backend/native/relay.h"
#include "base/auto.h"

#define CHUNK (256u * 1024)

int native_output_open(struct native_output *output, uint64_t limit, struct native_job *job,
                       struct mxc_err *err)
{
    *output = (struct native_output){ .pipes = { { .from = -1, .to = 1 }, { .from = -1, .to = 2 } },
                                      .limit = limit };
    for (int i = 0; limit && i < 2; i++) {
        int ends[2];

        if (job->is_terminal[i + 1])
            continue;
        if (pipe2(ends, O_CLOEXEC) < 0)
            return native_fail(err, "pipe2", "make", "pipe");
        output->pipes[i].from = ends[0];
        job->streams[i + 1] = ends[1];
        (void)fcntl(ends[0], F_SETPIPE_SZ, CHUNK);
        if (fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
            return native_fail(err, "fcntl", "prepare", "pipe");
    }
    return 0;
}

void native_output_started(struct native_job *job)
{
    for (int i = 0; i < 3; i++) {
        mxc_auto_close(&job->streams[i]);
        job->streams[i] = -1;
    }
}

size_t native_output_polls(const struct native_output *output, struct pollfd polls[2])
{
    size_t count = 0;

    for (int i = 0; i < 2; i++) {
        const struct native_pipe *line = &output->pipes[i];

        if (line->from >= 0 && line->blocked)
            polls[count++] = (struct pollfd){ .fd = line->to, .events = POLLOUT };
        else if (line->from >= 0)
            polls[count++] = (struct pollfd){ .fd = line->from, .events = POLLIN };
    }
    return count;
}

static bool can_take(int fd)
{
    struct pollfd to = { .fd = fd, .events = POLLOUT };

    return poll(&to, 1, 0) > 0;
}

/* splice() refuses some targets (O_APPEND, terminals); there we copy, in pieces that a stream which
 * polls as writable takes without waiting. */
static ssize_t copy(const struct native_pipe *line, size_t room)
{
    char bytes[PIPE_BUF];
    ssize_t got = read(line->from, bytes, room < sizeof bytes ? room : sizeof bytes);
    ssize_t done = 0;

    while (got > 0 && done < got) {
        ssize_t put = write(line->to, bytes + done, (size_t)(got - done));

        if (put < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (put < 0)
            (void)poll(&(struct pollfd){ .fd = line->to, .events = POLLOUT }, 1, -1);
        done += put > 0 ? put : 0;
    }
    return got;
}

static ssize_t move_some(const struct native_pipe *line, size_t room)
{
    ssize_t done = splice(line->from, NULL, line->to, NULL, room < CHUNK ? room : CHUNK,
                          SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

    /* ENOSYS, EPERM: a filter around us */
    return done < 0 && (errno == EINVAL || errno == ENOSYS || errno == EPERM) ? copy(line, room)
                                                                              : done;
}

static void close_line(struct native_pipe *line)
{
    mxc_auto_close(&line->from);
    line->from = -1;
}

/* Anything still there when the limit is used up exceeds it. */
static void look_for_more(struct native_output *output, struct native_pipe *line)
{
    struct pollfd from = { .fd = line->from, .events = POLLIN };

    if (poll(&from, 1, 0) <= 0)
        return;
    if (from.revents & POLLIN)
        output->exceeded = true;
    else
        close_line(line);
}

static void move_line(struct native_output *output, struct native_pipe *line)
{
    while (line->from >= 0) {
        uint64_t left = output->limit - output->moved;
        ssize_t done;

        if (!left) {
            look_for_more(output, line);
            return;
        }
        line->blocked = !can_take(line->to);
        if (line->blocked)
            return;
        done = move_some(line, left < CHUNK ? (size_t)left : CHUNK);
        if (done < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        /* The program closed it, or the caller went away: SIGPIPE for the program. Or its disk is
         * full. */
        if (done <= 0) {
            if (done < 0 && errno != EPIPE)
                output->error = errno;
            close_line(line);
            return;
        }
        output->moved += (uint64_t)done;
    }
}

void native_output_move(struct native_output *output)
{
    for (int i = 0; i < 2; i++)
        move_line(output, &output->pipes[i]);
}

void native_output_close(struct native_output *output)
{
    for (int i = 0; i < 2; i++)
        close_line(&output->pipes[i]);
}
