// Sends requests to the service. Every failure becomes a Problem.

/**
 * A failed request. `retryAfter` is in seconds, or null if the service does not send it. `fields` are the names and
 * messages of invalid fields. `json` is the body of the response. `token` is the one that was sent, or null.
 */
export class Problem extends Error {
  constructor(kind, detail, { status = 0, retryAfter = null, requestID = null, fields = [], json = null } = {}) {
    super(detail);
    Object.assign(this, { kind, status, retryAfter, requestID, fields, json });
  }

  /** Whether a retry may succeed. */
  get passes() {
    return this.kind === "offline" || [429, 502, 503, 504].includes(this.status);
  }
}

/** Longer than the slowest response of the service, in milliseconds. */
const timeLimit = 20_000;
const typePrefix = "urn:trace-server:problem:";

/**
 * Requests JSON. The method is POST if there is a body, unless another is named. A response without a body is `{}`.
 *
 * @returns {Promise<{json: object, remaining: number}>} the response, and the number of requests that remain
 */
export async function ask(path, { method = null, body = null, token = null, signal = null, anyStatus = false } = {}) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, timeLimit);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  try {
    // Relative, so that it works below a proxy's path prefix.
    const response = await fetch(new URL(path, document.baseURI), {
      method: method ?? (body ? "POST" : "GET"),
      headers: {
        Accept: "application/json, application/problem+json",
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      cache: "no-store",
      credentials: "same-origin",
      signal: controller.signal,
    });
    const json = response.status === 204 ? {} : await response.json().catch((error) => {
      if (controller.signal.aborted) throw error;
      return null;
    });
    if (!response.ok && !(anyStatus && json)) throw Object.assign(refusal(response, json), { token });
    if (!json) throw new Problem("unreadable", "The response is not valid JSON.", { status: response.status });
    return { json, remaining: Number(response.headers.get("RateLimit-Remaining") ?? Infinity) };
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error;
    throw new Problem("offline", navigator.onLine ? "The server is not responding." : "You are offline.");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** What to say after a failure about when to retry; empty if the service does not say it, or its message does. */
export const retryText = (error) =>
  error.retryAfter && !error.message.includes("retry in") ? ` Retry in ${error.retryAfter} s.` : "";

function refusal(response, json) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  const fields = (json?.errors ?? []).map((error) => `${error.field}: ${error.message}`).join("; ");
  const kind = String(json?.type ?? "").startsWith(typePrefix) ? json.type.slice(typePrefix.length) : "http";
  const detail = fields || json?.detail || `The server returned status ${response.status}.`;
  return new Problem(kind, detail, {
    status: response.status,
    retryAfter: Number.isFinite(seconds) ? seconds : null,
    requestID: json?.request_id ?? null,
    fields: json?.errors ?? [],
    json,
  });
}
