/* SPDX-License-Identifier: MIT */
/* Many small requests, one connection each: 'requests serve PORT' answers on the loopback of its network;
 * 'requests ask ADDRESS PORT COUNT' prints how many a second came back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int serve(const struct sockaddr_in *at)
{
    const int on = 1;
    char bytes[64];
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (const struct sockaddr *)at, sizeof *at) < 0 || listen(listener, 128) < 0)
        return 1;
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        int one = accept(listener, NULL, NULL);

        if (one >= 0 && read(one, bytes, sizeof bytes) > 0)
            (void)!write(one, "answer\n", 7);
        (void)close(one);
    }
}

static int ask_once(const struct sockaddr_in *at)
{
    char bytes[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int good = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 &&
               write(fd, "question\n", 9) == 9 && read(fd, bytes, sizeof bytes) == 7;

    (void)close(fd);
    return good ? 0 : -1;
}

static int ask(const struct sockaddr_in *at, int count)
{
    struct timespec from, to;
    double seconds;

    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < count; i++)
        if (ask_once(at) < 0)
            return 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    (void)printf("%.1f\n", count / seconds);
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    const int asks = argc == 5 && strcmp(argv[1], "ask") == 0;

    if (!asks && (argc != 3 || strcmp(argv[1], "serve") != 0))
        return 2;
    at.sin_port = htons((uint16_t)atoi(argv[asks ? 3 : 2]));
    if (inet_pton(AF_INET, asks ? argv[2] : "127.0.0.1", &at.sin_addr) != 1)
        return 2;
    return asks ? ask(&at, atoi(argv[4])) : serve(&at);
}
