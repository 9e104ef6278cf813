#include "CSeederFiles.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char api_integrations[] = {
#embed "../../CuratedTraces/Fixtures/api-integrations.json"
};
static const unsigned char phrases[] = {
#embed "../../CapacityTraces/Fixtures/phrases.json"
};
static const unsigned char ci_cd[] = {
#embed "../../CuratedTraces/Fixtures/ci-cd.json"
};
static const unsigned char databases[] = {
#embed "../../CuratedTraces/Fixtures/databases.json"
};
static const unsigned char docker_infrastructure[] = {
#embed "../../CuratedTraces/Fixtures/docker-infrastructure.json"
};
static const unsigned char javascript_typescript[] = {
#embed "../../CuratedTraces/Fixtures/javascript-typescript.json"
};
static const unsigned char python_fastapi[] = {
#embed "../../CuratedTraces/Fixtures/python-fastapi.json"
};
static const unsigned char testing[] = {
#embed "../../CuratedTraces/Fixtures/testing.json"
};
static const unsigned char sample_traces[] = {
#embed "../../SampleTraces/Fixtures/sample-traces.json"
};
static const unsigned char tags[] = {
#embed "../../Tags/Fixtures/tags.json"
};
static const unsigned char contributors[] = {
#embed "../../Users/Fixtures/contributors.json"
};
static const unsigned char demo_users[] = {
#embed "../../Users/Fixtures/demo-users.json"
};
static const unsigned char tools_seeder[] = {
#embed "../../Tools/seeder.json"
};
static const unsigned char tools[] = {
#embed "../../Tools/tools.json"
};
static const unsigned char schemas_seeder[] = {
#embed "../../Schemas/seeder.json"
};
static const unsigned char schemas[] = {
#embed "../../Schemas/schemas.json"
};
static const unsigned char prompt_templates_seeder[] = {
#embed "../../PromptTemplates/seeder.json"
};
static const unsigned char prompt_templates[] = {
#embed "../../PromptTemplates/prompt-templates.json"
};
static const unsigned char model_configs_seeder[] = {
#embed "../../ModelConfigs/seeder.json"
};
static const unsigned char model_configs[] = {
#embed "../../ModelConfigs/model-configs.json"
};
static const unsigned char transcripts_seeder[] = {
#embed "../../Transcripts/seeder.json"
};
static const unsigned char transcripts[] = {
#embed "../../Transcripts/transcripts.json"
};
static const unsigned char shares_seeder[] = {
#embed "../../Shares/seeder.json"
};
static const unsigned char shares[] = {
#embed "../../Shares/shares.json"
};

static const struct seeder_file files[] = {
  {"Tools/seeder.json", tools_seeder, sizeof tools_seeder},
  {"Tools/tools.json", tools, sizeof tools},
  {"Schemas/seeder.json", schemas_seeder, sizeof schemas_seeder},
  {"Schemas/schemas.json", schemas, sizeof schemas},
  {"PromptTemplates/seeder.json", prompt_templates_seeder, sizeof prompt_templates_seeder},
  {"PromptTemplates/prompt-templates.json", prompt_templates, sizeof prompt_templates},
  {"ModelConfigs/seeder.json", model_configs_seeder, sizeof model_configs_seeder},
  {"ModelConfigs/model-configs.json", model_configs, sizeof model_configs},
  {"Transcripts/seeder.json", transcripts_seeder, sizeof transcripts_seeder},
  {"Transcripts/transcripts.json", transcripts, sizeof transcripts},
  {"Shares/seeder.json", shares_seeder, sizeof shares_seeder},
  {"Shares/shares.json", shares, sizeof shares},
  {"CapacityTraces/Fixtures/phrases.json", phrases, sizeof phrases},
  {"CuratedTraces/Fixtures/api-integrations.json", api_integrations, sizeof api_integrations},
  {"CuratedTraces/Fixtures/ci-cd.json", ci_cd, sizeof ci_cd},
  {"CuratedTraces/Fixtures/databases.json", databases, sizeof databases},
  {"CuratedTraces/Fixtures/docker-infrastructure.json", docker_infrastructure, sizeof docker_infrastructure},
  {"CuratedTraces/Fixtures/javascript-typescript.json", javascript_typescript, sizeof javascript_typescript},
  {"CuratedTraces/Fixtures/python-fastapi.json", python_fastapi, sizeof python_fastapi},
  {"CuratedTraces/Fixtures/testing.json", testing, sizeof testing},
  {"SampleTraces/Fixtures/sample-traces.json", sample_traces, sizeof sample_traces},
  {"Tags/Fixtures/tags.json", tags, sizeof tags},
  {"Users/Fixtures/contributors.json", contributors, sizeof contributors},
  {"Users/Fixtures/demo-users.json", demo_users, sizeof demo_users},
};

const struct seeder_file *seeder_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
