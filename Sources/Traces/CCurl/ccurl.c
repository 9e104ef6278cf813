#define _GNU_SOURCE
#include "CCurl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// --- The library -------------------------------------------------------------------------------

#define FUNCTIONS(of)                                                                              \
  of(curl_global_init) of(curl_easy_init) of(curl_easy_cleanup) of(curl_easy_setopt)               \
  of(curl_easy_getinfo) of(curl_easy_strerror) of(curl_slist_append) of(curl_slist_free_all)       \
  of(curl_multi_init) of(curl_multi_cleanup) of(curl_multi_add_handle)                             \
  of(curl_multi_remove_handle) of(curl_multi_perform) of(curl_multi_poll) of(curl_multi_wakeup)    \
  of(curl_multi_info_read)

// The header checks types by macros of these names.
#undef curl_easy_setopt
#undef curl_easy_getinfo

#define FIELD(name) __typeof__(name) *name;
static struct { FUNCTIONS(FIELD) } lib;
static char failure[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *words = dlerror();
    strncpy(failure, words ? words : "it is not there", sizeof failure - 1);
    return;
  }
#define FIND(name)                                                                                 \
  lib.name = (__typeof__(name) *)dlsym(handle, #name);                                             \
  if (!lib.name && !*failure) strncpy(failure, "it has no " #name, sizeof failure - 1);
  FUNCTIONS(FIND)
  if (!*failure && lib.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    strncpy(failure, "it cannot be initialised", sizeof failure - 1);
}

const char *ccurl_load(void) {
  pthread_once(&once, load);
  return *failure ? failure : NULL;
}

// --- The loop ----------------------------------------------------------------------------------

struct ccurl_loop {
  CURLM *multi;
};

struct ccurl_transfer {
  CURL *easy;
  struct curl_slist *fields;
  int (*received)(void *, const char *, size_t);
  void *context;
  char error[CURL_ERROR_SIZE];
};

// Longer than anybody waits; the library itself comes back earlier where it has to.
enum { longest_wait = 3600 * 1000 };

struct ccurl_loop *ccurl_make(void) {
  struct ccurl_loop *loop = calloc(1, sizeof *loop);
  if (loop && !(loop->multi = lib.curl_multi_init())) {
    free(loop);
    return NULL;
  }
  return loop;
}

void ccurl_free(struct ccurl_loop *loop) {
  lib.curl_multi_cleanup(loop->multi);
  free(loop);
}

void ccurl_wake(struct ccurl_loop *loop) { lib.curl_multi_wakeup(loop->multi); }

void ccurl_perform(struct ccurl_loop *loop) {
  int running = 0;
  lib.curl_multi_perform(loop->multi, &running);
}

void ccurl_wait(struct ccurl_loop *loop) { lib.curl_multi_poll(loop->multi, NULL, 0, longest_wait, NULL); }

// --- Transfers ---------------------------------------------------------------------------------

static size_t received(char *bytes, size_t size, size_t count, void *argument) {
  struct ccurl_transfer *transfer = argument;
  // Another number than was offered ends the transfer with CURLE_WRITE_ERROR.
  return transfer->received(transfer->context, bytes, size * count) ? size * count : size * count + 1;
}

static void release(struct ccurl_transfer *transfer) {
  if (transfer->easy) lib.curl_easy_cleanup(transfer->easy);
  lib.curl_slist_free_all(transfer->fields);
  free(transfer);
}

static int add_fields(struct ccurl_transfer *transfer, const char *const *fields) {
  for (; *fields; fields++) {
    struct curl_slist *longer = lib.curl_slist_append(transfer->fields, *fields);
    if (!longer) return 0;
    transfer->fields = longer;
  }
  return 1;
}

static int set_options(struct ccurl_transfer *transfer, const struct ccurl_request *request) {
  CURL *easy = transfer->easy;
#define SET(option, value)                                                                         \
  if (lib.curl_easy_setopt(easy, option, value) != CURLE_OK) return 0
  SET(CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
  SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_HTTPHEADER, transfer->fields);
  SET(CURLOPT_POST, 1L);
  SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
  SET(CURLOPT_COPYPOSTFIELDS, request->body);
  // Whatever compression the library knows; the limit of the body is that of what comes out.
  SET(CURLOPT_ACCEPT_ENCODING, "");
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
  SET(CURLOPT_TIMEOUT_MS, request->milliseconds);
  if (request->authorities) SET(CURLOPT_CAINFO, request->authorities);
  SET(CURLOPT_WRITEFUNCTION, received);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_ERRORBUFFER, transfer->error);
  SET(CURLOPT_PRIVATE, transfer);
#undef SET
  return 1;
}

struct ccurl_transfer *ccurl_start(struct ccurl_loop *loop, const struct ccurl_request *request) {
  struct ccurl_transfer *transfer = calloc(1, sizeof *transfer);
  if (!transfer) return NULL;
  transfer->received = request->received;
  transfer->context = request->context;
  transfer->easy = lib.curl_easy_init();
  if (transfer->easy && add_fields(transfer, request->fields) && set_options(transfer, request) &&
      lib.curl_multi_add_handle(loop->multi, transfer->easy) == CURLM_OK)
    return transfer;
  release(transfer);
  return NULL;
}

static enum ccurl_outcome outcome(CURLcode code) {
  switch (code) {
    case CURLE_OK: return ccurl_answered;
    case CURLE_OPERATION_TIMEDOUT: return ccurl_timed_out;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2_STREAM: return ccurl_cut;
    case CURLE_WRITE_ERROR: return ccurl_refused;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CRL_BADFILE: return ccurl_untrusted;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_NOT_BUILT_IN: return ccurl_unusable;
    default: return ccurl_unreachable;
  }
}

void *ccurl_ended(struct ccurl_loop *loop, struct ccurl_result *result) {
  CURLMsg *message;
  int left = 0;
  do {
    message = lib.curl_multi_info_read(loop->multi, &left);
    if (!message) return NULL;
  } while (message->msg != CURLMSG_DONE);
  const CURLcode code = message->data.result;
  CURL *easy = message->easy_handle;
  char *pointer = NULL;
  char *type = NULL;
  curl_off_t retry_after = -1;
  lib.curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
  struct ccurl_transfer *transfer = (struct ccurl_transfer *)pointer;
  memset(result, 0, sizeof *result);
  lib.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &result->status);
  lib.curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
  lib.curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  result->outcome = outcome(code);
  result->content_type = type;
  // The library does not tell a missing field from one that says 0, nor does it matter.
  result->retry_after = retry_after > 0 ? retry_after : -1;
  result->error = *transfer->error ? transfer->error : lib.curl_easy_strerror(code);
  return transfer->context;
}

void ccurl_remove(struct ccurl_loop *loop, struct ccurl_transfer *transfer) {
  lib.curl_multi_remove_handle(loop->multi, transfer->easy);
  release(transfer);
}
