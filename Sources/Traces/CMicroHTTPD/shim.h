#pragma once
// libmicrohttpd, with wrappers for its variadic functions, which Swift cannot call.
#include <microhttpd.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

// <sys/socket.h> declares this only with _GNU_SOURCE, which must not be defined in a header that Swift imports.
int accept4(int, struct sockaddr *, socklen_t *, int);

/// Starts a daemon with `threads` I/O threads and no listening socket. On failure, returns NULL and sets errno.
static inline struct MHD_Daemon *http_start(
    unsigned int threads, unsigned int connections, size_t memory, void *context,
    MHD_NotifyConnectionCallback notified, void *(*started)(void *, const char *, struct MHD_Connection *),
    MHD_AccessHandlerCallback received, MHD_RequestCompletedCallback completed) {
  // No error log, because its messages quote requests. With TURBO the caller shuts down sockets, so a client that is
  // still sending can read why its request was rejected.
  const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                             MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO;
  // Since 1.0 this rejects folded fields, bare LF and spaces in the target. Before, it checks less than Exchange does.
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

/// The value that the `notified` callback stored for the connection, or NULL.
static inline void *http_connection_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static inline int http_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

/// The size of the request line and the header fields in bytes; 0 until all of them have been received.
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

/// The number of bytes written to a TCP socket so far; 0 if the kernel does not report it.
static inline unsigned long long http_bytes_written(int descriptor) {
  // struct tcp_info of <linux/tcp.h>, which cannot be included together with <netinet/tcp.h>.
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

/// The number of bytes that have been read from a TCP socket so far; -1 if the kernel does not report it.
static inline long long http_bytes_read(int descriptor) {
  // struct tcp_info of <linux/tcp.h>, as in http_bytes_written.
  struct {
    unsigned char others[128];
    unsigned long long received;
  } before, after;
  const int level = 6, option = 11, hangup = 0x2000;  // IPPROTO_TCP, TCP_INFO, POLLRDHUP
  // Repeated until nothing arrives between the calls.
  for (int attempt = 0; attempt < 1000; attempt++) {
    socklen_t size = sizeof before;
    int unread = 0;
    struct pollfd source = {descriptor, (short)hangup, 0}, again = source;
    if (poll(&source, 1, 0) < 0) return -1;
    if (getsockopt(descriptor, level, option, &before, &size) || size < sizeof before) return -1;
    if (ioctl(descriptor, FIONREAD, &unread)) return -1;
    size = sizeof after;
    if (getsockopt(descriptor, level, option, &after, &size)) return -1;
    if (poll(&again, 1, 0) < 0) return -1;
    if (before.received != after.received || source.revents != again.revents) continue;
    // The end of input counts as a byte.
    return (long long)before.received - unread - (source.revents & hangup ? 1 : 0);
  }
  return -1;
}
