#pragma once
#include <stddef.h>

/// A list of words, kept in the program so that it works wherever it is moved.
struct word_list {
  const char *text;
  size_t size;
};

/// Words that say nothing about a text's subject.
struct word_list word_lists_stop(void);
/// Groups of words that count as one.
struct word_list word_lists_related(void);
/// The words that have a dimension of their own, with their weights.
struct word_list word_lists_weights(void);
