import CMicroHTTPD
import Threads

/// The response to a request that has been passed to a handler. It is given once: by the handler, by the supervisor
/// when the handler exceeds its deadline, or by the server when it stops.
///
/// It is also the executor of the handler's task. A job that becomes ready resumes the connection, whose thread runs
/// the job. So a handler continues on that thread after a database statement, without a hop to the cooperative pool.
final class PendingResponse: TaskExecutor {
  private struct State {
    var response: HTTPResponse?
    var task: Task<Void, Never>?
    /// The connection while it is suspended. Whoever resumes it takes it out.
    var suspended: LibraryPointer?
    /// The jobs of the task that are ready to run.
    var jobs: [UnownedJob] = []
    /// Whether jobs run on the cooperative pool instead.
    var isDetached = false

    mutating func takeJobs() -> [UnownedJob] {
      defer { jobs = [] }
      return jobs
    }

    mutating func takeSuspended() -> LibraryPointer? {
      defer { suspended = nil }
      return suspended
    }
  }

  private let state = Lock(State())

  /// Stores the handler's task for cancellation. Cancels it at once if the response has already been given.
  func attach(_ task: Task<Void, Never>) {
    let isLate = state.withLock { state in
      state.task = state.response == nil ? task : nil
      return state.response != nil
    }
    if isLate { task.cancel() }
  }

  /// Runs the jobs that are ready. Returns the response, or suspends the connection until there is one or another
  /// job. Call it on the connection's thread only.
  func proceed(_ connection: OpaquePointer) -> HTTPResponse? {
    while true {
      let (jobs, response) = state.withLock { state in
        if state.response == nil, state.jobs.isEmpty {
          MHD_suspend_connection(connection)
          state.suspended = LibraryPointer(value: connection)
        }
        return (state.response == nil ? state.takeJobs() : [], state.response)
      }
      if response != nil { detach() }
      if jobs.isEmpty { return response }
      for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
  }

  /// Moves the rest of the task to the cooperative pool, because the response is about to be sent or the connection
  /// is gone.
  func detach() {
    let jobs = state.withLock { state in
      state.isDetached = true
      return state.takeJobs()
    }
    for job in jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
  }

  /// Enqueues a job of the handler's task.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (isDetached, suspended) = state.withLock { state in
      if !state.isDetached { state.jobs.append(job) }
      return (state.isDetached, state.takeSuspended())
    }
    if isDetached { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    if let suspended { MHD_resume_connection(suspended.value) }
  }

  /// Sets the response and wakes the connection. A second response is discarded.
  func finish(with response: HTTPResponse) {
    let suspended: LibraryPointer? = state.withLock { state in
      guard state.response == nil else { return nil }
      state.response = response
      return state.takeSuspended()
    }
    if let suspended { MHD_resume_connection(suspended.value) }
  }

  /// Sets a response in place of the handler's and cancels its task.
  func expire(with response: HTTPResponse) {
    finish(with: response)
    guard let task = state.withLock({ $0.task }) else { return }
    // Cancellation handlers are the application's code, which the supervisor's thread must not run.
    Task { task.cancel() }
  }
}
