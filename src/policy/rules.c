/* SPDX-License-Identifier: MIT */
/* Rules of single texts, and of the small objects. */
#include "policy/cidr.h"
#include "policy/read.h"
#include "policy/text.h"
#include "policy/url.h"

#include <string.h>

int mxc_rule_path(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                  size_t length)
{
    struct mxc_shown shown;

    if (strspn(text, " \t\n\v\f\r") == length)
        return mxc_read_fail(reader, path, "Filesystem path is empty");
    mxc_shown(&shown, text, length);
    if (memchr(text, '\0', length))
        return mxc_read_fail(reader, path,
                             "Filesystem path '%s' contains an embedded NUL character", shown.text);
    if (memchr(text, '"', length))
        return mxc_read_fail(reader, path, "Filesystem path '%s' contains invalid character '\"'",
                             shown.text);
    return 0;
}

int mxc_rule_environment(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                         size_t length)
{
    const char *equals = memchr(text, '=', length);

    if (!equals)
        return mxc_read_fail(reader, path,
                             "an entry of process.env must be KEY=VALUE; this one has no '='");
    if (equals == text)
        return mxc_read_fail(reader, path,
                             "an entry of process.env must be KEY=VALUE; this one has no key "
                             "before the '='");
    return 0;
}

static int not_a_network(struct mxc_reader *reader, const struct mxc_path *path, const char *shown,
                         enum mxc_cidr_fault fault, const struct mxc_cidr *cidr)
{
    if (fault == MXC_CIDR_TOO_LONG)
        return mxc_read_fail(reader, path,
                             "network rule '%s' has a CIDR prefix wider than its address family "
                             "allows; expected a number between 0 and %d",
                             shown, cidr->family == 4 ? 32 : 128);
    return mxc_read_fail(
        reader, path,
        "network rule '%s' is not an IP address or CIDR block, and not a host name "
        "(no scheme, port or wildcard)",
        shown);
}

/* Host bits are allowed here: the legacy form always took them. */
int mxc_rule_host(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                  size_t length)
{
    struct mxc_shown shown;
    struct mxc_cidr cidr;
    enum mxc_cidr_fault fault = mxc_cidr_parse(text, &cidr);

    if (!length)
        return mxc_read_fail(reader, path, "an empty network rule address is not a destination");
    if (fault == MXC_CIDR_OK || fault == MXC_CIDR_HOST_BITS || mxc_host_name_valid(text, length))
        return 0;
    return not_a_network(reader, path, mxc_shown(&shown, text, length), fault, &cidr);
}

static bool same_word(const char *a, const char *b)
{
    for (; *a && (*a | 0x20) == (*b | 0x20); a++)
        b++;
    return !*a && !*b;
}

int mxc_rule_capability(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                        size_t length)
{
    static const char *const reserved[] = { "learningModeLogging", "permissiveLearningMode" };
    struct mxc_shown shown;

    mxc_shown(&shown, text, length);
    if (memchr(text, ',', length))
        return mxc_read_fail(reader, path,
                             "processContainer.capabilities entry '%s' must not contain a comma; "
                             "provide multiple capabilities as separate JSON array entries",
                             shown.text);
    for (size_t i = 0; i < MXC_COUNT(reserved); i++)
        if (same_word(reserved[i], text))
            return mxc_read_fail(reader, path,
                                 "processContainer.capabilities must not include reserved "
                                 "learning-mode capability '%s'; it would switch the container off",
                                 shown.text);
    return 0;
}

int mxc_rule_absolute(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                      size_t length)
{
    bool drive = length > 2 && ((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z') &&
                 text[1] == ':' && (text[2] == '/' || text[2] == '\\');
    struct mxc_shown shown;

    if (text[0] == '/' || (text[0] == '\\' && text[1] == '\\') || drive)
        return 0;
    return mxc_read_fail(reader, path, "%s must be an absolute path: '%s'",
                         mxc_read_dotted(reader, path), mxc_shown(&shown, text, length));
}

int mxc_check_process(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot)
{
    struct mxc_process *process = slot;

    (void)reader;
    (void)path;
    process->env_present = mxc_read_member(json, "env") != NULL;
    return 0;
}

int mxc_check_ui(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot)
{
    struct mxc_ui *ui = slot;

    (void)reader;
    (void)path;
    (void)json;
    ui->present = true;
    return 0;
}

/* Is the port of 'mappings[index]' taken for the same protocol by an earlier one? */
static bool is_taken(const json_t *mappings, size_t index)
{
    const json_t *mine = json_array_get(mappings, index);
    json_t *protocol = mxc_read_member(mine, "protocol");
    const char *name = protocol ? json_string_value(protocol) : "tcp";

    for (size_t i = 0; i < index; i++) {
        const json_t *other = json_array_get(mappings, i);
        json_t *theirs = mxc_read_member(other, "protocol");

        if (json_equal(json_object_get(mine, "windowsPort"),
                       json_object_get(other, "windowsPort")) &&
            strcmp(theirs ? json_string_value(theirs) : "tcp", name) == 0)
            return true;
    }
    return false;
}

int mxc_check_wslc(struct mxc_reader *reader, const struct mxc_path *path, json_t *json, void *slot)
{
    const json_t *mappings = mxc_read_member(json, "portMappings");
    const struct mxc_path list = { path, "portMappings", 0 };

    (void)slot;
    for (size_t i = 1; i < json_array_size(mappings); i++) {
        const struct mxc_path at = { &list, NULL, i };
        const json_t *mapping = json_array_get(mappings, i);
        json_t *protocol = mxc_read_member(mapping, "protocol");

        if (is_taken(mappings, i))
            return mxc_read_fail(reader, &at, "%s: duplicate windowsPort %d for protocol '%s'",
                                 mxc_read_dotted(reader, &at),
                                 (int)json_integer_value(json_object_get(mapping, "windowsPort")),
                                 protocol ? json_string_value(protocol) : "tcp");
    }
    return 0;
}
