/* SPDX-License-Identifier: MIT */
/* The guest's hardware address, told to libslirp in the guest's name: it would ask for it when the
 * first answer is due, and send that answer late. */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <string.h>

#include "net/place.h"
#include "net/stack.h"
#include "net/wire.h"

static const uint8_t guest_mac[ETH_ALEN] = MXC_NET_GUEST_MAC;
static const uint8_t mac4[ETH_ALEN] = MXC_NET_MAC4(2), mac6[ETH_ALEN] = MXC_NET_MAC6(2);
static const uint8_t guest6[16] = MXC_NET_GUEST6, gateway6[16] = MXC_NET_GATEWAY6;

static struct ether_header link_header(uint16_t type, const uint8_t *to)
{
    struct ether_header header = { .ether_type = htons(type) };

    memcpy(header.ether_dhost, to, ETH_ALEN);
    memcpy(header.ether_shost, guest_mac, ETH_ALEN);
    return header;
}

static void answer_arp(struct mxc_stack *stack)
{
    static const uint8_t guest4[4] = MXC_NET_GUEST4, gateway4[4] = MXC_NET_GATEWAY4;
    struct {
        struct ether_header link;
        struct ether_arp arp;
    } __attribute__((packed)) frame = { .link = link_header(ETHERTYPE_ARP, mac4) };

    frame.arp.ea_hdr = (struct arphdr){ .ar_hrd = htons(ARPHRD_ETHER),
                                        .ar_pro = htons(ETHERTYPE_IP),
                                        .ar_hln = ETH_ALEN,
                                        .ar_pln = 4,
                                        .ar_op = htons(ARPOP_REPLY) };
    memcpy(frame.arp.arp_sha, guest_mac, ETH_ALEN);
    memcpy(frame.arp.arp_spa, guest4, 4);
    memcpy(frame.arp.arp_tha, mac4, ETH_ALEN);
    memcpy(frame.arp.arp_tpa, gateway4, 4);
    mxc_stack_input(stack, (const uint8_t *)&frame, sizeof frame);
}

static void advertise_neighbour(struct mxc_stack *stack)
{
    struct {
        struct ether_header link;
        struct ip6_hdr ip;
        struct nd_neighbor_advert advert;
    } __attribute__((packed)) frame = { .link = link_header(ETHERTYPE_IPV6, mac6) };

    frame.ip.ip6_vfc = 6 << 4;
    frame.ip.ip6_plen = htons(sizeof frame.advert);
    frame.ip.ip6_nxt = IPPROTO_ICMPV6;
    frame.ip.ip6_hlim = 255;
    memcpy(&frame.ip.ip6_src, guest6, 16);
    memcpy(&frame.ip.ip6_dst, gateway6, 16);
    frame.advert.nd_na_type = ND_NEIGHBOR_ADVERT;
    frame.advert.nd_na_flags_reserved = ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE;
    memcpy(&frame.advert.nd_na_target, guest6, 16);
    frame.advert.nd_na_cksum =
        htons(mxc_sum_v6((const uint8_t *)&frame.ip, IPPROTO_ICMPV6, (const uint8_t *)&frame.advert,
                         sizeof frame.advert));
    mxc_stack_input(stack, (const uint8_t *)&frame, sizeof frame);
}

void mxc_stack_introduce(struct mxc_stack *stack)
{
    answer_arp(stack);
    advertise_neighbour(stack);
}
