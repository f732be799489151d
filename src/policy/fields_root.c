/* SPDX-License-Identifier: MIT */
/* Table of the top level, and of the small sections that only the top level uses. */
#include "policy/fields.h"
#include "policy/read.h"
#include "policy/schema_rules.h"

enum {
    CONTAIN_1_0 = MXC_V_ALL,               /* in every version */
    CONTAIN_1_1 = MXC_V_LEGACY | MXC_V1_1, /* not in 1.0.0 */
};

const struct mxc_choice mxc_containment_choices[] = {
    { "process", MXC_CONTAIN_PROCESS, CONTAIN_1_0, 0 },
    { "processcontainer", MXC_CONTAIN_PROCESSCONTAINER, CONTAIN_1_0, 0 },
    { "windows_sandbox", MXC_CONTAIN_WINDOWS_SANDBOX, CONTAIN_1_1, 0 },
    { "isolation_session", MXC_CONTAIN_ISOLATION_SESSION, CONTAIN_1_0, 0 },
    { "wslc", MXC_CONTAIN_WSLC, CONTAIN_1_0, 0 },
    { "lxc", MXC_CONTAIN_LXC, CONTAIN_1_0, 0 },
    { "vm", MXC_CONTAIN_VM, CONTAIN_1_1, 0 },
    { "microvm", MXC_CONTAIN_MICROVM, CONTAIN_1_1, 0 },
    { "seatbelt", MXC_CONTAIN_SEATBELT, CONTAIN_1_0, 0 },
    { "hyperlight", MXC_CONTAIN_HYPERLIGHT, CONTAIN_1_1, 0 },
    { "bubblewrap", MXC_CONTAIN_BUBBLEWRAP, CONTAIN_1_0, 0 },
    { "native", MXC_CONTAIN_NATIVE, MXC_V_ALL, MXC_F_EXTENSION },
    { "appcontainer", MXC_CONTAIN_PROCESSCONTAINER, MXC_V_LEGACY, MXC_F_COMPAT },
    { "macos_sandbox", MXC_CONTAIN_SEATBELT, MXC_V_LEGACY, MXC_F_COMPAT },
    { 0 },
};

static const struct mxc_field lifecycle_fields[] = {
    {
        .name = "destroyOnExit",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_policy, destroy_on_exit),
        .standard = "true",
        .about = "Remove the container when the run ends. Backends without a container that could "
                 "stay always do.",
    },
    {
        .name = "preservePolicy",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_policy, preserve_policy),
        .standard = "false",
        .about = "Keep what was set up on the host for the policy (firewall rules, access lists) "
                 "after the run. Only backends that set up such things look at it.",
    },
};

const struct mxc_object mxc_object_lifecycle = {
    .name = "lifecycle",
    .fields = lifecycle_fields,
    .count = MXC_COUNT(lifecycle_fields),
    .about = "What happens to the container when the program has ended.",
};

static const struct mxc_field fallback_fields[] = {
    {
        .name = "allowDaclMutation",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .flags = MXC_F_INERT,
        .standard = "true",
        .about = "Windows: allow changing the access lists of host files where nothing better "
                 "exists. Elsewhere no access list is ever changed, so both values hold.",
    },
};

const struct mxc_object mxc_object_fallback = {
    .name = "fallback",
    .fields = fallback_fields,
    .count = MXC_COUNT(fallback_fields),
    .about = "Which weaker means a backend may use.",
};

static const struct mxc_field root_fields[] = {
    {
        .name = "$schema",
        .type = MXC_TYPE_ANY,
        .versions = MXC_V_ALL,
        .flags = MXC_F_INERT,
        .about = "For editors. Never fetched.",
    },
    {
        .name = "_comment",
        .type = MXC_TYPE_ANY,
        .versions = MXC_V_ALL,
        .flags = MXC_F_INERT,
        .about = "For people. Only here at the top level.",
    },
    {
        .name = "version",
        .type = MXC_TYPE_VERSION,
        .versions = MXC_V_ALL,
        .required = MXC_V_ALL & ~MXC_V_CURRENT,
        .about = "Version of this configuration format (not of the program). Absent or empty: the "
                 "current version.",
    },
    {
        .name = "containerId",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .flags = MXC_F_EMPTY_NULL,
        MXC_KEEP(struct mxc_policy, container_id),
        .standard = "\"\"",
        .about = "Name of the container, where the backend has named containers. Empty: one is "
                 "made up.",
    },
    {
        .name = "containment",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_ALL,
        MXC_KEEP(struct mxc_policy, containment),
        .choices = mxc_containment_choices,
        .standard = "\"process\"",
        .about = "The backend, or `process` for the one that fits the host. `appcontainer` and "
                 "`macos_sandbox` are older spellings of `processcontainer` and `seatbelt` (0.4 to "
                 "0.9). `native`, the built-in Linux engine by name, is an extension.",
    },
    {
        .name = "process",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .required = MXC_V_ALL,
        .flags = MXC_F_COMMAND,
        .offset = offsetof(struct mxc_policy, process),
        .object = &mxc_object_process,
        .about = "The program.",
    },
    {
        .name = "lifecycle",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &mxc_object_lifecycle,
        .about = "What happens afterwards.",
    },
    {
        .name = "filesystem",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .offset = offsetof(struct mxc_policy, filesystem),
        .object = &mxc_object_filesystem,
        .about = "Which files the program sees. Absent: the baseline only.",
    },
    {
        .name = "fallback",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &mxc_object_fallback,
        .about = "Which weaker means a backend may use.",
    },
    {
        .name = "network",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .offset = offsetof(struct mxc_policy, network),
        .object = &mxc_object_network,
        .about = "What the program reaches. Absent: only its own loopback.",
    },
    {
        .name = "runtimeConfig",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_0_8,
        .offset = offsetof(struct mxc_policy, network),
        .object = &mxc_object_runtime_config,
        .hint = "network.egress, network.ingress, runtimeConfig, and processContainer.network "
                "require schema version 0.8 or later",
        .about = "Proxy of the directional network.",
    },
    {
        .name = "ui",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .offset = offsetof(struct mxc_policy, ui),
        .object = &mxc_object_ui,
        .about = "Display, clipboard, input.",
    },
    {
        .name = "limits",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .flags = MXC_F_EXTENSION,
        .offset = offsetof(struct mxc_policy, limits),
        .object = &mxc_object_limits,
        .about = "How much the program may use.",
    },
    {
        .name = "processContainer",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &mxc_object_process_container,
        .about = "Section of the backend `processcontainer`.",
    },
    {
        .name = "appContainer",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .flags = MXC_F_COMPAT,
        .object = &mxc_object_process_container,
        .alias_of = "processContainer",
        .hint = "use processContainer",
        .about = "Older spelling of `processContainer`.",
    },
    {
        .name = "lxc",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &mxc_object_lxc,
        .about = "Section of the backend `lxc`.",
    },
    {
        .name = "seatbelt",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &mxc_object_seatbelt,
        .about = "Section of the backend `seatbelt`.",
    },
    {
        .name = "macos_sandbox",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .flags = MXC_F_COMPAT,
        .object = &mxc_object_seatbelt,
        .alias_of = "seatbelt",
        .hint = "use seatbelt",
        .about = "Older spelling of `seatbelt`.",
    },
    {
        .name = "experimental",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_LEGACY,
        .object = &mxc_object_experimental,
        .hint = "schema 1.0 migration: telemetry and wslc are sections of the top level",
        .about = "Sections of backends that were not stable then.",
    },
    {
        .name = "telemetry",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_1_0,
        .object = &mxc_object_telemetry,
        .hint = "before 1.0.0 it is experimental.telemetry",
        .about = "Reports to a vendor.",
    },
    {
        .name = "wslc",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_1_0,
        .object = &mxc_object_wslc,
        .hint = "before 1.0.0 it is experimental.wslc",
        .about = "Section of the backend `wslc`.",
    },
    {
        .name = "windowsSandbox",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V1_1,
        .object = &mxc_object_windows_sandbox,
        .hint = "up to 0.9 it is experimental.windows_sandbox",
        .about = "Section of the backend `windows_sandbox`.",
    },
    {
        .name = "hyperlight",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V1_1,
        .object = &mxc_object_hyperlight,
        .about = "Section of the backend `hyperlight`.",
    },
    {
        .name = "test",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V1_1,
        .object = &mxc_object_test,
        .hint = "up to 0.9 it is experimental.test",
        .about = "A placeholder of the format.",
    },
};

const struct mxc_object mxc_object_root = {
    .name = "",
    .fields = root_fields,
    .count = MXC_COUNT(root_fields),
    .check = mxc_check_root,
    .rules = mxc_rules_root,
    .about = "One policy for one run.",
};
