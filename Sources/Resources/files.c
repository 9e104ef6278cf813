#include "CResources.h"

// Embedded by the C compiler, which is a thousand times faster at this than the Swift compiler with a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

#define TEXT (const char *)(const unsigned char[])

static const struct resource files[] = {
  {"trace-base/0001_users_and_tags.sql", TEXT{
#embed "../Traces/TraceStore/Schema/Base/0001_users_and_tags.sql" suffix(, 0)
  }},
  {"trace-base/0002_reference_tables.sql", TEXT{
#embed "../Traces/TraceStore/Schema/Base/0002_reference_tables.sql" suffix(, 0)
  }},
  {"trace-store/0001_enable_pgvector.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0001_enable_pgvector.sql" suffix(, 0)
  }},
  {"trace-store/0002_initial_schema.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0002_initial_schema.sql" suffix(, 0)
  }},
  {"trace-store/0003_reference_tables.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0003_reference_tables.sql" suffix(, 0)
  }},
  {"trace-store/0004_embedding_backlog.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0004_embedding_backlog.sql" suffix(, 0)
  }},
  {"trace-store/0005_api_tokens.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0005_api_tokens.sql" suffix(, 0)
  }},
  {"trace-store/0006_embedding_jobs.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0006_embedding_jobs.sql" suffix(, 0)
  }},
  {"trace-store/0007_vectors_in_line.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0007_vectors_in_line.sql" suffix(, 0)
  }},
  {"trace-store/0008_votes_by_trace.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0008_votes_by_trace.sql" suffix(, 0)
  }},
  {"trace-store/0009_trust_and_moderation.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0009_trust_and_moderation.sql" suffix(, 0)
  }},
  {"trace-store/0010_exact_terms.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0010_exact_terms.sql" suffix(, 0)
  }},
  {"trace-store/0011_search_indexes.sql", TEXT{
#embed "../Traces/TraceStore/Schema/0011_search_indexes.sql" suffix(, 0)
  }},
  {"Words/related-words.txt", TEXT{
#embed "../Traces/Embeddings/Words/related-words.txt" suffix(, 0)
  }},
  {"Words/word-weights.txt", TEXT{
#embed "../Traces/Embeddings/Words/word-weights.txt" suffix(, 0)
  }},
  {"openapi.json", TEXT{
#embed "../Traces/TraceServer/openapi.json" suffix(, 0)
  }},
  {"Page/index.html", TEXT{
#embed "../Traces/TraceServer/Page/index.html" suffix(, 0)
  }},
  {"Page/code.css", TEXT{
#embed "../Traces/TraceServer/Page/code.css" suffix(, 0)
  }},
  {"Page/controls.css", TEXT{
#embed "../Traces/TraceServer/Page/controls.css" suffix(, 0)
  }},
  {"Page/footer.css", TEXT{
#embed "../Traces/TraceServer/Page/footer.css" suffix(, 0)
  }},
  {"Page/panels.css", TEXT{
#embed "../Traces/TraceServer/Page/panels.css" suffix(, 0)
  }},
  {"Page/results.css", TEXT{
#embed "../Traces/TraceServer/Page/results.css" suffix(, 0)
  }},
  {"Page/style.css", TEXT{
#embed "../Traces/TraceServer/Page/style.css" suffix(, 0)
  }},
  {"Page/access.js", TEXT{
#embed "../Traces/TraceServer/Page/access.js" suffix(, 0)
  }},
  {"Page/account.js", TEXT{
#embed "../Traces/TraceServer/Page/account.js" suffix(, 0)
  }},
  {"Page/address.js", TEXT{
#embed "../Traces/TraceServer/Page/address.js" suffix(, 0)
  }},
  {"Page/code.js", TEXT{
#embed "../Traces/TraceServer/Page/code.js" suffix(, 0)
  }},
  {"Page/contribute.js", TEXT{
#embed "../Traces/TraceServer/Page/contribute.js" suffix(, 0)
  }},
  {"Page/copying.js", TEXT{
#embed "../Traces/TraceServer/Page/copying.js" suffix(, 0)
  }},
  {"Page/dialog.js", TEXT{
#embed "../Traces/TraceServer/Page/dialog.js" suffix(, 0)
  }},
  {"Page/facts.js", TEXT{
#embed "../Traces/TraceServer/Page/facts.js" suffix(, 0)
  }},
  {"Page/footer.js", TEXT{
#embed "../Traces/TraceServer/Page/footer.js" suffix(, 0)
  }},
  {"Page/highlight.js", TEXT{
#embed "../Traces/TraceServer/Page/highlight.js" suffix(, 0)
  }},
  {"Page/keys.js", TEXT{
#embed "../Traces/TraceServer/Page/keys.js" suffix(, 0)
  }},
  {"Page/languages.js", TEXT{
#embed "../Traces/TraceServer/Page/languages.js" suffix(, 0)
  }},
  {"Page/linked.js", TEXT{
#embed "../Traces/TraceServer/Page/linked.js" suffix(, 0)
  }},
  {"Page/links.js", TEXT{
#embed "../Traces/TraceServer/Page/links.js" suffix(, 0)
  }},
  {"Page/main.js", TEXT{
#embed "../Traces/TraceServer/Page/main.js" suffix(, 0)
  }},
  {"Page/markdown.js", TEXT{
#embed "../Traces/TraceServer/Page/markdown.js" suffix(, 0)
  }},
  {"Page/own.js", TEXT{
#embed "../Traces/TraceServer/Page/own.js" suffix(, 0)
  }},
  {"Page/panel.js", TEXT{
#embed "../Traces/TraceServer/Page/panel.js" suffix(, 0)
  }},
  {"Page/report.js", TEXT{
#embed "../Traces/TraceServer/Page/report.js" suffix(, 0)
  }},
  {"Page/results.js", TEXT{
#embed "../Traces/TraceServer/Page/results.js" suffix(, 0)
  }},
  {"Page/search.js", TEXT{
#embed "../Traces/TraceServer/Page/search.js" suffix(, 0)
  }},
  {"Page/seeding.js", TEXT{
#embed "../Traces/TraceServer/Page/seeding.js" suffix(, 0)
  }},
  {"Page/service.js", TEXT{
#embed "../Traces/TraceServer/Page/service.js" suffix(, 0)
  }},
  {"Page/status.js", TEXT{
#embed "../Traces/TraceServer/Page/status.js" suffix(, 0)
  }},
  {"Page/tags.js", TEXT{
#embed "../Traces/TraceServer/Page/tags.js" suffix(, 0)
  }},
  {"Page/text.js", TEXT{
#embed "../Traces/TraceServer/Page/text.js" suffix(, 0)
  }},
  {"Page/votes.js", TEXT{
#embed "../Traces/TraceServer/Page/votes.js" suffix(, 0)
  }},
  {"Page/icon.svg", TEXT{
#embed "../Traces/TraceServer/Page/icon.svg" suffix(, 0)
  }},
  {"Seeders/Tools/seeder.json", TEXT{
#embed "../../Seeders/Tools/seeder.json" suffix(, 0)
  }},
  {"Seeders/Tools/tools.json", TEXT{
#embed "../../Seeders/Tools/tools.json" suffix(, 0)
  }},
  {"Seeders/Schemas/seeder.json", TEXT{
#embed "../../Seeders/Schemas/seeder.json" suffix(, 0)
  }},
  {"Seeders/Schemas/schemas.json", TEXT{
#embed "../../Seeders/Schemas/schemas.json" suffix(, 0)
  }},
  {"Seeders/PromptTemplates/seeder.json", TEXT{
#embed "../../Seeders/PromptTemplates/seeder.json" suffix(, 0)
  }},
  {"Seeders/PromptTemplates/prompt-templates.json", TEXT{
#embed "../../Seeders/PromptTemplates/prompt-templates.json" suffix(, 0)
  }},
  {"Seeders/ModelConfigs/seeder.json", TEXT{
#embed "../../Seeders/ModelConfigs/seeder.json" suffix(, 0)
  }},
  {"Seeders/ModelConfigs/model-configs.json", TEXT{
#embed "../../Seeders/ModelConfigs/model-configs.json" suffix(, 0)
  }},
  {"Seeders/Transcripts/seeder.json", TEXT{
#embed "../../Seeders/Transcripts/seeder.json" suffix(, 0)
  }},
  {"Seeders/Transcripts/transcripts.json", TEXT{
#embed "../../Seeders/Transcripts/transcripts.json" suffix(, 0)
  }},
  {"Seeders/Shares/seeder.json", TEXT{
#embed "../../Seeders/Shares/seeder.json" suffix(, 0)
  }},
  {"Seeders/Shares/shares.json", TEXT{
#embed "../../Seeders/Shares/shares.json" suffix(, 0)
  }},
  {"Seeders/CapacityTraces/Fixtures/seeder.json", TEXT{
#embed "../../Seeders/CapacityTraces/Fixtures/seeder.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/api-integrations.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/api-integrations.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/ci-cd.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/ci-cd.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/databases.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/databases.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/docker-infrastructure.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/docker-infrastructure.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/javascript-typescript.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/javascript-typescript.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/python-fastapi.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/python-fastapi.json" suffix(, 0)
  }},
  {"Seeders/CuratedTraces/Fixtures/testing.json", TEXT{
#embed "../../Seeders/CuratedTraces/Fixtures/testing.json" suffix(, 0)
  }},
  {"Seeders/SampleTraces/Fixtures/sample-traces.json", TEXT{
#embed "../../Seeders/SampleTraces/Fixtures/sample-traces.json" suffix(, 0)
  }},
  {"Seeders/Tags/Fixtures/tags.json", TEXT{
#embed "../../Seeders/Tags/Fixtures/tags.json" suffix(, 0)
  }},
  {"Seeders/Users/Fixtures/contributors.json", TEXT{
#embed "../../Seeders/Users/Fixtures/contributors.json" suffix(, 0)
  }},
  {"Seeders/Users/Fixtures/demo-users.json", TEXT{
#embed "../../Seeders/Users/Fixtures/demo-users.json" suffix(, 0)
  }},
};

const struct resource *resources(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
