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

static const struct seeder_file files[] = {
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
