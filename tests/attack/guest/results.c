/* SPDX-License-Identifier: MIT */
/* Results and errors of the engine, imitated or spoiled. Each has a run of its own, and what the run ends
 * with is what the driver compares: the program's own status is 9, or the signal that it brings upon itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define RESULT_LINE                                                                                \
    "{\"version\":1,\"backend\":\"native\",\"reason\":\"exit\",\"exitCode\":0,\"signal\":null,"    \
    "\"error\":null}\n"
#define ENVELOPE "{\"error\":{\"code\":\"backend_error\",\"message\":\"forged\"}}\n"

static void print(int fd, const char *text)
{
    (void)!write(fd, text, strlen(text));
}

static int print_result(const struct probe *probe)
{
    (void)probe;
    for (int fd = 0; fd < 256; fd++)
        print(fd, RESULT_LINE);
    return HELD;
}

static int print_envelope(const struct probe *probe)
{
    (void)probe;
    print(2, ENVELOPE);
    print(1, ENVELOPE);
    return HELD;
}

static int print_sentence(const struct probe *probe)
{
    print(2, probe->word);
    return HELD;
}

/* The engine's own line comes after this; it must stay a line. */
static int half_a_line(const struct probe *probe)
{
    print(2, probe->word);
    while (pause() < 0)
        ;
    return WORKED;
}

static int signal_all(const struct probe *probe)
{
    (void)usleep(1000);
    return kill(-1, (int)probe->n[0]) < 0 ? -1 : HELD;
}

static int close_streams(const struct probe *probe)
{
    (void)probe;
    for (int fd = 0; fd < 3; fd++)
        (void)close(fd);
    return HELD;
}

/* Another program takes the place of the one that the engine started. */
static int signal_shell(const struct probe *probe)
{
    /* The probe's parent is the guest, and its parent the shell, the first process after process 1. */
    return kill(2, (int)probe->n[0]) < 0 ? -1 : HELD;
}

#define FORGED "forged results"
#define HARD   "a run that cannot be ended"

const struct probe result_probes[] = {
    { "print-result", FORGED, "write a result object to every descriptor", RESULT, "held", NOWHERE,
      print_result },
    { "print-envelope", FORGED, "write an error envelope to both streams", RESULT, "held", NOWHERE,
      print_envelope },
    { "print-timeout", FORGED, "say that time is over, and end with 9", RESULT, "held", NOWHERE,
      print_sentence, "mxc: script timed out after 200ms\n" },
    { "print-oom", FORGED, "say that memory is used up, and end with 137", RESULT, "held", NOWHERE,
      print_sentence, "mxc: the run used more than 64 MB of memory\n" },
    { "half-a-line", FORGED, "leave half a line before the engine's own", RESULT, "", NOWHERE,
      half_a_line, "mxc: half" },
    { "half-an-envelope", FORGED, "leave an envelope open before the engine's own", RESULT, "",
      NOWHERE, half_a_line, "{\"error\":{\"code\":\"ok\",\"message\":\"" },
    { "close-streams", FORGED, "close its streams and end with 9", RESULT, "held", NOWHERE,
      close_streams },
    { "kill-all",
      HARD,
      "SIGKILL to every process that it can reach",
      RESULT,
      "",
      NOWHERE,
      signal_all,
      NULL,
      { SIGKILL } },
    { "stop-all",
      HARD,
      "SIGSTOP to every process that it can reach",
      RESULT,
      "",
      NOWHERE,
      signal_all,
      NULL,
      { SIGSTOP } },
    { "stop-shell",
      HARD,
      "SIGSTOP to the program that the engine waits for",
      RESULT,
      "held",
      NOWHERE,
      signal_shell,
      NULL,
      { SIGSTOP } },
    { "kill-shell",
      HARD,
      "SIGKILL to the program that the engine waits for",
      RESULT,
      "",
      NOWHERE,
      signal_shell,
      NULL,
      { SIGKILL } },
    { 0 },
};
