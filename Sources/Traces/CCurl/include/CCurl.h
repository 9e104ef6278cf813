#pragma once
// Requests over libcurl. Three things are said in C because Swift cannot: setting an option takes a
// variable argument list, so does asking for a result; and the library is loaded when it is first
// needed. Linked, it would cost every start of a program that never calls anybody some milliseconds.
#include <stddef.h>

/// The library's connections, and the requests under way. All but ccurl_wake from one thread only.
struct ccurl_loop;
/// A request under way.
struct ccurl_transfer;

/// How a request ended.
enum ccurl_outcome {
  /// There is an answer, whatever its status.
  ccurl_answered,
  /// Nobody was reached, or the connection broke: it may work another time.
  ccurl_unreachable,
  /// It took too long.
  ccurl_timed_out,
  /// The answer broke off.
  ccurl_cut,
  /// `received` refused a part of the answer.
  ccurl_refused,
  /// The other side's certificate is not trusted, or there is no file of authorities.
  ccurl_untrusted,
  /// The address cannot be used at all.
  ccurl_unusable,
};

/// A POST. Texts and body are copied.
struct ccurl_request {
  const char *url;
  /// Header fields, `Name: value`, with a NULL behind the last.
  const char *const *fields;
  const void *body;
  size_t body_size;
  /// For connecting, and for all of it.
  long connect_milliseconds, milliseconds;
  /// A file of certificates of authorities, PEM; NULL for the system's.
  const char *authorities;
  /// Takes a part of the answer's body; returns 0 to refuse it.
  int (*received)(void *context, const char *bytes, size_t count);
  void *context;
};

/// What came back. The texts live as long as the transfer.
struct ccurl_result {
  enum ccurl_outcome outcome;
  long status;
  const char *content_type;
  /// The seconds of Retry-After, given as such or as a date; negative if there is none.
  long long retry_after;
  /// The library's words, if there is no answer.
  const char *error;
};

/// Loads the library. Returns NULL, or why that cannot be done.
const char *ccurl_load(void);

/// NULL if there is no memory.
struct ccurl_loop *ccurl_make(void);
/// After the last transfer was removed.
void ccurl_free(struct ccurl_loop *);
/// Has ccurl_wait return at once; from any thread.
void ccurl_wake(struct ccurl_loop *);
/// Does what can be done without waiting.
void ccurl_perform(struct ccurl_loop *);
/// Waits until there is something to do.
void ccurl_wait(struct ccurl_loop *);

/// NULL if there is no memory.
struct ccurl_transfer *ccurl_start(struct ccurl_loop *, const struct ccurl_request *);
/// The context of a transfer that has ended, once for each; NULL if there is none.
void *ccurl_ended(struct ccurl_loop *, struct ccurl_result *);
/// Ends a transfer if it is under way, and releases it.
void ccurl_remove(struct ccurl_loop *, struct ccurl_transfer *);
