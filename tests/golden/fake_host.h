/* SPDX-License-Identifier: MIT */
/* A host out of a text file: filesystems, the mounts that show them, and one caller.
 *
 *   include NAME              the lines of NAME.facts in the folder of the runner
 *   mount DEVICE ROOT POINT TYPE   a later mount covers an earlier one, as on a real host
 *   dir|file|fifo|socket|char|block PATH [ATTRIBUTE...]
 *   link PATH -> TARGET
 *   hard PATH = OTHER         one more hard link of a file
 *   gone PATH                 takes away what an included file made
 *   name NAME ADDRESS         one of its addresses; a host without such a line resolves none
 *   cwd PATH, home PATH, uid N, gid N, map-ids, mounts-fail
 * Attributes: noread, nowrite, write (access(2) by the caller), nosearch (looking below it fails), links=N.
 * Directories above a path come by themselves. A path is looked up through the mounts made so far, so an
 * object that is declared once has all its names. \xHH and \\ are escapes. */
#ifndef MXC_TESTS_FAKE_HOST_H
#define MXC_TESTS_FAKE_HOST_H

#include "policy/facts.h"

struct fake_node;
struct fake_mount;
struct fake_name;

struct fake_host {
    struct mxc_arena arena;
    struct fake_node *nodes;
    struct fake_mount *mounts; /* newest first */
    struct fake_name *names;   /* newest first */
    struct mxc_facts facts;
    uint64_t next_inode;
    bool mounts_fail;
    unsigned mounts_asked;
    const char *folder; /* of included files */
};

/* Reads a file of facts. Returns 0, or -1 with the reason on stderr. */
int fake_host_read(struct fake_host *host, const char *folder, const char *path);

/* The same from a text. */
int fake_host_text(struct fake_host *host, const char *folder, const char *text);

void fake_host_done(struct fake_host *host);

#endif
