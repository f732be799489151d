/* SPDX-License-Identifier: MIT */
/* Numbers of the kernel as words; the text is valid until the next call. */
#ifndef MXC_TEST_ATTACK_NAMES_H
#define MXC_TEST_ATTACK_NAMES_H

const char *error_name(int number);
const char *signal_name(int number);

#endif
