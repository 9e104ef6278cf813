#pragma once
#include <stddef.h>

/// A file of trace-server's page.
struct page_file {
  /// As the page names it: `search.js`; `index.html` is the page itself.
  const char *name;
  const char *type;
  const unsigned char *bytes;
  size_t size;
};

/// The files of the page, kept in the program so that it works wherever it is moved.
const struct page_file *page_files(size_t *count);
