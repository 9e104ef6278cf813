#pragma once
// Debian keeps the header one folder below /usr/include. Naming that folder here spares the
// build a pkg-config that a fresh machine does not have.
#include <postgresql/libpq-fe.h>
