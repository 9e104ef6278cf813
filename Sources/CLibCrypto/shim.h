#pragma once
// libpq already loads libcrypto, so its digests cost no further library at start-up.
#include <openssl/evp.h>
#include <openssl/sha.h>
