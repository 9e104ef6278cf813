import Dispatch

extension StartupSeeding {
  /// ``start()`` for a program without an event loop: blocks the calling thread.
  ///
  /// Not to be called from a task, nor from anything that a task calls: the threads of the concurrency pool
  /// are few, and the work needs them. The compiler refuses the plain case. The main thread, or one of the
  /// program's own, is right.
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
    // Detached, so that it needs no actor, least of all the main one, whose thread may be the one that waits.
    Task.detached {
      await work()
      end.signal()
    }
    end.wait()
  }
}
