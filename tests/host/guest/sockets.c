/* SPDX-License-Identifier: MIT */
/* Reaching somebody: sockets of files, abstract ones, addresses, other families. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guest.h"

static int finish(int fd, int result)
{
    int error = errno;

    if (fd >= 0)
        (void)close(fd);
    errno = error;
    return result < 0 ? -1 : 0;
}

static int connect_local(const char *name, int abstract)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t length = strlen(name);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (fd < 0)
        return -1;
    memcpy(to.sun_path + (abstract ? 1 : 0), name, length);
    return finish(fd, connect(fd, (const struct sockaddr *)&to, size));
}

static int connect_path(char **words, struct value *out)
{
    (void)out;
    return connect_local(words[0], 0);
}

static int connect_abstract(char **words, struct value *out)
{
    (void)out;
    return connect_local(words[0], 1);
}

static int make_socket(char **words, struct value *out)
{
    int fd = socket(atoi(words[0]), atoi(words[1]), atoi(words[2]));

    (void)out;
    return finish(fd, fd);
}

static socklen_t address(const char *text, const char *port, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)atoi(port));
        return sizeof *v4;
    }
    (void)inet_pton(AF_INET6, text, &v6->sin6_addr);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)atoi(port));
    return sizeof *v6;
}

static int connect_tcp(char **words, struct value *out)
{
    struct sockaddr_storage to;
    socklen_t size = address(words[0], words[1], &to);
    int fd = socket(to.ss_family, SOCK_STREAM, 0);

    (void)out;
    if (fd < 0)
        return -1;
    return finish(fd, connect(fd, (struct sockaddr *)&to, size));
}

static int send_udp(char **words, struct value *out)
{
    struct sockaddr_storage to;
    socklen_t size = address(words[0], words[1], &to);
    int fd = socket(to.ss_family, SOCK_DGRAM, 0);

    (void)out;
    if (fd < 0)
        return -1;
    return finish(fd, (int)sendto(fd, "probe", 5, 0, (struct sockaddr *)&to, size));
}

/* Both ends are ours: the loopback of the sandbox works. */
static int use_loopback(char **words, struct value *out)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    socklen_t size = sizeof to;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    int result;

    (void)words;
    (void)out;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    result = server < 0 || client < 0 || bind(server, (struct sockaddr *)&to, sizeof to) < 0 ||
                     listen(server, 1) < 0 ||
                     getsockname(server, (struct sockaddr *)&to, &size) < 0 ||
                     connect(client, (struct sockaddr *)&to, size) < 0
                 ? -1
                 : 0;
    (void)finish(client, result);
    return finish(server, result);
}

static int show_interfaces(char **words, struct value *out)
{
    struct ifaddrs *all;

    (void)words;
    if (getifaddrs(&all) < 0)
        return -1;
    for (struct ifaddrs *at = all; at; at = at->ifa_next)
        if (!strstr(out->text, at->ifa_name))
            say(out, "%s%s", at == all ? "" : " ", at->ifa_name);
    freeifaddrs(all);
    return 0;
}

const struct action socket_actions[] = {
    { "unix", 1, connect_path },
    { "abstract", 1, connect_abstract },
    { "socket", 3, make_socket },
    { "tcp", 2, connect_tcp },
    { "udp", 2, send_udp },
    { "loopback", 0, use_loopback },
    { "interfaces", 0, show_interfaces },
    { 0 },
};
