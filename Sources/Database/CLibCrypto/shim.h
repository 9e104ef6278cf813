#pragma once
// libpq already loads libcrypto and libssl, so their use costs no further library at start-up.
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
