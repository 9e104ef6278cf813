#include "CTraceSchema.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char users_and_tags[] = {
#embed "../TraceStore/Schema/Base/0001_users_and_tags.sql"
};
static const unsigned char base_reference_tables[] = {
#embed "../TraceStore/Schema/Base/0002_reference_tables.sql"
};
static const unsigned char enable_pgvector[] = {
#embed "../TraceStore/Schema/0001_enable_pgvector.sql"
};
static const unsigned char initial_schema[] = {
#embed "../TraceStore/Schema/0002_initial_schema.sql"
};
static const unsigned char reference_tables[] = {
#embed "../TraceStore/Schema/0003_reference_tables.sql"
};
static const unsigned char embedding_backlog[] = {
#embed "../TraceStore/Schema/0004_embedding_backlog.sql"
};
static const unsigned char api_tokens[] = {
#embed "../TraceStore/Schema/0005_api_tokens.sql"
};
static const unsigned char embedding_jobs[] = {
#embed "../TraceStore/Schema/0006_embedding_jobs.sql"
};
static const unsigned char vectors_in_line[] = {
#embed "../TraceStore/Schema/0007_vectors_in_line.sql"
};

static const struct trace_schema_file base_files[] = {
  {"0001_users_and_tags.sql", users_and_tags, sizeof users_and_tags},
  {"0002_reference_tables.sql", base_reference_tables, sizeof base_reference_tables},
};

static const struct trace_schema_file files[] = {
  {"0001_enable_pgvector.sql", enable_pgvector, sizeof enable_pgvector},
  {"0002_initial_schema.sql", initial_schema, sizeof initial_schema},
  {"0003_reference_tables.sql", reference_tables, sizeof reference_tables},
  {"0004_embedding_backlog.sql", embedding_backlog, sizeof embedding_backlog},
  {"0005_api_tokens.sql", api_tokens, sizeof api_tokens},
  {"0006_embedding_jobs.sql", embedding_jobs, sizeof embedding_jobs},
  {"0007_vectors_in_line.sql", vectors_in_line, sizeof vectors_in_line},
};

const struct trace_schema_file *trace_schema_base_files(size_t *count) {
  *count = sizeof base_files / sizeof *base_files;
  return base_files;
}

const struct trace_schema_file *trace_schema_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
