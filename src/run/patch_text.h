/* SPDX-License-Identifier: MIT */
/* Pieces of a policy as a JSON Patch writes them. */
#ifndef MXC_RUN_PATCH_TEXT_H
#define MXC_RUN_PATCH_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "net/address.h"

/* {"protocol":…,"port":…,"endPort":…}, without what the port does not say. */
void mxc_patch_port(struct mxc_buf *out, const struct mxc_port *port);

/* The address as a string; 'mapped': IPv4 in its IPv6 form, as a network of IPv6 takes it. */
void mxc_patch_address(struct mxc_buf *out, const struct mxc_address *address, bool mapped);

#endif
