// SPDX-License-Identifier: Apache-2.0

#include "floor.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

void floor_hmac(const void *key, size_t key_count, const unsigned char *message, size_t count, unsigned char *code) {
  unsigned int code_count;
  HMAC(EVP_sha256(), key, (int)key_count, message, count, code, &code_count);
}

void *floor_key(const char *pem) {
  BIO *memory = BIO_new_mem_buf(pem, -1);
  if (!memory) return NULL;
  EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
  BIO_free(memory);
  return key;
}

// Fetched once, as a program that cares would do.
static const EVP_MD *hash(int is_hashed) {
  static const EVP_MD *sha256;
  if (!is_hashed) return NULL;
  if (!sha256) sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  return sha256;
}

size_t floor_sign(
  void *key, int is_hashed, const unsigned char *message, size_t count, unsigned char *signature, size_t room) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t written = room;
  int status = context && EVP_DigestSignInit(context, NULL, hash(is_hashed), NULL, key) == 1
    && EVP_DigestSign(context, signature, &written, message, count) == 1;
  EVP_MD_CTX_free(context);
  return status ? written : 0;
}

int floor_verify(
  void *key, int is_hashed, const unsigned char *message, size_t count, const unsigned char *signature,
  size_t signature_count) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int status = context && EVP_DigestVerifyInit(context, NULL, hash(is_hashed), NULL, key) == 1
    ? EVP_DigestVerify(context, signature, signature_count, message, count)
    : -1;
  EVP_MD_CTX_free(context);
  return status;
}
