/* SPDX-License-Identifier: MIT */
/* A small HTTP proxy for tests of programs that must use one: network.proxy.builtinTestServer. It
 * serves the loopback of the host, one process a connection, and ends with the executor. No proxy
 * for anything else.
 *
 *   linux-test-proxy [--ready-fd N | --ready-file F] [--bind-address A]
 *                    [--default-policy allow|block] [--allow-host H]... [--block-host H]... */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD_MAX     16384 /* of a request */
#define HOSTS_MAX    1024
#define CHILDREN_MAX 64
#define IDLE_MS      60000

struct settings {
    int ready_fd; /* -1: none */
    const char *ready_file;
    const char *address;
    bool allow; /* what no list names */
    const char *allowed[HOSTS_MAX], *blocked[HOSTS_MAX];
    size_t allowed_count, blocked_count;
};

struct request {
    char bytes[HEAD_MAX + 1];
    size_t length;
    const char *rest; /* after the head, within 'bytes' */
    char method[16], host[256], port[8], path[HEAD_MAX];
};

/* ---- who may be reached: a name, or "*.name" for all below it; what is blocked stays blocked */

static bool names(const char *pattern, const char *host)
{
    size_t length = strlen(host), below;

    if (strncmp(pattern, "*.", 2) != 0)
        return strcasecmp(pattern, host) == 0;
    below = strlen(pattern + 1);
    return length > below && strcasecmp(host + length - below, pattern + 1) == 0;
}

static bool listed(const char *const *list, size_t count, const char *host)
{
    for (size_t i = 0; i < count; i++)
        if (names(list[i], host))
            return true;
    return false;
}

static bool may_reach(const struct settings *settings, const char *host)
{
    if (listed(settings->blocked, settings->blocked_count, host))
        return false;
    return listed(settings->allowed, settings->allowed_count, host) ||
           (settings->allow && !settings->allowed_count);
}

/* ---- one connection */

static bool read_head(int client, struct request *out)
{
    while (out->length < HEAD_MAX) {
        ssize_t got = read(client, out->bytes + out->length, HEAD_MAX - out->length);
        const char *end;

        if (got <= 0)
            return false;
        out->length += (size_t)got;
        out->bytes[out->length] = '\0';
        end = strstr(out->bytes, "\r\n\r\n");
        if (end) {
            out->rest = end + 4;
            return true;
        }
    }
    return false;
}

/* "CONNECT host:port HTTP/1.1", or "GET http://host[:port]/path HTTP/1.1". */
static bool read_target(struct request *request)
{
    char target[HEAD_MAX], *at = target, *end, *colon;

    if (sscanf(request->bytes, "%15s %16383s", request->method, target) != 2)
        return false;
    if (strncasecmp(at, "http://", 7) == 0)
        at += 7;
    else if (strcmp(request->method, "CONNECT") != 0)
        return false;
    end = at + strcspn(at, "/");
    (void)snprintf(request->path, sizeof request->path, "%s", *end ? end : "/");
    *end = '\0';
    colon = strrchr(at, ':');
    if (colon && strchr(colon, ']'))
        colon = NULL; /* of an IPv6 address */
    (void)snprintf(request->port, sizeof request->port, "%s", colon ? colon + 1 : "80");
    if (colon)
        *colon = '\0';
    if (*at == '[' && at[strlen(at) - 1] == ']') {
        at[strlen(at) - 1] = '\0';
        at++;
    }
    if (!*at || strlen(at) >= sizeof request->host)
        return false;
    (void)snprintf(request->host, sizeof request->host, "%s", at);
    return true;
}

static bool put(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t done = write(fd, bytes, length);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

static void say(int client, const char *status)
{
    char text[160];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);

    (void)put(client, text, (size_t)length);
}

static int reach(const struct request *request)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    int fd = -1;

    if (getaddrinfo(request->host, request->port, &hints, &found) != 0)
        return -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) < 0) {
            (void)close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

static bool move(int from, int to)
{
    char bytes[16384];
    ssize_t got = read(from, bytes, sizeof bytes);

    if (got <= 0) {
        (void)shutdown(to, SHUT_WR);
        return false;
    }
    return put(to, bytes, (size_t)got);
}

static void relay(int client, int server)
{
    struct pollfd ends[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };

    while ((ends[0].fd >= 0 || ends[1].fd >= 0) && poll(ends, 2, IDLE_MS) > 0) {
        if (ends[0].revents && !move(client, server))
            ends[0].fd = -1;
        if (ends[1].revents && !move(server, client))
            ends[1].fd = -1;
    }
}

/* The head again, with the path alone; the server closes, so that one request is all that a
 * connection holds. */
static bool pass_on(int server, const struct request *request)
{
    static char head[2 * HEAD_MAX];
    const char *line = strstr(request->bytes, "\r\n");
    int length = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nConnection: close\r\n",
                          request->method, request->path);

    for (line += 2; line < request->rest - 2; line = strstr(line, "\r\n") + 2) {
        int size = (int)(strstr(line, "\r\n") + 2 - line);

        if (strncasecmp(line, "Connection:", 11) != 0 &&
            strncasecmp(line, "Proxy-Connection:", 17) != 0)
            length += snprintf(head + length, sizeof head - (size_t)length, "%.*s", size, line);
    }
    length += snprintf(head + length, sizeof head - (size_t)length, "\r\n");
    return put(server, head, (size_t)length) &&
           put(server, request->rest, (size_t)(request->bytes + request->length - request->rest));
}

static void serve(const struct settings *settings, int client)
{
    static struct request request;
    int server;

    if (!read_head(client, &request) || !read_target(&request)) {
        say(client, "400 Bad Request");
        return;
    }
    if (!may_reach(settings, request.host)) {
        say(client, "403 Forbidden");
        return;
    }
    server = reach(&request);
    if (server < 0) {
        say(client, "502 Bad Gateway");
        return;
    }
    if (strcmp(request.method, "CONNECT") == 0
            ? put(client, "HTTP/1.1 200 Connection established\r\n\r\n", 39)
            : pass_on(server, &request))
        relay(client, server);
}

/* ---- all of them */

static int listen_on(const char *address, unsigned *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1 ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 || listen(fd, CHILDREN_MAX) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0)
        return -1;
    *port = ntohs(at.sin_port);
    return fd;
}

static bool tell_port(const struct settings *settings, unsigned port)
{
    char text[16], made[4096];
    int length = snprintf(text, sizeof text, "%u\n", port);
    FILE *file;

    if (settings->ready_fd >= 0 && !put(settings->ready_fd, text, (size_t)length))
        return false;
    if (settings->ready_fd >= 0)
        (void)close(settings->ready_fd);
    if (!settings->ready_file)
        return true;
    (void)snprintf(made, sizeof made, "%s.tmp", settings->ready_file);
    file = fopen(made, "wxe");
    if (!file)
        return false;
    (void)fputs(text, file);
    return fclose(file) == 0 && rename(made, settings->ready_file) == 0;
}

static bool add_host(const char **list, size_t *count, const char *host)
{
    if (*count == HOSTS_MAX)
        return false;
    list[(*count)++] = host;
    return true;
}

static bool read_settings(int argc, char **argv, struct settings *out)
{
    static const struct option options[] = {
        { "ready-fd", required_argument, NULL, 'd' },
        { "ready-file", required_argument, NULL, 'f' },
        { "bind-address", required_argument, NULL, 'b' },
        { "default-policy", required_argument, NULL, 'p' },
        { "allow-host", required_argument, NULL, 'a' },
        { "block-host", required_argument, NULL, 'x' },
        { 0 },
    };
    int letter;

    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (letter == 'd')
            out->ready_fd = atoi(optarg);
        else if (letter == 'f')
            out->ready_file = optarg;
        else if (letter == 'b')
            out->address = optarg;
        else if (letter == 'p' && (!strcmp(optarg, "allow") || !strcmp(optarg, "block")))
            out->allow = *optarg == 'a';
        else if (letter == 'a' && add_host(out->allowed, &out->allowed_count, optarg))
            continue;
        else if (letter != 'x' || !add_host(out->blocked, &out->blocked_count, optarg))
            return false;
    }
    return optind == argc;
}

/* False when there is none; the client then sees the end of its connection. */
static bool start_child(const struct settings *settings, int listener, int client)
{
    pid_t child = fork();

    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close(listener);
        serve(settings, client);
        _exit(0);
    }
    (void)close(client);
    return child > 0;
}

int main(int argc, char **argv)
{
    static struct settings settings = { .ready_fd = -1, .address = "127.0.0.1" };
    unsigned port, children = 0;
    int listener;

    if (!read_settings(argc, argv, &settings)) {
        (void)fputs("linux-test-proxy: a proxy for tests, started by mxc\n", stderr);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    listener = listen_on(settings.address, &port);
    if (listener < 0 || !tell_port(&settings, port)) {
        perror("linux-test-proxy");
        return 1;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);

        while (children && waitpid(-1, NULL, children < CHILDREN_MAX ? WNOHANG : 0) > 0)
            children--;
        if (client >= 0)
            children += start_child(&settings, listener, client);
    }
}
