#pragma once
#include <stddef.h>

/// A migration's file, kept in the program so that it works wherever it is moved.
struct trace_schema_file {
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

/// The migrations of the tables that need no extension.
const struct trace_schema_file *trace_schema_base_files(size_t *count);

/// The migrations of the traces' schema, which come after those.
const struct trace_schema_file *trace_schema_files(size_t *count);
