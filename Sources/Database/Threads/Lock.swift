import Glibc

/// A mutual exclusion lock around a value.
///
/// Used instead of `Synchronization.Mutex`, because Thread Sanitizer does not see the slow path of `Mutex` and
/// reports false races.
package final class Lock<Value>: @unchecked Sendable {
  // @unchecked: `value` is accessed only while `mutex` is locked. The address of `mutex` is stable because it is
  // allocated.
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
