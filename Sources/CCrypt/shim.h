// SPDX-License-Identifier: Apache-2.0
//
// The system's crypt_r, for hashes of passwords that other programs made.

#ifndef WRIT_CCRYPT_SHIM_H
#define WRIT_CCRYPT_SHIM_H

#if !__has_include(<crypt.h>)
#error "libcrypt's header is missing: apt-get install libcrypt-dev"
#endif

#include <crypt.h>

#endif
