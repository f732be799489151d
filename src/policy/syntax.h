/* SPDX-License-Identifier: MIT */
/* The first byte at which a text stops being JSON. Asked only when the parser has refused the
 * text, to say where and why more exactly than it does. */
#ifndef MXC_POLICY_SYNTAX_H
#define MXC_POLICY_SYNTAX_H

#include <stddef.h>

enum mxc_syntax {
    MXC_SYNTAX_OK,
    MXC_SYNTAX_END,       /* the text ends within a value */
    MXC_SYNTAX_VALUE,     /* no value begins here */
    MXC_SYNTAX_NAME,      /* no name begins here, and the object does not end */
    MXC_SYNTAX_COLON,     /* no ':' after a name */
    MXC_SYNTAX_IN_OBJECT, /* neither ',' nor '}' after a member */
    MXC_SYNTAX_IN_LIST,   /* neither ',' nor ']' after an element */
    MXC_SYNTAX_CONTROL,   /* a raw control character in a string */
    MXC_SYNTAX_ESCAPE,    /* an unknown escape */
    MXC_SYNTAX_SURROGATE, /* half of a surrogate pair */
    MXC_SYNTAX_TRAILING,  /* something after the document */
};

/* '*at' is set to the offset of that byte. Nesting must have been checked: this recurses. */
enum mxc_syntax mxc_syntax_check(const char *text, size_t length, size_t *at);

#endif
