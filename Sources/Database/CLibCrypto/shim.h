#pragma once
// libpq already loads libcrypto and libssl, so their use costs no further library at start-up.
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// Sends the name of the server in the handshake. Returns 1 on success. OpenSSL defines this as a macro.
static inline long crypto_set_server_name(SSL *session, const char *name) {
  return SSL_set_tlsext_host_name(session, name);
}
