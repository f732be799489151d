/* SPDX-License-Identifier: MIT */
/* Events of the network as JSON lines, as a summary, and as words. */
#include "run/events.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "run/suggest.h"

struct kept {
    struct mxc_net_event event;
    uint64_t count;
};

struct mxc_events {
    const struct mxc_network *network;
    int fd;           /* -1: none, or its reader has gone */
    uint64_t lost;    /* lines that the reader had no room for, since the last one that it took */
    uint64_t told_ns; /* the time of the last event */
    uint64_t more;
    struct kept kept[MXC_EVENTS_KEPT];
    size_t count;
};

struct mxc_events *mxc_events_new(const struct mxc_network *network, int fd)
{
    struct mxc_events *events = calloc(1, sizeof *events);

    if (!events)
        return NULL;
    events->network = network;
    events->fd = fd;
    return events;
}

void mxc_events_free(struct mxc_events *events)
{
    free(events);
}

/* ---- JSON */

static const char *const protocols[] = {
#define TEXT(name, wire) [MXC_PROTO_##name] = wire,
    MXC_NET_PROTOCOLS(TEXT)
#undef TEXT
};

static void add_time(struct mxc_buf *out, uint64_t time_ns)
{
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm parts;
    char text[24];

    if (!gmtime_r(&seconds, &parts) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts))
        return;
    mxc_buf_format(out, "\"time\":\"%s.%03uZ\",", text, (unsigned)(time_ns / 1000000 % 1000));
}

static const char *rules_pointer(const struct mxc_network *network)
{
    return network->form == MXC_NET_LEGACY ? "/network/blockedHosts" : "/network/egress/deny";
}

static bool has_rule(const struct mxc_events *events, const struct mxc_net_event *event)
{
    return event->why == MXC_WHY_RULE && event->rule < events->network->deny.count;
}

static void add_what(struct mxc_buf *out, const struct mxc_net_event *event)
{
    char address[MXC_ADDRESS_TEXT];

    mxc_buf_format(out, "\"kind\":\"%s\"", mxc_net_kind_text(event->kind));
    if (protocols[event->protocol])
        mxc_buf_format(out, ",\"protocol\":\"%s\"", protocols[event->protocol]);
    if (event->to.family)
        mxc_buf_format(out, ",\"address\":\"%s\"", mxc_address_text(&event->to, address));
    if (event->port)
        mxc_buf_format(out, ",\"port\":%u", event->port);
    if (*event->name) {
        mxc_buf_add(out, ",\"name\":");
        mxc_buf_json(out, event->name);
    }
    if (*event->denied) {
        mxc_buf_add(out, ",\"denied\":");
        mxc_buf_json(out, event->denied);
    }
}

static void add_why(const struct mxc_events *events, struct mxc_buf *out,
                    const struct mxc_net_event *event, uint64_t count, bool suggest)
{
    auto_buf patch = { 0 };

    if (event->why != MXC_WHY_NONE)
        mxc_buf_format(out, ",\"why\":\"%s\"", mxc_net_why_text(event->why));
    if (has_rule(events, event))
        mxc_buf_format(out, ",\"rule\":\"%s/%u\"", rules_pointer(events->network), event->rule);
    mxc_buf_format(out, ",\"count\":%" PRIu64, count);
    if (suggest && mxc_suggest_patch(events->network, event, &patch))
        mxc_buf_format(out, ",\"suggestion\":%s", patch.data);
    mxc_buf_add(out, "}");
}

static void add_line(const struct mxc_events *events, struct mxc_buf *out,
                     const struct mxc_net_event *event, bool suggest)
{
    mxc_buf_add(out, "{");
    add_time(out, event->time_ns);
    add_what(out, event);
    add_why(events, out, event, event->count, suggest);
    mxc_buf_add(out, "\n");
}

void mxc_events_json(const struct mxc_events *events, struct mxc_buf *out)
{
    mxc_buf_add(out, "[");
    for (size_t i = 0; i < events->count; i++) {
        mxc_buf_add(out, i ? ",{" : "{");
        add_what(out, &events->kept[i].event);
        add_why(events, out, &events->kept[i].event, events->kept[i].count, true);
    }
    mxc_buf_add(out, "]");
}

uint64_t mxc_events_more(const struct mxc_events *events)
{
    return events->more;
}

/* ---- the reader of the lines */

/* A pipe that polls as writable has room for PIPE_BUF bytes, so a line of that size never waits. */
static bool has_room(int fd)
{
    struct pollfd poller = { .fd = fd, .events = POLLOUT };

    return poll(&poller, 1, 0) == 1 && poller.revents & POLLOUT;
}

/* Writes without the signal that a reader who went away would raise. */
static ssize_t write_quietly(int fd, const struct mxc_buf *line)
{
    const struct timespec now = { 0 };
    sigset_t pipe_signal, before;
    ssize_t done;
    int error;

    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)sigprocmask(SIG_BLOCK, &pipe_signal, &before);
    do
        done = write(fd, line->data, line->length);
    while (done < 0 && errno == EINTR);
    error = errno;
    if (done < 0 && error == EPIPE)
        (void)sigtimedwait(&pipe_signal, NULL, &now);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return done;
}

/* False when it was not taken whole. */
static bool tell(struct mxc_events *events, const struct mxc_buf *line)
{
    ssize_t done;

    if (line->failed || line->length > PIPE_BUF || !has_room(events->fd))
        return false;
    done = write_quietly(events->fd, line);
    if (done < 0 && errno == EPIPE)
        events->fd = -1;
    return done == (ssize_t)line->length;
}

static bool tell_lost(struct mxc_events *events)
{
    auto_buf line = { 0 };

    mxc_buf_add(&line, "{");
    add_time(&line, events->told_ns);
    mxc_buf_format(&line, "\"kind\":\"%s\",\"count\":%" PRIu64 "}\n",
                   mxc_net_kind_text(MXC_NET_UNTOLD), events->lost);
    return tell(events, &line);
}

static void write_line(struct mxc_events *events, const struct mxc_net_event *event)
{
    auto_buf line = { 0 };
    auto_buf bare = { 0 }; /* for a suggestion that is longer than what never waits */

    if (events->fd < 0)
        return;
    events->told_ns = event->time_ns;
    if (events->lost && tell_lost(events))
        events->lost = 0;
    add_line(events, &line, event, true);
    if (line.length > PIPE_BUF)
        add_line(events, &bare, event, false);
    if (events->lost || !tell(events, bare.length ? &bare : &line))
        events->lost += event->count;
}

void mxc_events_finish(struct mxc_events *events)
{
    if (events->fd >= 0 && events->lost && tell_lost(events))
        events->lost = 0;
    events->fd = -1;
}

/* ---- the summary */

static void keep(struct mxc_events *events, const struct mxc_net_event *event)
{
    for (size_t i = 0; i < events->count; i++)
        if (mxc_net_event_same(&events->kept[i].event, event)) {
            events->kept[i].count += event->count;
            return;
        }
    if (event->kind == MXC_NET_UNTOLD || events->count == MXC_EVENTS_KEPT)
        events->more += event->count;
    else
        events->kept[events->count++] = (struct kept){ *event, event->count };
}

void mxc_events_take(struct mxc_events *events, const struct mxc_net_event *event)
{
    struct mxc_net_event checked;

    if (!mxc_net_event_take(event, sizeof *event, &checked))
        return;
    write_line(events, &checked);
    keep(events, &checked);
}

/* ---- words */

static void say_target(struct mxc_buf *out, const struct mxc_net_event *event)
{
    bool port = event->port != 0, v6 = event->to.family == 6 && port;
    char address[MXC_ADDRESS_TEXT];

    if (protocols[event->protocol] && event->kind != MXC_NET_NAME_REFUSED)
        mxc_buf_format(out, " %s", protocols[event->protocol]);
    if (*event->name && event->kind != MXC_NET_REFUSED)
        mxc_buf_format(out, " the name %s", event->name);
    if (event->kind == MXC_NET_NAME_GUARDED)
        mxc_buf_add(out, ", which points to");
    if (event->to.family)
        mxc_buf_format(out, " %s%s%s", v6 ? "[" : "", mxc_address_text(&event->to, address),
                       v6 ? "]" : "");
    if (port && event->to.family && event->kind != MXC_NET_NAME_REFUSED)
        mxc_buf_format(out, ":%u", event->port);
    if (event->kind == MXC_NET_REFUSED && *event->name)
        mxc_buf_format(out, " (%s)", event->name);
}

static void say(const struct mxc_events *events, const struct kept *kept, struct mxc_buf *out)
{
    static const char *const begins[MXC_NET_KIND_COUNT] = {
        [MXC_NET_LIMITED] = "too many at once:",
        [MXC_NET_NAME_UNRESOLVED] = "not resolved:",
    };
    const struct mxc_net_event *event = &kept->event;
    auto_buf patch = { 0 };

    mxc_buf_add(out, begins[event->kind] ? begins[event->kind] : "refused:");
    say_target(out, event);
    if (has_rule(events, event))
        mxc_buf_format(out, ", by %s/%u%s%s", rules_pointer(events->network), event->rule,
                       *event->denied ? " for " : "", event->denied);
    else if (event->why != MXC_WHY_NONE && event->why != MXC_WHY_LIMIT)
        mxc_buf_format(out, ", by %s", mxc_net_why_text(event->why));
    if (event->why == MXC_WHY_HOST)
        mxc_buf_add(out, "; net.ipv4.ping_group_range there leaves the network process out");
    if (event->kind == MXC_NET_NAME_UNRESOLVED)
        mxc_buf_add(out, ": its addresses are not denied");
    if (kept->count > 1)
        mxc_buf_format(out, ", %s%" PRIu64 " times", /* libraries repeat themselves */
                       event->kind == MXC_NET_NAME_REFUSED ? "asked " : "", kept->count);
    if (mxc_suggest_patch(events->network, event, &patch))
        mxc_buf_format(out, "; to allow: %s", patch.data);
    mxc_buf_add(out, "\n");
}

void mxc_events_words(const struct mxc_events *events, size_t most, struct mxc_buf *out)
{
    uint64_t beyond = events->more;

    for (size_t i = 0; i < events->count; i++)
        if (i < most)
            say(events, &events->kept[i], out);
        else
            beyond += events->kept[i].count;
    if (beyond)
        mxc_buf_format(out, "refused: %" PRIu64 " more\n", beyond);
}
