#pragma once
// What Swift cannot say to libmicrohttpd: variable argument lists, and the one place where the
// library answers a request by itself. The types of other headers are left incomplete here, so that
// they belong to the modules CMicroHTTPD and Glibc alone.
#include <stddef.h>

struct MHD_Connection;
struct MHD_Response;

/// Who connected.
struct chttp_peer {
  /// A struct sockaddr_storage.
  _Alignas(8) unsigned char address[128];
  unsigned int length;
  /// The address as text, an IPv4 address that came over IPv6 as an IPv4 one. INET6_ADDRSTRLEN bytes.
  char text[46];
};

/// The library with its threads.
struct chttp_daemon;

/// Answers instead of the library. Returns what chttp_queue_response returned.
typedef int (*chttp_refused)(struct MHD_Connection *, unsigned int status);

/// A result of 0 has the library close the connection.
struct chttp_settings {
  void *server;
  unsigned int threads;
  unsigned int connections;
  size_t memory;
  void (*opened)(void *server, struct MHD_Connection *, void **connection);
  void (*closed)(void *server, void **connection);
  /// The request line has been read. What is returned becomes the context of the request.
  void *(*started)(void *server, const char *target, struct MHD_Connection *);
  int (*received)(void *server, struct MHD_Connection *, const char *method, const char *version,
                  const char *bytes, size_t *count, void **context);
  /// The request is done with: answered, or broken off.
  void (*completed)(void *server, void **context, int is_answered);
  /// The same for all servers of the program.
  chttp_refused refused;
};

/// Starts the library's threads, without a listening socket. Returns NULL and sets errno.
struct chttp_daemon *chttp_start(const struct chttp_settings *);
/// Closes all connections and joins the threads. Aborts the program if a connection is suspended.
void chttp_stop(struct chttp_daemon *);

/// MHD_queue_response of the library. Not to be called by its own name: see chttp.c.
int chttp_queue_response(struct MHD_Connection *, unsigned int status, struct MHD_Response *);

/// What `opened` stored, or NULL.
void *chttp_connection(struct MHD_Connection *);
int chttp_descriptor(struct MHD_Connection *);
/// Bytes of the request line and the fields; 0 before all of them have come.
size_t chttp_header_size(struct MHD_Connection *);
/// Calls `field` for each header field.
void chttp_fields(struct MHD_Connection *, void *context,
                  void (*field)(void *context, const char *name, const char *value));

/// Whether request line and fields, as the library gives them, are what was sent, byte for byte but for
/// white space before values.
int chttp_is_exact(struct MHD_Connection *, const char *method, size_t target_length, const char *version);

/// accept4, which glibc declares only under _GNU_SOURCE. Returns -1 and sets errno.
int chttp_accept(int listener, struct chttp_peer *);
/// Hands a connection over. The library closes it, even if this returns 0.
int chttp_add(struct chttp_daemon *, int descriptor, const struct chttp_peer *);
