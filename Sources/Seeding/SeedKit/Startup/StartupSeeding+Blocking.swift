import Dispatch

extension StartupSeeding {
  /// ``start()`` for a program without an event loop: blocks the calling thread.
  ///
  /// Must not be called from a task or from code that a task runs, because the concurrency pool has few threads and
  /// the work needs them. The compiler rejects direct calls from async functions. Call it on the main thread or a
  /// thread of your own.
  ///
  /// - Returns: as ``start()``.
  @available(*, noasync, message: "it would block a thread of the concurrency pool; await start()")
  @discardableResult
  public func startBlocking() -> State {
    block { await self.start() }
    return state
  }

  /// ``stop()`` for a program without an event loop: blocks the calling thread, as ``startBlocking()`` does.
  @available(*, noasync, message: "it would block a thread of the concurrency pool; await stop()")
  public func stopBlocking() {
    block { await self.stop() }
  }

  private func block(until work: @escaping @Sendable () async -> Void) {
    let end = DispatchSemaphore(value: 0)
    // Detached, so that it needs no actor, in particular not the main actor, whose thread may be the one that
    // waits.
    Task.detached {
      await work()
      end.signal()
    }
    end.wait()
  }
}
