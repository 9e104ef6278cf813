#include "COpenAPI.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char document[] = {
#embed "../TraceServer/openapi.json"
};

const unsigned char *openapi_document(size_t *size) {
  *size = sizeof document;
  return document;
}
