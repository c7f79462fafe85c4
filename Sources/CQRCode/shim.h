// SPDX-License-Identifier: Apache-2.0
//
// What WritQRCode uses of libqrencode: its header.

#ifndef WRIT_CQRCODE_SHIM_H
#define WRIT_CQRCODE_SHIM_H

#if !__has_include(<qrencode.h>)
#error "libqrencode's header is missing: apt-get install libqrencode-dev, or brew install qrencode"
#endif

#include <qrencode.h>

#endif
