import Synchronization

/// The memory that the large request bodies of all connections may take.
final class BodyMemory: Sendable {
  private let taken = Atomic(0)
  private let limit: Int
  /// The size of a body that is not counted.
  private let free: Int

  init(_ options: HTTPServer.Options) {
    limit = options.bodyMemory
    free = options.headerLimit
  }

  /// The memory of one body. It is returned when the last reference is released.
  final class Share: Sendable {
    private let memory: BodyMemory
    private let size = Atomic(0)

    init(of memory: BodyMemory) { self.memory = memory }

    /// Raises the share to the size of the body.
    ///
    /// - Throws: a refusal if the bodies of all connections would take too much.
    func grow(to total: Int) throws(Refusal) {
      guard total > memory.free else { return }
      let more = total - size.load(ordering: .relaxed)
      guard memory.taken.add(more, ordering: .relaxed).newValue <= memory.limit else {
        memory.taken.subtract(more, ordering: .relaxed)
        throw Refusal(503, "The server is receiving too many large request bodies.")
      }
      size.store(total, ordering: .relaxed)
    }

    deinit { memory.taken.subtract(size.load(ordering: .relaxed), ordering: .relaxed) }
  }
}
