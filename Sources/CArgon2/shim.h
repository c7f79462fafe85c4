// SPDX-License-Identifier: Apache-2.0
//
// libargon2, the reference implementation of Argon2 (RFC 9106).

#ifndef WRIT_CARGON2_SHIM_H
#define WRIT_CARGON2_SHIM_H

#if !__has_include(<argon2.h>)
#error "libargon2's header is missing: apt-get install libargon2-dev, or brew install argon2"
#endif

#include <argon2.h>

#endif
