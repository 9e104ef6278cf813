import Embeddings
import Threads

/// The embedding worker inside a server, from its start to its stop.
final class WorkerRun: Sendable {
  let worker: EmbeddingWorker

  private struct State {
    var task: Task<Void, Never>?
    var isStopped = false
  }

  private let state = Lock(State())

  init(_ worker: EmbeddingWorker) { self.worker = worker }

  /// Starts it, once.
  func start() {
    state.withLock { state in
      guard state.task == nil, !state.isStopped else { return }
      state.task = Task { [worker] in await worker.run() }
    }
  }

  /// Stops it and waits for its end.
  func stop() async {
    let task = state.withLock { state in
      state.isStopped = true
      return state.task
    }
    task?.cancel()
    await task?.value
  }
}
