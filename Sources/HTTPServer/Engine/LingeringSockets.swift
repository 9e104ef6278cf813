import Glibc

/// Sockets that have been answered and closed for writing, while the client may still be sending.
///
/// A socket that is closed with bytes unread resets the connection, and the client may lose the
/// answer to what it is sending. So what it sends is thrown away for a while.
struct LingeringSockets {
  private var sockets: [(descriptor: Int32, until: Milliseconds)] = []
  /// The answer to the one after that is lost.
  private static let most = 64

  var pollDescriptors: [pollfd] {
    sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
  }

  mutating func add(_ descriptors: [Int32], until deadline: Milliseconds) {
    for descriptor in descriptors {
      if sockets.count < Self.most { sockets.append((descriptor, deadline)) } else { close(descriptor) }
    }
  }

  mutating func drain(at now: Milliseconds) {
    guard !sockets.isEmpty else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    sockets.removeAll { socket in
      let count = recv(socket.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      let isOpen = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
      if isOpen, now < socket.until { return false }
      close(socket.descriptor)
      return true
    }
  }

  mutating func closeAll() {
    for socket in sockets { close(socket.descriptor) }
    sockets = []
  }
}
