/* SPDX-License-Identifier: MIT */
/* Proxy URLs. */
#ifndef MXC_POLICY_URL_H
#define MXC_POLICY_URL_H

#include <stdbool.h>
#include <stddef.h>

enum mxc_url_fault {
    MXC_URL_OK,
    MXC_URL_RELATIVE,    /* no scheme, or no host after it */
    MXC_URL_SCHEME,      /* neither http nor https; 'scheme' is set */
    MXC_URL_CREDENTIALS, /* a user name or password */
    MXC_URL_HOST,        /* not a host name or address */
    MXC_URL_NO_PORT,     /* none, or the scheme's default */
    MXC_URL_BAD_PORT,    /* not a number from 1 to 65535 */
    MXC_URL_CHARACTERS,  /* a space, quote, backslash or byte outside ASCII */
};

struct mxc_url {
    char scheme[16];
    char host[256]; /* as written, with the brackets of IPv6 */
    unsigned port;
};

/* Splits and checks a proxy URL. Text that two programs could read differently is a fault. */
enum mxc_url_fault mxc_url_parse(const char *text, struct mxc_url *out);

/* Is this a host name: letters, digits, '-', '_' in labels of 1 to 63, the last not all digits? */
bool mxc_host_name_valid(const char *text, size_t length);

/* Is this name, as policies hold it in small letters, "localhost" or one below it? Those are
 * everybody's own. */
bool mxc_host_name_is_local(const char *name);

/* Copies the URL with whatever may be a password replaced by "***". */
void mxc_url_mask(const char *text, char *out, size_t size);

#endif
