/* SPDX-License-Identifier: MIT */
/* Destinations that are no networks: host names, published ports, and the lists of the legacy
 * form. */
#include <string.h>

#include "policy/cidr.h"
#include "policy/read.h"
#include "policy/text.h"
#include "policy/url.h"

static char *lower_copy(struct mxc_arena *arena, const char *text, size_t length)
{
    char *copy = mxc_arena_copy_n(arena, text, length);

    for (char *c = copy; c && *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c;
    return copy;
}

int mxc_convert_host(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                     void *slot)
{
    const char *name = strncmp(text, "*.", 2) == 0 ? text + 2 : text;
    size_t length = strlen(name);
    struct mxc_shown shown;
    struct mxc_cidr cidr;
    const char *copy;

    if (mxc_cidr_parse(text, &cidr) != MXC_CIDR_NO_ADDRESS)
        return mxc_read_fail(reader, path, "%s is a name; an address or network belongs in cidr",
                             mxc_read_dotted(reader, path));
    if (length && name[length - 1] == '.')
        return mxc_read_fail(reader, path, "%s must not end with a dot",
                             mxc_read_dotted(reader, path));
    if (!mxc_host_name_valid(name, length))
        return mxc_read_fail(reader, path,
                             "%s must be a host name, or '*.' and a host name: letters, digits and "
                             "hyphens between dots, no scheme and no port; found '%s'",
                             mxc_read_dotted(reader, path), mxc_shown(&shown, text, strlen(text)));
    copy = lower_copy(reader->arena, text, strlen(text));
    memcpy(slot, &copy, sizeof copy);
    return copy ? 0 : mxc_read_no_memory(reader);
}

static bool is_mapped(const struct mxc_cidr *cidr)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

    return cidr->family == 6 && memcmp(cidr->address, mapped, sizeof mapped) == 0;
}

int mxc_convert_address(struct mxc_reader *reader, const struct mxc_path *path, const char *text,
                        void *slot)
{
    struct mxc_shown shown;
    struct mxc_cidr cidr;

    if (strchr(text, '/') || mxc_cidr_parse(text, &cidr) != MXC_CIDR_OK)
        return mxc_read_fail(reader, path, "%s must be an IPv4 or IPv6 address, found '%s'",
                             mxc_read_dotted(reader, path), mxc_shown(&shown, text, strlen(text)));
    if (is_mapped(&cidr))
        return mxc_read_fail(reader, path,
                             "%s is an IPv4 address in the form of IPv6; write it as "
                             "IPv4",
                             mxc_read_dotted(reader, path));
    memcpy(slot, &cidr, sizeof cidr);
    return 0;
}

static const struct mxc_cidr loopback4 = { { 127, 0, 0, 1 }, 32, 4 };
static const struct mxc_cidr loopback6 = { { [15] = 1 }, 128, 6 };

int mxc_check_publish(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot)
{
    struct mxc_publish *publish = slot;

    (void)reader;
    (void)path;
    (void)json;
    if (!publish->host_port)
        publish->host_port = publish->port;
    if (!publish->host_address.family) {
        publish->host_address = loopback4;
        publish->loopback = true;
    }
    return 0;
}

static bool is_same(const struct mxc_cidr *a, const struct mxc_cidr *b)
{
    return a->family == b->family && memcmp(a->address, b->address, 16) == 0;
}

static bool listens_on(const struct mxc_publish *publish, const struct mxc_cidr *address)
{
    return is_same(&publish->host_address, address) ||
           (publish->loopback && is_same(&loopback6, address));
}

static bool same_place(const struct mxc_publish *a, const struct mxc_publish *b)
{
    return a->host_port == b->host_port &&
           (listens_on(a, &b->host_address) || listens_on(b, &a->host_address));
}

int mxc_check_ingress(struct mxc_reader *reader, const struct mxc_path *path, json_t *json,
                      void *slot)
{
    const struct mxc_path list = { path, "publish", 0 };
    const struct mxc_network *network = slot;

    (void)json;
    for (size_t i = 1; i < network->publish_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct mxc_path at = { &list, NULL, i };

            if (same_place(&network->publish[i], &network->publish[k]))
                return mxc_read_fail(
                    reader, &at, "%s: port %u of that address of the host is published already",
                    mxc_read_dotted(reader, &at), (unsigned)network->publish[i].host_port);
        }
    return 0;
}

static void clear_host_bits(struct mxc_cidr *cidr)
{
    unsigned width = cidr->family == 4 ? 32 : 128;

    for (unsigned bit = cidr->bits; bit < width; bit++)
        cidr->address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* The text was checked by mxc_rule_host(). */
static int fill_peer(struct mxc_arena *arena, const char *text, struct mxc_peer *out)
{
    enum mxc_cidr_fault fault = mxc_cidr_parse(text, &out->cidr);
    size_t length = strlen(text);

    if (fault == MXC_CIDR_OK || fault == MXC_CIDR_HOST_BITS) {
        clear_host_bits(&out->cidr);
        return 0;
    }
    out->host = lower_copy(arena, text, text[length - 1] == '.' ? length - 1 : length);
    return out->host ? 0 : -1;
}

static int fill_rules(struct mxc_arena *arena, const struct mxc_strings *hosts,
                      struct mxc_rules *out)
{
    struct mxc_rule *rules;
    struct mxc_peer *peers;

    if (!hosts->count)
        return 0;
    rules = mxc_arena_alloc(arena, hosts->count * sizeof *rules);
    peers = mxc_arena_alloc(arena, hosts->count * sizeof *peers);
    if (!rules || !peers)
        return -1;
    for (size_t i = 0; i < hosts->count; i++) {
        if (fill_peer(arena, hosts->items[i], &peers[i]) < 0)
            return -1;
        rules[i] = (struct mxc_rule){ .to = &peers[i], .to_count = 1 };
    }
    *out = (struct mxc_rules){ rules, hosts->count };
    return 0;
}

/* Beside "block" the local network is one more rule, behind those of the lists. */
static int add_local(struct mxc_arena *arena, struct mxc_rules *rules)
{
    static const struct mxc_cidr local[] = {
        { { 10 }, 8, 4 },       { { 172, 16 }, 12, 4 }, { { 192, 168 }, 16, 4 },
        { { 100, 64 }, 10, 4 }, { { 0xfc }, 7, 6 },
    };
    struct mxc_rule *items = mxc_arena_alloc(arena, (rules->count + 1) * sizeof *items);
    struct mxc_peer *peers = mxc_arena_alloc(arena, sizeof local / sizeof *local * sizeof *peers);

    if (!items || !peers)
        return -1;
    if (rules->count)
        memcpy(items, rules->items, rules->count * sizeof *items);
    for (size_t i = 0; i < MXC_COUNT(local); i++)
        peers[i].cidr = local[i];
    items[rules->count] = (struct mxc_rule){ .to = peers, .to_count = MXC_COUNT(local) };
    *rules = (struct mxc_rules){ items, rules->count + 1 };
    return 0;
}

int mxc_read_legacy_rules(struct mxc_reader *reader, struct mxc_network *network)
{
    network->egress_allow = network->default_allow;
    if (fill_rules(reader->arena, &network->allowed_hosts, &network->allow) < 0 ||
        fill_rules(reader->arena, &network->blocked_hosts, &network->deny) < 0)
        return mxc_read_no_memory(reader);
    if (network->allow_local && !network->default_allow &&
        add_local(reader->arena, &network->allow) < 0)
        return mxc_read_no_memory(reader);
    return 0;
}
