#pragma once
#include <stddef.h>

/// A fixture, kept in the program so that it works wherever it is moved.
struct seeder_file {
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

/// The fixtures of the built-in seeders; names are relative to the folder `Seeders`.
const struct seeder_file *seeder_files(size_t *count);
