/* SPDX-License-Identifier: MIT */
/* Single frames and short exchanges through the filter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/filter.h"
#include "net/notices.h"
#include "net_frames.h"
#include "policy/cidr.h"

#define PUBLISHED 8000

/* A filter with its rules: tcp/80-90 and icmp to 1.1.0.0/16 and 2606:4700::/32 are allowed, udp/53 to 8.8.8.8,
 * a name for tcp/443; 1.1.9.9 is denied. */
struct rig {
    struct mxc_arena arena;
    struct mxc_ruleset rules;
    struct mxc_live live;
    struct mxc_spans own;
    struct mxc_pins *pins;
    struct mxc_filter *filter;
    struct mxc_filter_out out;
    struct mxc_net_event events[300];
    size_t event_count;
    uint64_t now_ms;
};

static struct mxc_peer peer(const char *text)
{
    struct mxc_peer peer = { .host = NULL };

    if (mxc_cidr_parse(text, &peer.cidr) != MXC_CIDR_OK)
        peer.host = text;
    return peer;
}

static void compile(struct rig *rig, bool with_web)
{
    struct mxc_peer web[] = { peer("1.1.0.0/16"), peer("2606:4700::/32") };
    struct mxc_peer dns[] = { peer("8.8.8.8") }, bad[] = { peer("1.1.9.9") };
    struct mxc_peer name[] = { peer("example.org") };
    struct mxc_port web_ports[] = { { MXC_PROTO_TCP, 80, 90 }, { MXC_PROTO_ICMP, 0, 0 } };
    struct mxc_port dns_ports[] = { { MXC_PROTO_UDP, 53, 53 } };
    struct mxc_port name_ports[] = { { MXC_PROTO_TCP, 443, 443 } };
    struct mxc_rule allow[] = { { name, 1, name_ports, 1 },
                                { dns, 1, dns_ports, 1 },
                                { web, 2, web_ports, 2 } };
    struct mxc_rule deny[] = { { bad, 1, NULL, 0 } };
    const struct mxc_network network = { .form = MXC_NET_DIRECTIONAL,
                                         .allow = { allow, with_web ? 3 : 2 },
                                         .deny = { deny, 1 } };
    struct mxc_blob blob;

    assert_int_equal(mxc_rules_compile(&rig->arena, &network, NULL, &blob, NULL), 0);
    assert_int_equal(mxc_rules_open(blob.data, blob.size, &rig->rules, NULL), 0);
}

static void keep(void *context, const struct mxc_net_event *event)
{
    struct rig *rig = context;

    assert_in_range(rig->event_count, 0, 299);
    rig->events[rig->event_count++] = *event;
}

static void open_rig(struct rig *rig, size_t flows, size_t half)
{
    static const uint16_t published[] = { PUBLISHED };
    struct mxc_filter_options options = { .rules = &rig->rules,
                                          .live = &rig->live,
                                          .published = published,
                                          .published_count = 1,
                                          .flows = flows,
                                          .half_open = half,
                                          .seed = 7,
                                          .tell = keep,
                                          .context = rig };

    memset(rig, 0, sizeof *rig);
    rig->now_ms = 1000;
    compile(rig, true);
    rig->pins = mxc_pins_new(8);
    rig->live.pins = rig->pins;
    rig->live.own = &rig->own;
    memcpy(options.guest_mac, frame_guest_mac, 6);
    rig->filter = mxc_filter_new(&options);
    assert_non_null(rig->filter);
}

static void close_rig(struct rig *rig)
{
    mxc_filter_free(rig->filter);
    mxc_pins_free(rig->pins);
    mxc_spans_done(&rig->own);
    mxc_arena_done(&rig->arena);
}

/* What happens to a frame; a reply is one that the guest would take. */
static enum mxc_verdict show(struct rig *rig, const struct frame *frame)
{
    enum mxc_verdict verdict;

    verdict = mxc_filter_out(rig->filter, frame->bytes, frame->size, rig->now_ms, &rig->out);
    if (verdict == MXC_FRAME_REPLY) {
        const char *fault = frame_fault(rig->out.reply, rig->out.reply_size);

        if (fault)
            fail_msg("the reply is wrong: %s", fault);
    }
    return verdict;
}

static enum mxc_verdict send(struct rig *rig, struct frame_spec spec)
{
    struct frame frame;

    frame_make(&spec, &frame);
    return show(rig, &frame);
}

static enum mxc_verdict get(struct rig *rig, struct frame_spec spec)
{
    struct frame frame;

    spec.to_guest = true;
    frame_make(&spec, &frame);
    return mxc_filter_in(rig->filter, frame.bytes, frame.size, rig->now_ms);
}

static const struct frame_spec web_syn = {
    .peer = "1.1.1.1", .protocol = 6, .guest_port = 4000, .port = 80, .flags = SYN, .sequence = 77
};

static struct frame_spec with_flags(struct frame_spec spec, uint8_t flags)
{
    spec.flags = flags;
    return spec;
}

static struct frame_spec with_peer(struct frame_spec spec, const char *text)
{
    spec.peer = text;
    return spec;
}

static struct frame_spec with_port(struct frame_spec spec, uint16_t guest_port)
{
    spec.guest_port = guest_port;
    return spec;
}

static void test_tcp(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    assert_int_equal(get(&rig, with_flags(web_syn, SYN | ACK)), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, web_syn), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, web_syn), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, with_flags(web_syn, SYN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_PASS);
    rig.now_ms += 5 * 3600 * 1000; /* an idle login */
    mxc_filter_tick(rig.filter, rig.now_ms);
    assert_int_equal(get(&rig, with_flags(web_syn, ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_flags(web_syn, FIN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, with_flags(web_syn, FIN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_PASS);
    rig.now_ms += 10 * 1000;
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_REPLY);
    assert_int_equal(get(&rig, with_flags(web_syn, ACK)), MXC_FRAME_DROP);
    assert_int_equal(rig.event_count, 0);
    close_rig(&rig);
}

static void test_reset(void **state)
{
    const char *const peers[] = { "1.1.9.9", "2.2.2.2", "2001:db8::1" };
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        size_t at = i == 2 ? 54 : 34;
        const uint8_t *tcp = rig.out.reply + at;

        assert_int_equal(send(&rig, with_peer(web_syn, peers[i])), MXC_FRAME_REPLY);
        assert_int_equal(rig.out.reply_size, at + 20);
        assert_int_equal(tcp[13], RST | ACK);
        assert_int_equal(tcp[11], 78); /* acknowledges the SYN */
        assert_int_equal(rig.events[i].kind, MXC_NET_REFUSED);
        assert_int_equal(rig.events[i].why, i ? MXC_WHY_DEFAULT : MXC_WHY_RULE);
        assert_int_equal(rig.events[i].rule, i ? MXC_NO_RULE : 0);
        assert_int_equal(rig.events[i].port, 80);
    }
    /* No flow: a reset with the number that the guest expects, without an event; none for a reset. */
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_REPLY);
    assert_int_equal(rig.out.reply[34 + 13], RST);
    assert_int_equal(send(&rig, with_flags(web_syn, RST)), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, with_flags(web_syn, SYN | FIN)), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, with_flags(web_syn, SYN | ACK)), MXC_FRAME_REPLY);
    assert_int_equal(rig.event_count, 3);
    close_rig(&rig);
}

static void test_datagrams(void **state)
{
    const struct frame_spec dns = {
        .peer = "8.8.8.8", .protocol = 17, .guest_port = 5000, .port = 53
    };
    const struct frame_spec ping = { .peer = "2606:4700::9", .protocol = 1, .guest_port = 9 };
    struct frame_spec other = { .peer = "8.8.4.4", .protocol = 17, .guest_port = 1, .port = 2 };
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    assert_int_equal(get(&rig, dns), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, dns), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, dns), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, ping), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, ping), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, with_port(ping, 10)), MXC_FRAME_DROP);
    for (other.payload = 0; other.payload < 1400; other.payload += 1399) {
        size_t quoted = other.payload ? 576 - 28 : 28;

        assert_int_equal(send(&rig, other), MXC_FRAME_REPLY);
        assert_int_equal(rig.out.reply_size, 14 + 28 + quoted);
        assert_memory_equal(rig.out.reply + 34, ((uint8_t[]){ 3, 13 }), 2);
        assert_memory_equal(rig.out.reply + 26, ((uint8_t[]){ 10, 0, 2, 2 }), 4);
        assert_int_equal(rig.out.reply[42], 0x45);
    }
    other.peer = "2001:db8::4";
    other.payload = 1399;
    assert_int_equal(send(&rig, other), MXC_FRAME_REPLY);
    assert_int_equal(rig.out.reply_size, 14 + 1280);
    assert_memory_equal(rig.out.reply + 54, ((uint8_t[]){ 1, 1 }), 2);
    close_rig(&rig);
}

/* An ICMP error for the guest, about the packet in 'about'. */
static enum mxc_verdict get_error(struct rig *rig, struct frame_spec about)
{
    struct frame_spec spec = { .peer = "10.0.2.2", .protocol = 1, .to_guest = true, .payload = 28 };
    struct frame frame, inner;

    frame_make(&about, &inner);
    frame_make(&spec, &frame);
    memset(frame.bytes + 34, 0, 8);
    frame.bytes[34] = 3;
    frame.bytes[35] = 3;
    memcpy(frame.bytes + 42, inner.bytes + 14, 28);
    frame_mend(&frame);
    return mxc_filter_in(rig->filter, frame.bytes, frame.size, rig->now_ms);
}

static void test_errors(void **state)
{
    struct frame_spec dns = { .peer = "8.8.8.8", .protocol = 17, .guest_port = 5000, .port = 53 };
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    assert_int_equal(get_error(&rig, dns), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, dns), MXC_FRAME_PASS);
    assert_int_equal(get_error(&rig, dns), MXC_FRAME_PASS);
    dns.to_guest = true;
    assert_int_equal(get_error(&rig, dns), MXC_FRAME_DROP);
    dns.to_guest = false;
    rig.now_ms += 60 * 1000;
    assert_int_equal(get_error(&rig, dns), MXC_FRAME_DROP);
    close_rig(&rig);
}

static void test_neighbours(void **state)
{
    struct rig rig;
    struct frame frame;

    (void)state;
    open_rig(&rig, 0, 0);
    frame_arp(&frame);
    assert_int_equal(show(&rig, &frame), MXC_FRAME_PASS);
    frame.bytes[14 + 17] = 101; /* another sender's address */
    assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
    frame_arp(&frame);
    frame.bytes[14 + 13] ^= 1; /* and another Ethernet address */
    assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
    frame_neighbour(&frame);
    assert_int_equal(show(&rig, &frame), MXC_FRAME_PASS);
    assert_int_equal(mxc_filter_in(rig.filter, frame.bytes, frame.size, 0), MXC_FRAME_PASS);
    frame.bytes[54] = 134; /* a router's advertisement */
    frame_mend(&frame);
    assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
    assert_int_equal(mxc_filter_in(rig.filter, frame.bytes, frame.size, 0), MXC_FRAME_DROP);
    frame_neighbour(&frame);
    frame.bytes[14 + 7] = 254;
    assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
    close_rig(&rig);
}

/* libslirp would take ::ffff:10.0.2.2 for a host of the world, and the rules for the gateway. */
static void test_mapped(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    assert_int_equal(send(&rig, with_peer(web_syn, "::ffff:1.1.1.1")), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, with_peer(web_syn, "::ffff:10.0.2.2")), MXC_FRAME_DROP);
    assert_int_equal(rig.event_count, 0);
    close_rig(&rig);
}

/* Without descriptors nothing begins that takes one, and what has begun goes on. */
static void test_crowded(void **state)
{
    const struct frame_spec ping = { .peer = "1.1.1.1", .protocol = 1, .guest_port = 7 };
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    assert_int_equal(send(&rig, with_port(web_syn, 100)), MXC_FRAME_PASS);
    mxc_filter_crowd(rig.filter, true);
    assert_int_equal(send(&rig, with_port(web_syn, 101)), MXC_FRAME_REPLY);
    assert_int_equal(rig.events[0].kind, MXC_NET_LIMITED);
    assert_int_equal(get(&rig, with_flags(with_port(web_syn, 100), SYN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, ping), MXC_FRAME_PASS);
    mxc_filter_crowd(rig.filter, false);
    assert_int_equal(send(&rig, with_port(web_syn, 101)), MXC_FRAME_PASS);
    close_rig(&rig);
}

/* One byte of a good frame changed; the checksums are right again where 'mend' says so. */
static void test_odd_frames(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        bool v6, mend;
    } rows[] = {
        { 11, 9, false, false },                                    /* another sender */
        { 5, 7, false, false },                                     /* to nobody */
        { 12, 0x81, false, false },                                 /* VLAN */
        { 14, 0x46, false, true },                                  /* options */
        { 14, 0x65, false, true },                                  /* another version */
        { 14 + 3, 39, false, true },                                /* too short for its header */
        { 14 + 3, 200, false, true },                               /* longer than the frame */
        { 14 + 6, 0x20, false, true },                              /* more fragments */
        { 14 + 7, 1, false, true },                                 /* a later fragment */
        { 14 + 6, 0x80, false, true },                              /* the evil bit */
        { 14 + 8, 0, false, true },                                 /* time to live */
        { 14 + 9, 47, false, true },                                /* GRE */
        { 14 + 10, 1, false, false },                               /* checksum */
        { 14 + 15, 101, false, true },                              /* source */
        { 34 + 12, 0x40, false, true },                             /* header of TCP */
        { 34 + 12, 0x60, false, true }, { 34 + 1, 0, false, true }, /* with the next: port 0 */
        { 14 + 6, 0, true, false },                                 /* hop-by-hop options */
        { 14 + 6, 44, true, false },                                /* fragment */
        { 14 + 6, 60, true, false },    { 14 + 7, 0, true, false }, { 14 + 5, 19, true, false },
        { 14 + 8, 0xfe, true, true },   { 12, 8, true, false },
    };
    struct frame_spec spec = with_port(web_syn, 256 * 9);
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct frame frame;

        spec.peer = rows[i].v6 ? "2606:4700::1" : "1.1.1.1";
        frame_make(&spec, &frame);
        frame.bytes[rows[i].at] = rows[i].value;
        if (rows[i].at == 34 + 1)
            frame.bytes[34] = 0;
        if (rows[i].mend)
            frame_mend(&frame);
        assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
        frame_make(&spec, &frame);
        for (size_t size = 0; size < frame.size; size++)
            assert_int_equal(mxc_filter_out(rig.filter, frame.bytes, size, 0, &rig.out),
                             MXC_FRAME_DROP);
    }
    assert_int_equal(rig.event_count, 0);
    assert_int_equal(send(&rig, spec), MXC_FRAME_PASS);
    close_rig(&rig);
}

static void test_resolver(void **state)
{
    static const char *const peers[] = { "10.0.2.3", "fd00::3" };
    struct frame_spec spec = { .protocol = 17, .guest_port = 5000, .port = 53, .payload = 30 };
    struct rig rig;
    struct frame frame;

    (void)state;
    open_rig(&rig, 0, 0);
    for (size_t i = 0; i < 2; i++) {
        uint8_t answer[FRAME_ROOM];
        size_t size, header = i ? 62 : 42;

        spec.peer = peers[i];
        frame_make(&spec, &frame);
        assert_int_equal(show(&rig, &frame), MXC_FRAME_RESOLVE);
        assert_ptr_equal(rig.out.query, frame.bytes + header);
        assert_int_equal(rig.out.query_size, 30);
        size = mxc_filter_answer(rig.filter, &rig.out.asker, (const uint8_t *)"answer", 6, answer,
                                 sizeof answer);
        assert_int_equal(size, header + 6);
        assert_null(frame_fault(answer, size));
        assert_memory_equal(answer + header - 6, ((uint8_t[]){ 5000 >> 8, 5000 & 255 }), 2);
        assert_int_equal(
            mxc_filter_answer(rig.filter, &rig.out.asker, answer, 6, answer, header + 5), 0);
        frame.bytes[header] ^= 1; /* the checksum is wrong now */
        assert_int_equal(show(&rig, &frame), MXC_FRAME_DROP);
    }
    spec.port = 54;
    assert_int_equal(send(&rig, spec), MXC_FRAME_REPLY);
    close_rig(&rig);
}

static void test_published(void **state)
{
    struct frame_spec spec = with_peer(web_syn, "10.0.2.2");
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    spec.guest_port = PUBLISHED;
    assert_int_equal(send(&rig, with_flags(spec, SYN | ACK)), MXC_FRAME_REPLY);
    assert_int_equal(get(&rig, with_flags(spec, ACK)), MXC_FRAME_DROP);
    assert_int_equal(get(&rig, spec), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_flags(spec, SYN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(get(&rig, with_flags(spec, ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, spec), MXC_FRAME_REPLY); /* a connection of the guest's own */
    spec.guest_port = PUBLISHED + 1;
    assert_int_equal(get(&rig, spec), MXC_FRAME_DROP);
    spec.protocol = 17;
    spec.guest_port = PUBLISHED;
    assert_int_equal(get(&rig, spec), MXC_FRAME_DROP);
    close_rig(&rig);
}

static void test_recheck(void **state)
{
    struct mxc_address pinned;
    struct mxc_cidr own;
    struct frame_spec named = with_peer(web_syn, "5.5.5.5");
    struct mxc_name_ruling ruling;
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    named.port = 443;
    assert_true(mxc_address_parse("5.5.5.5", &pinned));
    mxc_rules_names(&rig.rules, "example.org", &ruling);
    assert_int_equal(ruling.count, 1);
    assert_true(mxc_pins_add(rig.pins, &pinned, ruling.pins[0], rig.now_ms + 10, rig.now_ms));
    assert_int_equal(send(&rig, named), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, web_syn), MXC_FRAME_PASS);
    rig.now_ms += 10;
    mxc_filter_recheck(rig.filter, NULL, rig.now_ms); /* nothing changed but the time */
    assert_int_equal(send(&rig, with_flags(named, ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_port(named, 1)), MXC_FRAME_REPLY);
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_PASS);
    assert_int_equal(mxc_cidr_parse("1.1.1.1", &own), MXC_CIDR_OK);
    assert_int_equal(mxc_spans_add(&rig.own, &own), 0);
    mxc_filter_recheck(rig.filter, NULL, rig.now_ms);
    assert_int_equal(rig.events[rig.event_count - 1].why, MXC_WHY_OWN_ADDRESS);
    assert_int_equal(get(&rig, with_flags(web_syn, ACK)), MXC_FRAME_DROP);
    assert_int_equal(send(&rig, with_flags(web_syn, ACK)), MXC_FRAME_REPLY);
    assert_int_equal(send(&rig, with_peer(web_syn, "1.1.1.2")), MXC_FRAME_PASS);
    compile(&rig, false);
    mxc_filter_recheck(rig.filter, &rig.rules, rig.now_ms);
    assert_int_equal(send(&rig, with_flags(with_peer(web_syn, "1.1.1.2"), ACK)), MXC_FRAME_REPLY);
    assert_int_equal(send(&rig, with_flags(named, ACK)), MXC_FRAME_REPLY);
    close_rig(&rig);
}

static void test_bounds(void **state)
{
    struct rig rig;

    (void)state;
    open_rig(&rig, 8, 3);
    for (uint16_t i = 0; i < 3; i++)
        assert_int_equal(send(&rig, with_port(web_syn, (uint16_t)(100 + i))), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_port(web_syn, 103)), MXC_FRAME_REPLY);
    assert_int_equal(rig.event_count, 1);
    assert_int_equal(rig.events[0].kind, MXC_NET_LIMITED);
    assert_int_equal(get(&rig, with_flags(with_port(web_syn, 100), SYN | ACK)), MXC_FRAME_PASS);
    assert_int_equal(send(&rig, with_port(web_syn, 103)), MXC_FRAME_PASS);
    /* Fill the table with open ones: the ninth is refused, until one has ended. */
    for (uint16_t i = 101; i < 108; i++) {
        rig.now_ms += 100;
        assert_int_equal(send(&rig, with_port(web_syn, i)), MXC_FRAME_PASS);
        assert_int_equal(get(&rig, with_flags(with_port(web_syn, i), SYN | ACK)), MXC_FRAME_PASS);
    }
    rig.now_ms += 1000;
    assert_int_equal(send(&rig, with_port(web_syn, 200)), MXC_FRAME_REPLY);
    assert_int_equal(rig.events[rig.event_count - 1].kind, MXC_NET_LIMITED);
    assert_int_equal(get(&rig, with_flags(with_port(web_syn, 105), RST)), MXC_FRAME_PASS);
    rig.now_ms += 1000;
    assert_int_equal(send(&rig, with_port(web_syn, 200)), MXC_FRAME_PASS);
    rig.now_ms += 91 * 1000; /* the one that is half open is given up */
    mxc_filter_tick(rig.filter, rig.now_ms);
    assert_int_equal(send(&rig, with_flags(with_port(web_syn, 200), ACK)), MXC_FRAME_REPLY);
    assert_int_equal(send(&rig, with_flags(with_port(web_syn, 106), ACK)), MXC_FRAME_PASS);
    close_rig(&rig);
}

static uint64_t sum_of_events(const struct rig *rig)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < rig->event_count; i++)
        sum += rig->events[i].count;
    return sum;
}

/* Fifty at once and twenty in a second; the others are counted, and told in the end. */
static void test_rate(void **state)
{
    struct frame_spec spec = with_peer(web_syn, "2.2.2.2");
    struct rig rig;

    (void)state;
    open_rig(&rig, 0, 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(send(&rig, spec), MXC_FRAME_REPLY);
    assert_int_equal(rig.event_count, 1);
    for (spec.port = 1; spec.port <= 200; spec.port++)
        assert_int_equal(send(&rig, spec), MXC_FRAME_REPLY);
    assert_int_equal(rig.event_count, 50);
    rig.now_ms += 1000;
    mxc_filter_tick(rig.filter, rig.now_ms);
    assert_int_equal(rig.event_count, 50 + 10 + 1);
    assert_int_equal(rig.events[60].kind, MXC_NET_UNTOLD);
    assert_int_equal(rig.events[60].count, 200 - 50 - (MXC_NOTICES_KNOWN - 1));
    for (spec.port = 1; spec.port <= 200; spec.port++)
        assert_int_equal(send(&rig, spec), MXC_FRAME_REPLY);
    assert_int_equal(rig.event_count, 70); /* 20 in a second */
    mxc_filter_free(rig.filter);
    rig.filter = NULL;
    assert_int_equal(sum_of_events(&rig), 5 + 200 + 200);
    close_rig(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tcp),        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_datagrams),  cmocka_unit_test(test_errors),
        cmocka_unit_test(test_neighbours), cmocka_unit_test(test_odd_frames),
        cmocka_unit_test(test_resolver),   cmocka_unit_test(test_published),
        cmocka_unit_test(test_recheck),    cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_crowded),    cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_rate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
