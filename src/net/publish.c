/* SPDX-License-Identifier: MIT */
/* Why a port of the host cannot be published. */
#include "net/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int mxc_publish_fail(const struct mxc_net_publish *publish, const struct mxc_address *host,
                     struct mxc_err *err)
{
    char pointer[64], text[MXC_ADDRESS_TEXT];
    int error = errno;

    (void)snprintf(pointer, sizeof pointer, "/network/ingress/publish/%u", publish->index);
    return mxc_fail(err, MXC_POLICY_REFUSED, error, pointer,
                    "cannot listen on %s port %u of the host: %s", mxc_address_text(host, text),
                    publish->host_port,
                    error == EACCES ? "ports below net.ipv4.ip_unprivileged_port_start are "
                                      "not for the network process, which has no privileges"
                                    : strerror(error));
}
