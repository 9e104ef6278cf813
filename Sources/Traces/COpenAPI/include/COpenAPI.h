#pragma once
#include <stddef.h>

/// The OpenAPI document of trace-server, kept in the program so that it works wherever it is moved.
const unsigned char *openapi_document(size_t *size);
