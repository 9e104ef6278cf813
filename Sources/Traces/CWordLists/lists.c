#include "CWordLists.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char stop[] = {
#embed "../Embeddings/Words/stop-words.txt"
};
static const char related[] = {
#embed "../Embeddings/Words/related-words.txt"
};
static const char weights[] = {
#embed "../Embeddings/Words/word-weights.txt"
};

struct word_list word_lists_stop(void) { return (struct word_list){stop, sizeof stop}; }
struct word_list word_lists_related(void) { return (struct word_list){related, sizeof related}; }
struct word_list word_lists_weights(void) { return (struct word_list){weights, sizeof weights}; }
