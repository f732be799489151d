/* SPDX-License-Identifier: MIT */
/* Ports and addresses in the text of a patch. */
#include "run/patch_text.h"

void mxc_patch_port(struct mxc_buf *out, const struct mxc_port *port)
{
    static const char *const protocols[] = { [MXC_PROTO_ANY] = "any",
                                             [MXC_PROTO_TCP] = "tcp",
                                             [MXC_PROTO_UDP] = "udp",
                                             [MXC_PROTO_ICMP] = "icmp" };

    mxc_buf_format(out, "{\"protocol\":\"%s\"", protocols[port->protocol]);
    if (port->first)
        mxc_buf_format(out, ",\"port\":%u", port->first);
    if (port->last > port->first)
        mxc_buf_format(out, ",\"endPort\":%u", port->last);
    mxc_buf_add(out, "}");
}

void mxc_patch_address(struct mxc_buf *out, const struct mxc_address *address, bool mapped)
{
    char text[MXC_ADDRESS_TEXT];

    mxc_buf_format(out, "\"%s%s\"", mapped && address->family == 4 ? "::ffff:" : "",
                   mxc_address_text(address, text));
}
