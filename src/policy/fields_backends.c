/* SPDX-License-Identifier: MIT */
/* Tables of sections that belong to one backend. Checked in full; kept where a backend is built. */
#include "policy/fields.h"
#include "policy/patterns.h"
#include "policy/read.h"

#define SINCE_0_8                                                                                  \
    "network.egress, network.ingress, runtimeConfig, and processContainer.network require schema " \
    "version 0.8 or later"

static const struct mxc_choice isolations[] = {
    { "desktop", 0, MXC_V_ALL, 0 },
    { "handles", 0, MXC_V_ALL, 0 },
    { "atoms", 0, MXC_V_ALL, 0 },
    { "container", 0, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_choice system_settings[] = {
    { "none", 0, MXC_V_ALL, 0 },
    { "parameters", 0, MXC_V_ALL, 0 },
    { "display", 0, MXC_V_ALL, 0 },
    { "all", 0, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field container_ui_fields[] = {
    {
        .name = "isolation",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_ALL,
        .choices = isolations,
        .standard = "\"container\"",
        .about = "What of the desktop is separate.",
    },
    {
        .name = "desktopSystemControl",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "Switching desktops and ending the session.",
    },
    {
        .name = "systemSettings",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_LEGACY | MXC_V1_0,
        .standard = "\"none\"",
        .about = "Which settings of the system may be changed.",
    },
    {
        .name = "systemSettings",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V1_1,
        .choices = system_settings,
        .standard = "\"none\"",
        .about = "Which settings of the system may be changed.",
    },
    {
        .name = "ime",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "Input methods.",
    },
};

static const struct mxc_object container_ui = {
    .name = "processContainer.ui",
    .fields = container_ui_fields,
    .count = MXC_COUNT(container_ui_fields),
    .about = "Desktop of a process container.",
};

static const struct mxc_choice capture_modes[] = {
    { "block", 0, MXC_V_ALL, 0 },
    { "allow", 0, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field capture_fields[] = {
    {
        .name = "mode",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_FROM_0_6,
        .choices = capture_modes,
        .about = "Whether what is recorded is also denied.",
    },
    {
        .name = "outputPath",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_6,
        .rule = mxc_rule_absolute,
        .pattern = "^(/|\\\\\\\\|[A-Za-z]:[/\\\\])",
        .about = "File for the record; an absolute path.",
    },
    {
        .name = "retainEtl",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_FROM_0_6,
        .standard = "false",
        .about = "Keep the trace of the system too.",
    },
};

static const struct mxc_object capture_denials = {
    .name = "processContainer.captureDenials",
    .fields = capture_fields,
    .count = MXC_COUNT(capture_fields),
    .about = "A record of what the container was denied.",
};

static const struct mxc_field container_network_fields[] = {
    {
        .name = "allowedProxyPeer",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_FROM_0_8,
        .about = "Identity of the process that may be the proxy.",
    },
};

static const struct mxc_object container_network = {
    .name = "processContainer.network",
    .fields = container_network_fields,
    .count = MXC_COUNT(container_network_fields),
    .about = "Counts as directional.",
};

static const struct mxc_field container_filesystem_fields[] = {
    {
        .name = "enumeratePaths",
        .type = MXC_TYPE_STRINGS,
        .versions = MXC_V_FROM_1_0,
        .rule = mxc_rule_path,
        .pattern = MXC_RE_PATH,
        .standard = "[]",
        .about = "Directories whose names may be listed.",
    },
};

static const struct mxc_object container_filesystem = {
    .name = "processContainer.filesystem",
    .fields = container_filesystem_fields,
    .count = MXC_COUNT(container_filesystem_fields),
    .about = "Beyond the top level's `filesystem`.",
};

/* Names of capabilities that would switch the container off, in any case. */
#define LEARNING                                                                                   \
    "([Pp][Ee][Rr][Mm][Ii][Ss][Ss][Ii][Vv][Ee][Ll][Ee][Aa][Rr][Nn][Ii][Nn][Gg][Mm][Oo][Dd][Ee]|"   \
    "[Ll][Ee][Aa][Rr][Nn][Ii][Nn][Gg][Mm][Oo][Dd][Ee][Ll][Oo][Gg][Gg][Ii][Nn][Gg])"

static const struct mxc_field process_container_fields[] = {
    {
        .name = "name",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_PUBLISHED,
        .flags = MXC_F_COMPAT | MXC_F_INERT,
        .about = "Sent by published clients, read by no executor. `containerId` is the name.",
    },
    {
        .name = "leastPrivilege",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "The stricter kind of container.",
    },
    {
        .name = "learningMode",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "Record what would be denied.",
    },
    {
        .name = "capabilities",
        .type = MXC_TYPE_STRINGS,
        .versions = MXC_V_ALL,
        .rule = mxc_rule_capability,
        .pattern = "^(?!" LEARNING "$)[^,\\u0000]*$",
        .standard = "[]",
        .about = "Capabilities of the container by name, one an entry. `learningModeLogging` and "
                 "`permissiveLearningMode` are refused.",
    },
    {
        .name = "ui",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_ALL,
        .object = &container_ui,
        .about = "Its desktop.",
    },
    {
        .name = "captureDenials",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_0_6,
        .object = &capture_denials,
        .about = "A record of denials.",
    },
    {
        .name = "network",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_0_8,
        .object = &container_network,
        .hint = SINCE_0_8,
        .about = "Identity of the proxy.",
    },
    {
        .name = "filesystem",
        .type = MXC_TYPE_OBJECT,
        .versions = MXC_V_FROM_1_0,
        .object = &container_filesystem,
        .about = "Listing of directories.",
    },
};

const struct mxc_object mxc_object_process_container = {
    .name = "processContainer",
    .fields = process_container_fields,
    .count = MXC_COUNT(process_container_fields),
    .about = "The process container of Windows.",
};

static const struct mxc_field lxc_fields[] = {
    {
        .name = "distribution",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .required = MXC_V_FROM_1_0,
        .flags = MXC_F_EMPTY_NULL,
        MXC_KEEP(struct mxc_policy, lxc_distribution),
        .about = "Distribution of the image, such as `alpine`. The backend needs it in every "
                 "version.",
    },
    {
        .name = "release",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .required = MXC_V_FROM_1_0,
        .flags = MXC_F_EMPTY_NULL,
        MXC_KEEP(struct mxc_policy, lxc_release),
        .about = "Its release, such as `3.23`. The backend needs it in every version.",
    },
    {
        .name = "containerName",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_PUBLISHED,
        .flags = MXC_F_COMPAT | MXC_F_INERT,
        .about = "Sent by published clients, read by no executor. `containerId` is the name.",
    },
    {
        .name = "destroyOnExit",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_PUBLISHED,
        .flags = MXC_F_COMPAT | MXC_F_INERT,
        .about =
            "Sent by published clients, read by no executor. `lifecycle.destroyOnExit` decides.",
    },
};

const struct mxc_object mxc_object_lxc = {
    .name = "lxc",
    .fields = lxc_fields,
    .count = MXC_COUNT(lxc_fields),
    .about = "Linux containers with an image of their own.",
};

static const struct mxc_choice launch_methods[] = {
    { "exec", 0, MXC_V_ALL, 0 },
    { "open", 0, MXC_V_ALL, 0 },
    { 0 },
};

static const struct mxc_field seatbelt_fields[] = {
    {
        .name = "profileOverride",
        .type = MXC_TYPE_STRING,
        .versions = MXC_V_ALL,
        .about = "A whole profile in place of the one made from the policy.",
    },
    {
        .name = "guiAccess",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "The window server.",
    },
    {
        .name = "launchMethod",
        .type = MXC_TYPE_ENUM,
        .versions = MXC_V_ALL,
        .choices = launch_methods,
        .standard = "\"exec\"",
        .about = "How the program is started.",
    },
    {
        .name = "nestedPty",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "true",
        .about = "Making terminals.",
    },
    {
        .name = "keychainAccess",
        .type = MXC_TYPE_BOOL,
        .versions = MXC_V_ALL,
        .standard = "false",
        .about = "The keychain.",
    },
    {
        .name = "extraMachLookups",
        .type = MXC_TYPE_STRINGS,
        .versions = MXC_V_ALL,
        .standard = "[]",
        .about = "Further services by name.",
    },
};

const struct mxc_object mxc_object_seatbelt = {
    .name = "seatbelt",
    .fields = seatbelt_fields,
    .count = MXC_COUNT(seatbelt_fields),
    .about = "The sandbox of macOS.",
};
