#pragma once
#include <stddef.h>

/// A migration's file, kept in the program so that it works wherever it is moved.
struct trace_schema_file {
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

/// The migrations of the traces' schema.
const struct trace_schema_file *trace_schema_files(size_t *count);
