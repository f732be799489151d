/* SPDX-License-Identifier: MIT */
/* Tables of what every backend has: program, files, display, limits. */
#include "policy/fields.h"
#include "policy/patterns.h"
#include "policy/read.h"

static const struct mxc_field process_fields[] = {
    {
        .name = "commandLine",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .required = MXC_V_ALL,
        .flags = MXC_F_COMMAND,
        MXC_KEEP(struct mxc_process, command_line),
        .min = 1,
        .about = "What is run, by `/bin/sh -c` on Linux. White space alone is allowed and does "
                 "nothing. A command given on the command line replaces it.",
    },
    {
        .name = "cwd",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .flags = MXC_F_EMPTY_NULL,
        MXC_KEEP(struct mxc_process, cwd),
        .standard = "\"\"",
        .about = "Working directory. It grants nothing by itself. Empty: the first granted "
                 "directory (writable ones first), else `/`.",
    },
    {
        .name = "env",
        .type = MXC_TYPE_STRINGS,
        .versions = MXC_V_ALL,
        MXC_KEEP_LIST(struct mxc_process, env.items, env.count),
        .rule = mxc_rule_environment,
        .pattern = "^[^=\\u0000]+=[^\\u0000]*$",
        .about = "The whole environment, as `KEY=VALUE`; of two with one key the later counts. "
                 "Nothing comes from the caller. Absent (not merely empty): `PATH` and `TERM`.",
    },
    {
        .name = "inheritDefaultEnv",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_FROM_0_9,
        MXC_KEEP(struct mxc_process, inherit_default_env),
        .standard = "false",
        .about = "Set `PATH` and `TERM` although `env` is present; entries of `env` win.",
    },
    {
        .name = "timeout",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_process, timeout_ms),
        .min = 0,
        .max = UINT32_MAX,
        .standard = "0",
        .about = "Milliseconds until the program and everything it started are killed. 0: none.",
    },
};

const struct mxc_object mxc_object_process = {
    .name = "process",
    .fields = process_fields,
    .count = MXC_COUNT(process_fields),
    .check = mxc_check_process,
    .about = "The program that runs in the sandbox.",
};

#define PATHS(member)                                                                              \
    .type = MXC_TYPE_STRINGS, .versions = MXC_V_ALL,                                               \
    MXC_KEEP_LIST(struct mxc_filesystem, member.items, member.count), .rule = mxc_rule_path,       \
    .pattern = MXC_RE_PATH, .standard = "[]"

static const struct mxc_field filesystem_fields[] = {
    {
        .name = "readwritePaths",
        PATHS(readwrite),
        .about = "Files and directories that the program may change.",
    },
    {
        .name = "readonlyPaths",
        PATHS(readonly),
        .about = "Files and directories that the program may read and execute.",
    },
    {
        .name = "deniedPaths",
        PATHS(denied),
        .about = "Files and directories that the program cannot open, also below a grant and in "
                 "the baseline.",
    },
    {
        .name = "clearPolicyOnExit",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_PUBLISHED,
        .flags = MXC_F_COMPAT | MXC_F_INERT,
        .about = "Sent by published clients, read by no executor. `lifecycle.preservePolicy` "
                 "decides.",
    },
};

const struct mxc_object mxc_object_filesystem = {
    .name = "filesystem",
    .fields = filesystem_fields,
    .count = MXC_COUNT(filesystem_fields),
    .about =
        "Grants and denials. A path is a literal name: `~`, `$HOME`, `*` and `?` have no special "
        "meaning. A relative path starts at the caller's working directory. The most specific "
        "path wins; for one path, denied before read-only before writable.",
};

static const struct mxc_choice clipboards[] = {
    { "none", MXC_CLIP_NONE, MXC_V_ALL, 0 },
    { "read", MXC_CLIP_READ, MXC_V_ALL, 0 },
    { "write", MXC_CLIP_WRITE, MXC_V_ALL, 0 },
    { "all", MXC_CLIP_ALL, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field ui_fields[] = {
    {
        .name = "disable",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_ui, disable),
        .standard = "true",
        .about = "No window, clipboard or input of the caller's session.",
    },
    {
        .name = "clipboard",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_ui, clipboard),
        .choices = clipboards,
        .standard = "\"none\"",
        .about = "Use of the caller's clipboard.",
    },
    {
        .name = "injection",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_ui, injection),
        .standard = "false",
        .about = "Sending input to other windows.",
    },
};

const struct mxc_object mxc_object_ui = {
    .name = "ui",
    .fields = ui_fields,
    .count = MXC_COUNT(ui_fields),
    .check = mxc_check_ui,
    .about = "What the program may do with the caller's desktop.",
};

#define MB_OF_TIB INT64_C(1048576)

#define LIMIT(member, most)                                                                        \
    .type = MXC_TYPE_INTEGER, .versions = MXC_V_ALL, .flags = MXC_F_EXTENSION,                     \
    MXC_KEEP(struct mxc_limits, member), .max = (most)

static const struct mxc_field limits_fields[] = {
    {
        .name = "memoryMb",
        LIMIT(memory_mb, 16 * MB_OF_TIB),
        .min = 1,
        .about = "Memory of all processes together, in MiB (1048576 bytes), page cache of their "
                 "files included. At most 16 TiB.",
    },
    {
        .name = "processes",
        LIMIT(processes, INT64_C(4194304)),
        .min = 1,
        .about = "Processes and threads at one time. The largest value is the number of process "
                 "ids that Linux can have.",
    },
    {
        .name = "cpuPercent",
        LIMIT(cpu_percent, INT64_C(102400)),
        .min = 1,
        .about = "Processor time of all processes together, in percent of one core: 50 is half a "
                 "core, 200 is two. At most 1024 cores.",
    },
    {
        .name = "openFiles",
        LIMIT(open_files, INT64_C(1048576)),
        .min = 8,
        .about = "Open descriptors of each process. A shell needs at least 8; the largest value is "
                 "the default ceiling of Linux (`fs.nr_open`).",
    },
    {
        .name = "fileSizeMb",
        LIMIT(file_size_mb, 16 * MB_OF_TIB),
        .min = 1,
        .about = "Size of each file that is written, in MiB. At most 16 TiB.",
    },
    {
        .name = "tmpMb",
        LIMIT(tmp_mb, MB_OF_TIB),
        .min = 1,
        .about = "Private temporary directories (`/tmp`, `/dev/shm` and the like) together, in MiB "
                 "of memory. At most 1 TiB.",
    },
    {
        .name = "outputMb",
        LIMIT(output_mb, MB_OF_TIB),
        .min = 1,
        .about = "Bytes on standard output and standard error together, in MiB; more ends the run. "
                 "At most 1 TiB.",
    },
};

const struct mxc_object mxc_object_limits = {
    .name = "limits",
    .fields = limits_fields,
    .count = MXC_COUNT(limits_fields),
    .about =
        "An extension: other executors refuse it, and so do we when a portable policy is asked "
        "for. A limit that is absent has the default of the engine, which is none unless its "
        "documentation says otherwise.",
};
