#pragma once
#include <stddef.h>

/// A text file, embedded in the program so that the program works wherever it is moved.
struct resource {
  /// Folder and file name, such as `Page/index.html`.
  const char *name;
  /// Its contents, terminated by a NUL.
  const char *text;
};

/// All embedded files.
const struct resource *resources(size_t *count);
