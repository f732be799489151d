/* SPDX-License-Identifier: MIT */
/* Tables of "experimental" (0.4 to 0.9) and of what was promoted from it to the top level. */
#include "policy/fields.h"
#include "policy/read.h"

#define MOVED(section, target)                                                                     \
    "'experimental." section "' has moved to the stable section; use top-level '" target           \
    "' instead."

static const struct mxc_field telemetry_fields[] = {
    {
        .name = "enabled",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .flags = MXC_F_INERT,
        .about = "Nothing is ever reported to anybody, whatever this says.",
    },
};

const struct mxc_object mxc_object_telemetry = {
    .name = "telemetry",
    .fields = telemetry_fields,
    .count = MXC_COUNT(telemetry_fields),
    .about = "Up to 0.9 `experimental.telemetry`.",
};

static const struct mxc_field test_fields[] = {
    {
        .name = "message",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .flags = MXC_F_INERT,
        .standard = "\"\"",
        .about = "A text without effect.",
    },
};

const struct mxc_object mxc_object_test = {
    .name = "test",
    .fields = test_fields,
    .count = MXC_COUNT(test_fields),
    .about = "Up to 0.9 `experimental.test`.",
};

static const struct mxc_field windows_sandbox_fields[] = {
    {
        .name = "idleTimeoutMs",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .max = UINT32_MAX,
        .standard = "300000",
        .about = "Milliseconds without use after which the virtual machine ends.",
    },
    {
        .name = "idleTimeout",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .max = UINT32_MAX,
        .about = "Older spelling of `idleTimeoutMs`, used when that is absent.",
    },
    {
        .name = "daemonPipeName",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .standard = "\"wxc-windows-sandbox\"",
        .about = "Name of the pipe of its service.",
    },
};

const struct mxc_object mxc_object_windows_sandbox = {
    .name = "windowsSandbox",
    .fields = windows_sandbox_fields,
    .count = MXC_COUNT(windows_sandbox_fields),
    .about = "Up to 0.9 `experimental.windows_sandbox`.",
};

static const struct mxc_choice mapping_protocols[] = {
    { "tcp", 0, MXC_V_ALL, 0 },
    { "udp", 0, MXC_V_PUBLISHED, 0 },
    { 0 },
};

static const struct mxc_field mapping_fields[] = {
    {
        .name = "windowsPort",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .required = MXC_V_ALL,
        .min = 1,
        .max = UINT16_MAX,
        .about = "Port of the host.",
    },
    {
        .name = "containerPort",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .required = MXC_V_ALL,
        .min = 1,
        .max = UINT16_MAX,
        .about = "Port in the container.",
    },
    {
        .name = "protocol",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_ALL,
        .choices = mapping_protocols,
        .standard = "\"tcp\"",
        .about = "`udp` up to 0.8.",
    },
};

static const struct mxc_object mapping = {
    .name = "wslc.portMappings[]",
    .fields = mapping_fields,
    .count = MXC_COUNT(mapping_fields),
    .about = "One port; each `windowsPort` once for each protocol.",
};

static const struct mxc_field wslc_fields[] = {
    {
        .name = "targetOs",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .standard = "\"linux\"",
        .about = "System of the container.",
    },
    {
        .name = "image",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .standard = "\"alpine:latest\"",
        .about = "Name of the image.",
    },
    {
        .name = "imageTarPath",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .about = "File with the image.",
    },
    {
        .name = "storagePath",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .about = "Where its disk is kept.",
    },
    {
        .name = "cpuCount",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .max = UINT32_MAX,
        .about = "Processors.",
    },
    {
        .name = "memoryMb",
        .type = MXC_TYPE_INTEGER,
        .versions = MXC_V_ALL,
        .max = INT64_MAX,
        .about = "Memory in MiB.",
    },
    {
        .name = "gpu",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "The graphics processor.",
    },
    {
        .name = "portMappings",
        .type = MXC_TYPE_OBJECTS,
        .versions = MXC_V_ALL,
        .object = &mapping,
        .standard = "[]",
        .about = "Ports of the host that lead into the container.",
    },
};

const struct mxc_object mxc_object_wslc = {
    .name = "wslc",
    .fields = wslc_fields,
    .count = MXC_COUNT(wslc_fields),
    .check = mxc_check_wslc,
    .about = "Linux containers on Windows. Up to 0.9 `experimental.wslc`.",
};

static const struct mxc_choice sizes[] = {
    { "small", 0, MXC_V_ALL, 0 },
    { "medium", 0, MXC_V_ALL, 0 },
    { "large", 0, MXC_V_ALL, 0 },
    { "composable", 0, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field isolation_session_fields[] = {
    {
        .name = "configurationId",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_LEGACY,
        .choices = sizes,
        .standard = "\"composable\"",
        .about = "Size of the session.",
    },
    {
        .name = "user",
        .type = MXC_TYPE_REFUSED,
        .versions = MXC_V_LEGACY,
        .hint = "user is not supported in one-shot mode; use the state-aware lifecycle",
        .about = "Refused in a single run.",
    },
};

static const struct mxc_object isolation_session = {
    .name = "experimental.isolation_session",
    .fields = isolation_session_fields,
    .count = MXC_COUNT(isolation_session_fields),
    .about = "A session of its own on Windows.",
};

static const struct mxc_field experimental_fields[] = {
    {
        .name = "test",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &mxc_object_test,
        .about = "A placeholder of the format.",
    },
    {
        .name = "windows_sandbox",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &mxc_object_windows_sandbox,
        .about = "Section of the backend `windows_sandbox`.",
    },
    {
        .name = "wslc",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &mxc_object_wslc,
        .about = "Section of the backend `wslc`.",
    },
    {
        .name = "isolation_session",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &isolation_session,
        .about = "Section of the backend `isolation_session`.",
    },
    {
        .name = "telemetry",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &mxc_object_telemetry,
        .about = "Reports to a vendor.",
    },
    {
        .name = "seatbelt",
        .type = MXC_TYPE_REFUSED,
        .versions = MXC_V_LEGACY,
        .hint = MOVED("seatbelt", "seatbelt"),
        .about = "Moved to the top level.",
    },
    {
        .name = "macos_sandbox",
        .type = MXC_TYPE_REFUSED,
        .versions = MXC_V_LEGACY,
        .hint = MOVED("macos_sandbox", "seatbelt"),
        .about = "Moved to the top level.",
    },
};

const struct mxc_object mxc_object_experimental = {
    .name = "experimental",
    .fields = experimental_fields,
    .count = MXC_COUNT(experimental_fields),
    .about = "0.4 to 0.9. A command that is asked for such a backend wants `--experimental`.",
};

static const struct mxc_field hyperlight_fields[] = {
    {
        .name = "runtime",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V1_1,
        .about = "Which guest program is loaded.",
    },
};

const struct mxc_object mxc_object_hyperlight = {
    .name = "hyperlight",
    .fields = hyperlight_fields,
    .count = MXC_COUNT(hyperlight_fields),
    .about = "Small virtual machines without an operating system.",
};
