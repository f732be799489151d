/* SPDX-License-Identifier: MIT */
/* Which contract a policy is written for. */
#include "policy/version.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/schema.h"
#include "policy/text.h"

#define SUPPORTED "supported: >=0.4, <=0.9, 1.0.0, 1.1.0-alpha"
/* What may follow MAJOR.MINOR. in SemVer 2.0. */
#define NUMBER "(0|[1-9][0-9]*)"
#define PRE    "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
#define TAIL   NUMBER "(-" PRE "(\\." PRE ")*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$"

static const struct {
    enum mxc_version version;
    const char *name;
    const char *alias; /* short form on a command line */
    uint64_t major, minor;
    const char *pattern; /* NULL: only the name itself */
} versions[] = {
    { MXC_V0_4, "0.4", NULL, 0, 4, "^0\\.4\\." TAIL },
    { MXC_V0_5, "0.5", NULL, 0, 5, "^0\\.5\\." TAIL },
    { MXC_V0_6, "0.6", NULL, 0, 6, "^0\\.6\\." TAIL },
    { MXC_V0_7, "0.7", NULL, 0, 7, "^0\\.7\\." TAIL },
    { MXC_V0_8, "0.8", NULL, 0, 8, "^0\\.8\\." TAIL },
    { MXC_V0_9, "0.9", NULL, 0, 9, "^0\\.9\\." TAIL },
    { MXC_V1_0, "1.0.0", "1.0", 1, 0, NULL },
    { MXC_V1_1, "1.1.0-alpha", "1.1", 1, 1, NULL },
};
_Static_assert(sizeof versions / sizeof *versions == MXC_VERSION_COUNT, "one row per version");

struct semver {
    uint64_t part[3];
    const char *pre; /* after the '-', not terminated; NULL: none */
};

/* A number without leading zeros that fits 64 bits; returns the end, or NULL. */
static const char *read_number(const char *text, uint64_t *out)
{
    char *end;

    if (*text < '0' || *text > '9' || (text[0] == '0' && text[1] >= '0' && text[1] <= '9'))
        return NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno ? NULL : end;
}

/* Identifiers with dots between them, up to 'stop' or the end; returns the end, or NULL. */
static const char *read_identifiers(const char *text, char stop, int numbers_are_strict)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789";

    for (;; text++) {
        size_t size = strspn(text, letters);

        if (!size)
            return NULL;
        if (numbers_are_strict && size > 1 && *text == '0' && strspn(text, "0123456789") == size)
            return NULL;
        text += size;
        if (!*text || *text == stop)
            return text;
        if (*text != '.')
            return NULL;
    }
}

static int read_semver(const char *text, struct semver *out)
{
    *out = (struct semver){ 0 };
    for (int i = 0; i < 3; i++) {
        text = read_number(text, &out->part[i]);
        if (!text || (i < 2 && *text++ != '.'))
            return -1;
    }
    if (*text == '-') {
        out->pre = text + 1;
        text = read_identifiers(out->pre, '+', 1);
    }
    if (text && *text == '+')
        text = read_identifiers(text + 1, '\0', 0);
    return text && !*text ? 0 : -1;
}

/* -1 older than all, 0 between, 1 newer than all; the version is none of ours. */
static int side(const struct semver *version)
{
    const uint64_t *part = version->part;

    if (part[0] == 0 && part[1] < 4)
        return -1;
    if (part[0] > 1 || (part[0] == 1 && part[1] > 1))
        return 1;
    if (part[0] == 1 && part[1] == 1)
        return part[2] || !version->pre || strcmp(version->pre, "alpha") > 0;
    return 0;
}

static int refuse(const char *text, int where, struct mxc_err *err)
{
    struct mxc_shown shown;

    mxc_shown(&shown, text, strlen(text));
    if (where < 0)
        return mxc_fail(err, MXC_BAD_POLICY, 0, "",
                        "Config schema version '%s' is older than supported (" SUPPORTED
                        "). Update your config.",
                        shown.text);
    if (where > 0)
        return mxc_fail(err, MXC_BAD_POLICY, 0, "",
                        "Config schema version '%s' is newer than supported (" SUPPORTED
                        "). Upgrade mxc.",
                        shown.text);
    return mxc_fail(err, MXC_BAD_POLICY, 0, "",
                    "Config schema version '%s' is not supported (" SUPPORTED
                    "). Use one of these.",
                    shown.text);
}

int mxc_version_read(const char *text, enum mxc_version *out, struct mxc_err *err)
{
    struct mxc_shown shown;
    struct semver version;

    if (read_semver(text, &version) < 0)
        return mxc_fail(
            err, MXC_BAD_POLICY, 0, "",
            "Invalid schema version '%s': must be semver (e.g., 'X.Y.Z' or 'X.Y.Z-alpha')",
            mxc_shown(&shown, text, strlen(text)));
    for (size_t i = 0; i < MXC_VERSION_COUNT; i++)
        if (versions[i].pattern
                ? versions[i].major == version.part[0] && versions[i].minor == version.part[1]
                : strcmp(versions[i].name, text) == 0) {
            *out = versions[i].version;
            return 0;
        }
    return refuse(text, side(&version), err);
}

int mxc_version_parse(const char *text, enum mxc_version *out, struct mxc_err *err)
{
    if (strcmp(text, "current") == 0 || !*text) {
        *out = MXC_V_CURRENT;
        return 0;
    }
    for (size_t i = 0; i < MXC_VERSION_COUNT; i++)
        if (strcmp(versions[i].name, text) == 0 ||
            (versions[i].alias && strcmp(versions[i].alias, text) == 0)) {
            *out = versions[i].version;
            return 0;
        }
    return mxc_version_read(text, out, err);
}

static size_t row_of(enum mxc_version version)
{
    size_t row = 0;

    while (row + 1 < MXC_VERSION_COUNT && versions[row].version != version)
        row++;
    return row;
}

const char *mxc_version_name(enum mxc_version version)
{
    return versions[row_of(version)].name;
}

const char *mxc_version_pattern(enum mxc_version version)
{
    return versions[row_of(version)].pattern;
}

const char *mxc_versions_text(struct mxc_versions_text *out, unsigned mask)
{
    size_t used = 0;

    out->text[0] = '\0';
    for (size_t i = 0; i < MXC_VERSION_COUNT; i++) {
        size_t last = i;
        int size;

        if (!(mask & versions[i].version))
            continue;
        while (last + 1 < MXC_VERSION_COUNT && mask & versions[last + 1].version)
            last++;
        size =
            snprintf(out->text + used, sizeof out->text - used, "%s%s%s%s", used ? ", " : "",
                     versions[i].name, last > i ? " to " : "", last > i ? versions[last].name : "");
        used += size > 0 && used + (size_t)size < sizeof out->text ? (size_t)size : 0;
        i = last;
    }
    return out->text;
}
