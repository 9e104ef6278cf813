import Glibc

/// A serial executor with its own thread.
///
/// libpq blocks. On the cooperative pool a few waiting statements would stop all other tasks of the program; on its
/// own thread a connection may block. Linux has no `DispatchSerialQueue`, and a queue with a dispatch source has
/// twice the latency.
package final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
  // @unchecked: `state` is accessed only under its mutex, and `thread` is written once, before `init` returns.
  private final class State: @unchecked Sendable {
    // @unchecked: every access holds `mutex`.
    let mutex: UnsafeMutablePointer<pthread_mutex_t>
    let condition: UnsafeMutablePointer<pthread_cond_t>
    var jobs: [UnownedJob] = []
    var executor: UnownedSerialExecutor?
    var isStopped = false

    init() {
      mutex = .allocate(capacity: 1)
      condition = .allocate(capacity: 1)
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(condition, nil)
    }

    deinit {
      pthread_cond_destroy(condition)
      pthread_mutex_destroy(mutex)
      condition.deallocate()
      mutex.deallocate()
    }

    /// Runs until stopped and drained. The thread retains the state but not the executor, whose `deinit` stops the
    /// thread.
    func run() {
      while true {
        pthread_mutex_lock(mutex)
        while jobs.isEmpty, !isStopped { pthread_cond_wait(condition, mutex) }
        let batch = jobs
        jobs.removeAll(keepingCapacity: true)
        let executor = executor
        let isFinished = batch.isEmpty && isStopped
        pthread_mutex_unlock(mutex)
        if isFinished { return }
        guard let executor else { continue }
        for job in batch { job.runSynchronously(on: executor) }
      }
    }
  }

  private let state = State()
  private var thread = pthread_t()

  /// Starts the thread.
  ///
  /// - Throws: ``ThreadError`` if no thread can be created.
  package init() throws {
    // Retained here. Released by the thread, or below if there is none.
    let argument = Unmanaged.passRetained(state)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<State>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      argument.release()
      throw ThreadError(number: status)
    }
    pthread_detach(thread)
    pthread_mutex_lock(state.mutex)
    state.executor = asUnownedSerialExecutor()
    pthread_mutex_unlock(state.mutex)
  }

  deinit {
    pthread_mutex_lock(state.mutex)
    state.isStopped = true
    pthread_cond_signal(state.condition)
    pthread_mutex_unlock(state.mutex)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(state.mutex)
    state.jobs.append(job)
    // Signaling after unlocking would be faster, but the job may release the last reference to its actor and thus
    // free the state.
    pthread_cond_signal(state.condition)
    pthread_mutex_unlock(state.mutex)
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  package func isIsolatingCurrentContext() -> Bool? {
    pthread_equal(pthread_self(), thread) != 0
  }

  package func checkIsolated() {
    precondition(pthread_equal(pthread_self(), thread) != 0, "not on the executor's thread")
  }
}
