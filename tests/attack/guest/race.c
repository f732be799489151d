/* SPDX-License-Identifier: MIT */
/* The racer exchanges two names for as long as it lives, at a changing pace, while sandboxes start; and what
 * is started looks again and again at all names that could lead to what it must not have. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

/* Long at one name, short at the other, and the other way round: set-up looks at a path several times,
 * and every gap between two looks must be hit now and then. */
static void rest(unsigned *seed)
{
    struct timespec pause = { 0, 0 };

    *seed = *seed * 1103515245u + 12345u;
    pause.tv_nsec = *seed >> 31 ? (long)(*seed >> 8) % 4000000 : 0;
    if (pause.tv_nsec)
        (void)nanosleep(&pause, NULL);
}

static void say_once(const char *text, ssize_t length)
{
    static char known[16][64];
    static size_t count;

    for (size_t i = 0; i < count; i++)
        if (strncmp(known[i], text, (size_t)length) == 0)
            return;
    if (count == COUNT(known) || length >= (ssize_t)sizeof known[0])
        return;
    memcpy(known[count++], text, (size_t)length);
    (void)printf("saw %.*s\n", (int)length, text);
}

static void look_at(const char *path)
{
    char text[63];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);

    if (got > 0)
        say_once(text, got);
    if (fd >= 0)
        (void)close(fd);
}

static void write_to(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "x", 1);
        (void)close(fd);
    }
}

int look_main(int count, char **words)
{
    for (int round = 0; round < 120; round++)
        for (int i = 0; i < count; i++) {
            look_at(words[i]);
            if (round % 4 == 0)
                write_to(words[i]);
        }
    return 0;
}

int race_main(int count, char **words)
{
    unsigned seed = (unsigned)getpid();
    int counter;

    if (count < 3)
        return 2;
    counter = open(words[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (unsigned long done = 1;; done++) {
        char text[32];
        int length = snprintf(text, sizeof text, "%lu\n", done);

        if (renameat2(AT_FDCWD, words[0], AT_FDCWD, words[1], RENAME_EXCHANGE) < 0) {
            perror("attack: exchange");
            return 1;
        }
        if (done % 64 == 0 && pwrite(counter, text, (size_t)length, 0) < 0)
            return 1;
        rest(&seed);
    }
}
