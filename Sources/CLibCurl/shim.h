// SPDX-License-Identifier: Apache-2.0
//
// What WritRemoteKeys uses of libcurl. Swift cannot call variadic functions: here are the few forms that it needs.

#ifndef WRIT_CLIBCURL_SHIM_H
#define WRIT_CLIBCURL_SHIM_H

#if !__has_include(<curl/curl.h>)
#error "libcurl's headers are missing: apt-get install libcurl4-openssl-dev, or brew install curl"
#endif

#include <curl/curl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#if LIBCURL_VERSION_NUM < 0x074500
#error "libcurl 7.69 or later is needed"
#endif

static inline CURLcode writ_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode writ_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode writ_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode writ_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode writ_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

// Bytes of the body, and lines of the header.
static inline CURLcode writ_curl_set_writer(CURL *handle, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode writ_curl_set_progress(CURL *handle, curl_xferinfo_callback value) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode writ_curl_set_socket_opener(CURL *handle, curl_opensocket_callback value) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

// https and nothing else.
static inline CURLcode writ_curl_set_https_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
#else
  return curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
}

static inline long writ_curl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

static inline const char *writ_curl_content_type(CURL *handle) {
  char *type = NULL;
  return curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK ? type : NULL;
}

// The address: `addrlen` bytes, more than its type has.
static inline const void *writ_curl_address(const struct curl_sockaddr *address) { return &address->addr; }

// Looks a host name up; blocks for as long as the resolver takes. Writes up to `capacity` addresses of 17 bytes each: how many
// bytes the address has, and the address in network order. Returns how many were written.
static inline int writ_curl_look_up(const char *host, unsigned char *output, int capacity) {
  struct addrinfo hints, *found = NULL;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  if (output == NULL || getaddrinfo(host, NULL, &hints, &found) != 0) return 0;
  int count = 0;
  for (const struct addrinfo *entry = found; entry != NULL && count < capacity; entry = entry->ai_next) {
    unsigned char *address = output + 17 * count;
    if (entry->ai_family == AF_INET && entry->ai_addrlen >= sizeof(struct sockaddr_in)) {
      address[0] = 4;
      memcpy(address + 1, &((const struct sockaddr_in *)(const void *)entry->ai_addr)->sin_addr, 4);
      count++;
    } else if (entry->ai_family == AF_INET6 && entry->ai_addrlen >= sizeof(struct sockaddr_in6)) {
      address[0] = 16;
      memcpy(address + 1, &((const struct sockaddr_in6 *)(const void *)entry->ai_addr)->sin6_addr, 16);
      count++;
    }
  }
  freeaddrinfo(found);
  return count;
}

// What an opener answers instead of a socket.
static inline curl_socket_t writ_curl_no_socket(void) { return CURL_SOCKET_BAD; }

#endif
