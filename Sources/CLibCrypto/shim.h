// SPDX-License-Identifier: Apache-2.0
// OpenSSL's libcrypto, as Sources/LibCrypto sees it: the headers, and what only the preprocessor can answer.

#ifndef WRIT_CLIBCRYPTO_SHIM_H
#define WRIT_CLIBCRYPTO_SHIM_H

#if !__has_include(<openssl/evp.h>)
#error "libcrypto's headers are missing: apt-get install libssl-dev, or brew install openssl@3"
#endif

// The low-level hashes are deprecated since 3.0, and still the only way to keep the state of a hash by value.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/opensslv.h>
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "libcrypto 3.0 or later is needed"
#endif

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// Whether an error of the queue says that memory ran out: a macro of casts and an inline function.
static inline int writ_is_out_of_memory(unsigned long error) {
  return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE;
}

// Frees what libcrypto allocated: a macro that names file and line.
static inline void writ_free(void *memory) { OPENSSL_free(memory); }

// A libcrypto built without what it deprecates has neither the types nor the functions: they fail, and HMAC takes EVP_MAC.
#ifdef OPENSSL_NO_DEPRECATED_3_0
#define WRIT_HAS_LOW_LEVEL_SHA 0
typedef struct { unsigned int h[8]; } SHA256_CTX;
typedef struct { unsigned char unused; } SHA512_CTX;
static inline int SHA256_Init(SHA256_CTX *c) { return 0; }
static inline void SHA256_Transform(SHA256_CTX *c, const unsigned char *data) {}
static inline int SHA256_Update(SHA256_CTX *c, const void *data, size_t count) { return 0; }
static inline int SHA256_Final(unsigned char *digest, SHA256_CTX *c) { return 0; }
static inline int SHA384_Init(SHA512_CTX *c) { return 0; }
static inline int SHA384_Update(SHA512_CTX *c, const void *data, size_t count) { return 0; }
static inline int SHA384_Final(unsigned char *digest, SHA512_CTX *c) { return 0; }
static inline int SHA512_Init(SHA512_CTX *c) { return 0; }
static inline int SHA512_Update(SHA512_CTX *c, const void *data, size_t count) { return 0; }
static inline int SHA512_Final(unsigned char *digest, SHA512_CTX *c) { return 0; }
#else
#define WRIT_HAS_LOW_LEVEL_SHA 1
#endif

#endif
