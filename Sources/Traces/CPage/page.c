#include "CPage.h"

// Embedded by the C compiler, which reads bytes a thousand times faster than Swift reads a literal.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "../TraceServer/Page/index.html"
};
static const unsigned char style_css[] = {
#embed "../TraceServer/Page/style.css"
};
static const unsigned char results_css[] = {
#embed "../TraceServer/Page/results.css"
};
static const unsigned char main_js[] = {
#embed "../TraceServer/Page/main.js"
};
static const unsigned char service_js[] = {
#embed "../TraceServer/Page/service.js"
};
static const unsigned char search_js[] = {
#embed "../TraceServer/Page/search.js"
};
static const unsigned char results_js[] = {
#embed "../TraceServer/Page/results.js"
};
static const unsigned char text_js[] = {
#embed "../TraceServer/Page/text.js"
};
static const unsigned char markdown_js[] = {
#embed "../TraceServer/Page/markdown.js"
};
static const unsigned char tags_js[] = {
#embed "../TraceServer/Page/tags.js"
};
static const unsigned char seeding_js[] = {
#embed "../TraceServer/Page/seeding.js"
};
static const unsigned char access_js[] = {
#embed "../TraceServer/Page/access.js"
};
static const unsigned char icon_svg[] = {
#embed "../TraceServer/Page/icon.svg"
};

#define SCRIPT "text/javascript; charset=utf-8"
#define STYLE "text/css; charset=utf-8"
#define FILE(name, type, bytes) {name, type, bytes, sizeof bytes}

static const struct page_file files[] = {
    FILE("index.html", "text/html; charset=utf-8", index_html),
    FILE("style.css", STYLE, style_css),
    FILE("results.css", STYLE, results_css),
    FILE("main.js", SCRIPT, main_js),
    FILE("service.js", SCRIPT, service_js),
    FILE("search.js", SCRIPT, search_js),
    FILE("results.js", SCRIPT, results_js),
    FILE("text.js", SCRIPT, text_js),
    FILE("markdown.js", SCRIPT, markdown_js),
    FILE("tags.js", SCRIPT, tags_js),
    FILE("seeding.js", SCRIPT, seeding_js),
    FILE("access.js", SCRIPT, access_js),
    FILE("icon.svg", "image/svg+xml", icon_svg),
};

const struct page_file *page_files(size_t *count) {
  *count = sizeof files / sizeof files[0];
  return files;
}
