// Decides when to search. Only the response to the latest query is shown.

import { ask, Problem } from "./service.js";

/** The delay after the last keystroke before a search, in milliseconds. */
const pause = 250;
/** The same when few requests remain: not faster than the rate limit refills. */
const slowPause = 1100;
const fewLeft = 15;
/** How long responses are cached, in milliseconds. */
const lifetime = 60_000;
const mostKept = 50;
/** The results that a search shows first, those that are requested afterward and counted by tag, and then each time. */
const [first, second, further] = [10, 20, 10];
/** How long a question must stay unchanged before more results are requested, in milliseconds. */
const settling = 700;
/** The first and the longest pause before a retry without Retry-After, in seconds. The pause doubles each time. */
const [firstWait, lastWait] = [2, 30];

export class Search {
  #view;
  #access;
  #timer = null;
  #controller = null;
  #kept = new Map();
  #remaining = Infinity;
  #failures = 0;
  #notBefore = 0;
  #shown = null;
  #wanted = { text: "", tags: [] };

  /**
   * @param view gets `searching()`, `results(wanted, traces)`, `more(all, hasMore)`: all results so far for the same
   *   question, and whether `next()` returns more, `nothing()`, `locked()`: a token is needed, `problem(problem, seconds)`: `seconds` is the time until the automatic
   *   retry, or null if there is none
   * @param access gives the token to search with, or null, and says whether it is missing
   */
  constructor(view, access) {
    this.#view = view;
    this.#access = access;
  }

  /** Whether the results of the latest query are shown. */
  get isCurrent() {
    return this.#shown !== null && this.#shown === JSON.stringify(this.#wanted);
  }

  /** Searches after the delay, or at once. */
  want(text, tags, { atOnce = false } = {}) {
    const wanted = { text: text.trim().replace(/\s+/g, " "), tags: [...tags].sort() };
    const isNew = JSON.stringify(wanted) !== JSON.stringify(this.#wanted);
    this.#wanted = wanted;
    if (!isNew && !atOnce) return;
    this.#stop();
    if (wanted.text !== "" && this.#access.isMissing) {
      this.#shown = null;
      this.#view.locked();
      return;
    }
    if (wanted.text === "") {
      this.#shown = null;
      this.#view.nothing();
      return;
    }
    // Do not search for a single letter.
    if (wanted.text.length < 2 && !atOnce) return;
    // Keep waiting for Retry-After, even if the user types on.
    const wait = Math.max(this.#remaining < fewLeft ? slowPause : pause, this.#notBefore - performance.now());
    this.#after(atOnce ? 0 : wait);
  }

  /** Repeats the search, because the data or the token has changed. */
  again() {
    this.#kept.clear();
    this.#shown = null;
    this.#failures = 0;
    this.want(this.#wanted.text, this.#wanted.tags, { atOnce: true });
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
  }

  #after(milliseconds) {
    if (milliseconds === 0) this.#run(this.#wanted);
    else this.#timer = setTimeout(() => this.#run(this.#wanted), milliseconds);
  }

  async #run(wanted) {
    const key = JSON.stringify(wanted);
    if (wanted.text === "") return this.#view.nothing();
    const kept = this.#kept.get(key);
    if (kept && performance.now() - kept.at < lifetime) return this.#answer(key, wanted, kept);
    this.#controller?.abort();
    const controller = (this.#controller = new AbortController());
    this.#view.searching();
    try {
      const { traces, cursor } = await this.#ask(wanted, first, controller);
      if (controller.signal.aborted) return;
      this.#failures = 0;
      this.#notBefore = 0;
      const found = { at: performance.now(), traces, all: cursor ? null : traces, cursor };
      this.#kept.set(key, found);
      if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value);
      this.#answer(key, wanted, found);
    } catch (error) {
      if (!controller.signal.aborted) this.#fail(error);
    }
  }

  /** Requests results: the first ones, or those after a cursor. */
  async #ask(wanted, limit, controller, after = null) {
    const body = {
      q: wanted.text,
      limit,
      ...(wanted.tags.length > 0 ? { tags: wanted.tags } : {}),
      ...(after ? { cursor: after } : {}),
    };
    const token = this.#access.readToken;
    const { json, remaining } = await ask("api/v1/traces/search", { body, token, signal: controller.signal });
    this.#remaining = remaining;
    return { traces: json.results, cursor: json.next_cursor ?? null };
  }

  /** Extends the results of a search. */
  async #extend(wanted, found, limit, controller) {
    const { traces, cursor } = await this.#ask(wanted, limit, controller, found.cursor);
    if (controller.signal.aborted) return;
    // A trace can move behind the cursor in between.
    const all = found.all ?? found.traces;
    const ids = new Set(all.map((trace) => trace.id));
    found.all = [...all, ...traces.filter((trace) => !ids.has(trace.id))];
    found.cursor = cursor;
  }

  /**
   * Requests the next results of the search that is shown, and passes all so far to the view, unless another search is
   * shown by then.
   */
  async next() {
    const key = this.#shown;
    const found = this.#kept.get(key);
    if (!found) return;
    const controller = (this.#controller = new AbortController());
    try {
      // The user may be typing the next question already.
      if (found.cursor) await this.#extend(JSON.parse(key), found, further, controller);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
    if (!controller.signal.aborted && this.#shown === key) this.#view.more(found.all, found.cursor !== null);
  }

  /** Requests all results again when they are next asked for, because traces have changed. */
  expire() {
    for (const found of this.#kept.values()) found.at = -Infinity;
  }

  /** Drops a trace that was deleted. */
  drop(id) {
    this.expire();
    const others = (traces) => traces?.filter((trace) => trace.id !== id) ?? null;
    for (const found of this.#kept.values()) {
      found.traces = others(found.traces);
      found.all = others(found.all);
    }
  }

  #answer(key, wanted, found) {
    this.#shown = key;
    this.#view.results(wanted, found.traces);
    if (found.all) this.#view.more(found.all, found.cursor !== null);
    else this.#timer = setTimeout(() => this.#askForMore(wanted, found), settling);
  }

  /** Requests more results of a question that the user has finished. They are not worth a failure or a wait. */
  async #askForMore(wanted, found) {
    const controller = (this.#controller = new AbortController());
    try {
      if (this.#remaining >= fewLeft) await this.#extend(wanted, found, second, controller);
    } catch {
      // The button requests them again.
    }
    if (!controller.signal.aborted) this.#view.more(found.all ?? found.traces, found.cursor !== null);
  }

  #fail(error) {
    const problem = error instanceof Problem ? error : new Problem("internal", `Error in this page: ${error}`);
    this.#shown = null;
    if (!problem.passes) return this.#view.problem(problem, null);
    const seconds = problem.retryAfter ?? Math.min(lastWait, firstWait * 2 ** this.#failures);
    this.#failures += 1;
    this.#notBefore = performance.now() + seconds * 1000;
    this.#view.problem(problem, seconds);
    this.#after(seconds * 1000);
  }
}
