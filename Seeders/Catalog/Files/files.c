#include "CSeederFiles.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

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
  {"SampleTraces/Fixtures/sample-traces.json", sample_traces, sizeof sample_traces},
  {"Tags/Fixtures/tags.json", tags, sizeof tags},
  {"Users/Fixtures/contributors.json", contributors, sizeof contributors},
  {"Users/Fixtures/demo-users.json", demo_users, sizeof demo_users},
};

const struct seeder_file *seeder_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
