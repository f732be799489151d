/* SPDX-License-Identifier: MIT */
/* The attacker: a static program with tables of things that a sandbox must not let it do.
 *
 *   attack KEY=VALUE... -- all GROUP | NAME...   tries them, each in a process of its own
 *   attack table                                 prints the tables, for the driver and the document
 *
 * A line for each: name, verdict, value, separated by tabs. The verdict is "ok" (the attempt worked),
 * "held" (it was let through and had no effect), "SIGxxx" (it was killed) or the name of the errno.
 * KEY=VALUE tells where things are: the zones of the test's folder, processes and sockets outside. */
#ifndef MXC_TEST_ATTACK_H
#define MXC_TEST_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What a try returns besides -1 with errno. */
enum { WORKED = 0, HELD = 1 };

/* What would prove that it worked. The driver looks at all of them after every run. */
enum canary {
    SECRET,   /* a text outside appears in the output */
    ALTERED,  /* a file outside is changed, made or removed */
    PROCESS,  /* a process outside ends, stops or changes */
    LISTENER, /* a listener outside is called */
    MACHINE,  /* mounts, names or settings of the host change */
    RIGHT,    /* the program holds a right, a namespace or a descriptor that it was not given */
    RESULT,   /* the result tells something else than what happened */
};

/* Where the same attempt must work, which shows that the probe is able to. */
enum control {
    NOWHERE,  /* it would harm the host, or no kernel of today allows it */
    OUTSIDE,  /* for the same caller without a sandbox */
    MAYBE,    /* there as well, but the host may have turned it off */
    OWN,      /* for the root of fresh namespaces */
    BY_ROOT,  /* for root of the host without a sandbox */
    BY_OTHER, /* for an ordinary user of the host without a sandbox */
};

struct probe {
    const char *name;
    const char *mechanism; /* CVE or technique */
    const char *attempt;
    enum canary canary;
    const char *refusal; /* verdicts that are right, separated by blanks */
    enum control control;
    int (*try)(const struct probe *probe);
    const char *word; /* what the function is to work on: a path, a format, a name */
    long n[6];        /* or numbers */
    const char
        *zone; /* "out", "ro", "denied", "single": the driver puts a file of that name there */
};

struct probe_group {
    const char *name;
    const struct probe *probes; /* ends with an empty row */
};

/* VALUE of a key of the command line; "" when it is not there. */
const char *given(const char *key);
long given_number(const char *key);
/* The probe's own file in its zone. */
const char *target(const struct probe *probe);
/* A name of the probe's own in a writable grant. */
const char *scratch(const struct probe *probe);
/* Builds a path; valid until the eighth call after it. */
const char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Adds to the value; one line, cut at the end of the room. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* -1 when 'done' is negative, else WORKED. */
int worked(long done);
/* Reads the beginning of a file into the value. */
int tell(const char *path);
/* Waits for a child; its wait status. */
int status_of(int pid);

extern const struct probe file_probes[];
extern const struct probe alias_probes[];
extern const struct probe proc_probes[];
extern const struct probe process_probes[];
extern const struct probe space_probes[];
extern const struct probe kernel_probes[];
extern const struct probe socket_probes[];
extern const struct probe terminal_probes[];
extern const struct probe stream_probes[];
extern const struct probe limit_probes[];
extern const struct probe life_probes[];
extern const struct probe result_probes[];
extern const struct probe wide_probes[];

/* race.c: "attack swap A B COUNT": exchanges two names until it is killed; file COUNT says how often. */
int race_main(int count, char **words);
/* race.c: "attack look PATH...": reads and writes these many times; says each text that it saw. */
int look_main(int count, char **words);
/* state.c: "attack state": what the program finds itself in, as the driver compares it. */
int state_main(void);
/* state.c: "attack stand WORD...": a process to be attacked; prints its pid and an address, and waits. */
int stand_main(void);

#endif
