import Glibc

/// A mutual exclusion lock around a value.
///
/// `Synchronization.Mutex` would do the same, but Thread Sanitizer does not see its slow path and
/// reports races that are none.
package final class Lock<Value>: @unchecked Sendable {
  // @unchecked: `value` is reached only between `lock` and `unlock` of `mutex`, whose address is
  // stable because it is allocated.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  package init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
