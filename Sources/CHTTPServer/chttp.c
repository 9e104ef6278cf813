#define _GNU_SOURCE
#include "chttp.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_storage) == sizeof(((struct chttp_peer *)0)->address), "address");
_Static_assert(INET6_ADDRSTRLEN == sizeof(((struct chttp_peer *)0)->text), "text");

// --- Answers -----------------------------------------------------------------------------------

// A request that breaks off the grammar or the memory limit is answered by the library itself: with
// a page of HTML, and without a word to the program. It does so through its own exported function,
// which a definition in the program precedes in the dynamic linker's order. Thus refusals get the
// form of all other errors and are counted. Where the library was linked to itself (-Bsymbolic),
// its pages remain.

typedef enum MHD_Result (*queue_response)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

static queue_response library_queue_response;
static _Atomic(chttp_refused) on_refused;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_library_function(void) {
  library_queue_response = (queue_response)dlsym(RTLD_NEXT, "MHD_queue_response");
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response) {
  const chttp_refused refused = on_refused;
  if (refused && chttp_connection(connection)) return refused(connection, status) ? MHD_YES : MHD_NO;
  pthread_once(&once, find_library_function);
  return library_queue_response ? library_queue_response(connection, status, response) : MHD_NO;
}

int chttp_queue_response(struct MHD_Connection *connection, unsigned int status,
                         struct MHD_Response *response) {
  return library_queue_response(connection, status, response) == MHD_YES;
}

// --- Callbacks ---------------------------------------------------------------------------------

static enum MHD_Result received(void *settings, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *bytes,
                                size_t *count, void **context) {
  const struct chttp_settings *s = settings;
  (void)url;
  return s->received(s->server, connection, method, version, bytes, count, context) ? MHD_YES : MHD_NO;
}

static void *started(void *settings, const char *target, struct MHD_Connection *connection) {
  const struct chttp_settings *s = settings;
  if (!target) return s->started(s->server, "", connection);
  void *const context = s->started(s->server, target, connection);
  // The library would now take the query apart, which we have done, in memory meant for the fields;
  // and if that is used up, it loses its place. It gets to see an empty query.
  char *const query = strchr(target, '?');
  if (query) query[1] = 0;
  return context;
}

static void completed(void *settings, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code) {
  const struct chttp_settings *s = settings;
  (void)connection;
  s->completed(s->server, context, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

static void notified(void *settings, struct MHD_Connection *connection, void **socket_context,
                     enum MHD_ConnectionNotificationCode code) {
  const struct chttp_settings *s = settings;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    s->opened(s->server, connection, socket_context);
  else
    s->closed(s->server, socket_context);
}

// The target is read by us, from what was sent: nothing to unescape.
static size_t unescape(void *settings, struct MHD_Connection *connection, char *text) {
  (void)settings;
  (void)connection;
  return strlen(text);
}

struct chttp_daemon {
  struct chttp_settings settings;
  struct MHD_Daemon *daemon;
};

struct chttp_daemon *chttp_start(const struct chttp_settings *settings) {
  pthread_once(&once, find_library_function);
  if (!library_queue_response) {
    errno = ENOSYS;
    return NULL;
  }
  struct chttp_daemon *result = malloc(sizeof *result);
  if (!result) return NULL;
  result->settings = *settings;
  struct chttp_settings *const s = &result->settings;
  on_refused = s->refused;
  // No log: the library's messages go to stderr and quote the request. TURBO leaves the shutdown of
  // sockets to us, so that a client can read the last words said to it.
  const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                             MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO;
  result->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, received, s,
      MHD_OPTION_THREAD_POOL_SIZE, s->threads,
      MHD_OPTION_CONNECTION_LIMIT, s->connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->memory,
      MHD_OPTION_CONNECTION_TIMEOUT, 0u,
      MHD_OPTION_NOTIFY_CONNECTION, notified, s,
      MHD_OPTION_NOTIFY_COMPLETED, completed, s,
      MHD_OPTION_URI_LOG_CALLBACK, started, s,
      MHD_OPTION_UNESCAPE_CALLBACK, unescape, s,
      MHD_OPTION_END);
  if (result->daemon) return result;
  free(result);
  return NULL;
}

void chttp_stop(struct chttp_daemon *daemon) {
  MHD_stop_daemon(daemon->daemon);
  free(daemon);
}

// --- Connections -------------------------------------------------------------------------------

void *chttp_connection(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

int chttp_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

size_t chttp_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

struct fields {
  void *context;
  void (*field)(void *, const char *, const char *);
};

static enum MHD_Result each_field(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value) {
  const struct fields *fields = context;
  (void)kind;
  fields->field(fields->context, name ? name : "", value ? value : "");
  return MHD_YES;
}

void chttp_fields(struct MHD_Connection *connection, void *context,
                  void (*field)(void *, const char *, const char *)) {
  struct fields fields = {context, field};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, each_field, &fields);
}

struct layout {
  const char *next;
  int is_exact;
};

static enum MHD_Result each_place(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value) {
  struct layout *layout = context;
  (void)kind;
  if (!name || !value || name != layout->next) {
    layout->is_exact = 0;
    return MHD_NO;
  }
  const char *space = name + strlen(name) + 1;
  while (space < value && (*space == ' ' || *space == '\t')) space++;
  layout->is_exact = space == value;
  layout->next = value + strlen(value) + 2;
  return layout->is_exact ? MHD_YES : MHD_NO;
}

// Before 1.0 the library ends the header at a field without a name, makes a folded line part of the
// field's name, and cuts values at a NUL: another server on the way could see other requests. But
// it leaves everything where it was received. So each field must begin where the one before it ends with CR
// and LF.
int chttp_is_exact(struct MHD_Connection *connection, const char *method, size_t target_length,
                   const char *version) {
  if (MHD_get_version()[0] != '0') return 1;
  if (method + strlen(method) + 1 + target_length + 1 != version) return 0;
  struct layout layout = {version + strlen(version) + 2, 1};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, each_place, &layout);
  return layout.is_exact && layout.next + 2 == method + chttp_header_size(connection);
}

int chttp_accept(int listener, struct chttp_peer *peer) {
  struct sockaddr_storage *const address = (struct sockaddr_storage *)peer->address;
  socklen_t length = sizeof *address;
  const int descriptor =
      accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return descriptor;
  peer->length = length;
  peer->text[0] = 0;
  if (address->ss_family == AF_INET) {
    const struct in_addr *ip = &((struct sockaddr_in *)address)->sin_addr;
    inet_ntop(AF_INET, ip, peer->text, sizeof peer->text);
  } else if (address->ss_family == AF_INET6) {
    const struct in6_addr *ip = &((struct sockaddr_in6 *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(ip))
      inet_ntop(AF_INET, &ip->s6_addr[12], peer->text, sizeof peer->text);
    else
      inet_ntop(AF_INET6, ip, peer->text, sizeof peer->text);
  }
  return descriptor;
}

int chttp_add(struct chttp_daemon *daemon, int descriptor, const struct chttp_peer *peer) {
  return MHD_add_connection(daemon->daemon, descriptor, (const struct sockaddr *)peer->address,
                            peer->length) == MHD_YES;
}
