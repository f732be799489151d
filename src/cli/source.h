/* SPDX-License-Identifier: MIT */
/* The policy that a command line means: a file, standard input, base64, or options such as --ro. */
#ifndef MXC_CLI_SOURCE_H
#define MXC_CLI_SOURCE_H

#include "cli/options.h"
#include "cli/request.h"

/* First member of the options struct of every verb that takes a policy. */
struct mxc_source {
    const char *config_base64;
    const char *config_fd;
    struct mxc_words readonly;
    struct mxc_words readwrite;
    struct mxc_words denied;
    struct mxc_words env;
    struct mxc_words limits;
    const char *cwd;
    const char *timeout;
    const char *backend;
    bool portable;
};

#define MXC_SOURCE_AT(field) offsetof(struct mxc_source, field)

/* Rows for its option table. */
#define MXC_SOURCE_OPTIONS                                                                         \
    { "ro",                                                                                        \
      MXC_OPTION_LIST,                                                                             \
      MXC_SOURCE_AT(readonly),                                                                     \
      "PATH",                                                                                      \
      "let the program read PATH",                                                                 \
      MXC_COMPLETE_FILE,                                                                           \
      NULL },                                                                                      \
        { "rw",                                                                                    \
          MXC_OPTION_LIST,                                                                         \
          MXC_SOURCE_AT(readwrite),                                                                \
          "PATH",                                                                                  \
          "let the program read and write PATH",                                                   \
          MXC_COMPLETE_FILE,                                                                       \
          NULL },                                                                                  \
        { "deny",                                                                                  \
          MXC_OPTION_LIST,                                                                         \
          MXC_SOURCE_AT(denied),                                                                   \
          "PATH",                                                                                  \
          "hide PATH although a directory above it is granted",                                    \
          MXC_COMPLETE_FILE,                                                                       \
          NULL },                                                                                  \
        { "env",                                                                                   \
          MXC_OPTION_LIST,                                                                         \
          MXC_SOURCE_AT(env),                                                                      \
          "KEY[=VALUE]",                                                                           \
          "set a variable; without a value, pass on the caller's",                                 \
          MXC_COMPLETE_NONE,                                                                       \
          NULL },                                                                                  \
        { "cwd",                                                                                   \
          MXC_OPTION_TEXT,                                                                         \
          MXC_SOURCE_AT(cwd),                                                                      \
          "DIR",                                                                                   \
          "working directory of the program (default: the first granted directory)",               \
          MXC_COMPLETE_DIRECTORY,                                                                  \
          NULL },                                                                                  \
        { "timeout",                                                                               \
          MXC_OPTION_TEXT,                                                                         \
          MXC_SOURCE_AT(timeout),                                                                  \
          "TIME",                                                                                  \
          "kill everything after TIME, such as 500ms, 5s, 2m, 1h",                                 \
          MXC_COMPLETE_NONE,                                                                       \
          NULL },                                                                                  \
        { "limit",                                                                                 \
          MXC_OPTION_LIST,                                                                         \
          MXC_SOURCE_AT(limits),                                                                   \
          "KEY=NUMBER",                                                                            \
          "set a limit: memoryMb, processes, cpuPercent, openFiles, fileSizeMb, tmpMb, outputMb",  \
          MXC_COMPLETE_WORDS,                                                                      \
          "memoryMb= processes= cpuPercent= openFiles= fileSizeMb= tmpMb= outputMb=" },            \
        { "config-base64",                                                                         \
          MXC_OPTION_TEXT,                                                                         \
          MXC_SOURCE_AT(config_base64),                                                            \
          "TEXT",                                                                                  \
          "the policy itself as base64 instead of a file",                                         \
          MXC_COMPLETE_NONE,                                                                       \
          NULL },                                                                                  \
        { "config-fd",                                                                             \
          MXC_OPTION_TEXT,                                                                         \
          MXC_SOURCE_AT(config_fd),                                                                \
          "N",                                                                                     \
          "read the policy from descriptor N, which must be 3 or above",                           \
          MXC_COMPLETE_NONE,                                                                       \
          NULL },                                                                                  \
        { "backend",                                                                               \
          MXC_OPTION_TEXT,                                                                         \
          MXC_SOURCE_AT(backend),                                                                  \
          "NAME",                                                                                  \
          "use this backend whatever the policy's containment says",                               \
          MXC_COMPLETE_WORDS,                                                                      \
          "native" },                                                                              \
    {                                                                                              \
        "portable", MXC_OPTION_FLAG, MXC_SOURCE_AT(portable), NULL,                                \
            "refuse keys that other MXC executors do not know", MXC_COMPLETE_NONE, NULL            \
    }

/* Fills request->config and request->policy. MXC_USAGE when the words do not go together. */
int mxc_source_read(const struct mxc_source *source, const struct mxc_args *args,
                    struct mxc_request *request, struct mxc_err *err);

/* In an error about a policy made from options, names the option instead of the JSON pointer. */
void mxc_source_explain(const struct mxc_source *source, const struct mxc_request *request,
                        struct mxc_err *err);

/* The words as one line that /bin/sh reads back as the same words; NULL when out of memory. */
const char *mxc_source_quote(struct mxc_arena *arena, const struct mxc_words *words);

/* "1.5s" as milliseconds; units ms, s, m, h. 0 when it is none or outside 1 ms … 2^32-1 ms. */
uint32_t mxc_source_duration(const char *text);

#endif
