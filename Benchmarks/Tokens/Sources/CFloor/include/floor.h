// SPDX-License-Identifier: Apache-2.0
// libcrypto with nothing around it: what any token library on top of it must take at least.

#ifndef WRIT_FLOOR_H
#define WRIT_FLOOR_H

#include <stddef.h>

/// HMAC with SHA-256 by the one-shot `HMAC()`; writes 32 bytes.
void floor_hmac(const void *key, size_t key_count, const unsigned char *message, size_t count, unsigned char *code);

/// A key pair from PEM, never freed; null when it is none.
void *floor_key(const char *pem);

/// Signs with a context made for this one call; the hash is SHA-256 or, for Ed25519, none. Returns the signature's bytes, 0 on failure.
size_t floor_sign(void *key, int is_hashed, const unsigned char *message, size_t count, unsigned char *signature, size_t room);

/// Verifies with a context made for this one call: 1 when the signature is right.
int floor_verify(
  void *key, int is_hashed, const unsigned char *message, size_t count, const unsigned char *signature, size_t signature_count);

#endif
