#pragma once
// libmicrohttpd, and wrappers for what Swift cannot call: functions with variable arguments.
#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>

// Of <sys/socket.h>, which declares it only under _GNU_SOURCE. That may not be defined in a header that Swift imports.
int accept4(int, struct sockaddr *, socklen_t *, int);

/// Starts `threads` threads that read and write, without a listening socket. Returns NULL and sets errno.
static inline struct MHD_Daemon *http_start(
    unsigned int threads, unsigned int connections, size_t memory, void *context,
    MHD_NotifyConnectionCallback notified, void *(*started)(void *, const char *, struct MHD_Connection *),
    MHD_AccessHandlerCallback received, MHD_RequestCompletedCallback completed) {
  // Messages of the library quote the request, so none are asked for. TURBO leaves the shutdown of sockets to us: a
  // client that is still sending can then read why its request was refused.
  const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                             MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO;
  // Since 1.0 this refuses folded fields, bare LF and spaces in the target. Before, it refuses less than we do.
  const int strictness = MHD_get_version()[0] == '0' ? 0 : 1;
  return MHD_start_daemon(flags, 0, NULL, NULL, received, context,
                          MHD_OPTION_THREAD_POOL_SIZE, threads,
                          MHD_OPTION_CONNECTION_LIMIT, connections,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
                          MHD_OPTION_CONNECTION_TIMEOUT, 0u,
                          MHD_OPTION_STRICT_FOR_CLIENT, strictness,
                          MHD_OPTION_NOTIFY_CONNECTION, notified, context,
                          MHD_OPTION_URI_LOG_CALLBACK, started, context,
                          MHD_OPTION_NOTIFY_COMPLETED, completed, context,
                          MHD_OPTION_END);
}

/// What the `notified` callback stored for the connection, or NULL.
static inline void *http_connection_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static inline int http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

/// Bytes of the request line and the fields; 0 before all of them have been received.
static inline size_t http_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

/// The status of the response that is being sent; 0 if there is none.
static inline unsigned int http_status(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
  return info ? info->http_status : 0;
}

/// Bytes that were ever written to a TCP socket; 0 if the system does not tell.
static inline unsigned long long http_bytes_written(int descriptor) {
  // struct tcp_info of <linux/tcp.h>, which cannot be included beside <netinet/tcp.h>.
  struct {
    unsigned char others[144];
    unsigned int not_sent;
    unsigned char more[52];
    unsigned long long sent, sent_again;
  } info;
  socklen_t size = sizeof info;
  memset(&info, 0, sizeof info);
  const int level = 6, option = 11;  // IPPROTO_TCP, TCP_INFO
  if (getsockopt(descriptor, level, option, &info, &size)) return 0;
  return info.sent - info.sent_again + info.not_sent;
}
