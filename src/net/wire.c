/* SPDX-License-Identifier: MIT */
/* Checksums. */
#include "net/wire.h"

uint32_t mxc_sum(uint32_t sum, const uint8_t *bytes, size_t size)
{
    for (; size > 1; bytes += 2, size -= 2)
        sum += mxc_get16(bytes);
    if (size)
        sum += (uint32_t)bytes[0] << 8;
    return (sum & 0xffff) + (sum >> 16);
}

uint16_t mxc_sum_fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

uint16_t mxc_sum_v4(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;

    if (protocol != MXC_IP_ICMP)
        sum = mxc_sum(protocol + (uint32_t)size, ip + 12, 8);
    return mxc_sum_fold(mxc_sum(sum, bytes, size));
}

uint16_t mxc_sum_v6(const uint8_t *ip, uint8_t protocol, const uint8_t *bytes, size_t size)
{
    uint32_t sum = mxc_sum(protocol + (uint32_t)size, ip + 8, 32);

    return mxc_sum_fold(mxc_sum(sum, bytes, size));
}
