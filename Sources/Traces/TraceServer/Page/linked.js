// The traces that the address names. Those that are not among the results are read one by one.

import { ask } from "./service.js";

export class Linked {
  /** The IDs in the address. They stay on the page until the user types another question. */
  ids = [];
  #access;
  #known = new Map();
  #failed = new Set();

  /** @param access the token, so that reading counts toward its rate limit */
  constructor(access) {
    this.#access = access;
  }

  /** The traces that were read, and the numbers of those that do not exist and that could not be read. */
  among(ids) {
    const found = ids.map((id) => this.#known.get(id));
    return {
      traces: found.filter((trace) => trace),
      missing: found.filter((trace) => trace === null).length,
      failed: ids.filter((id) => this.#failed.has(id)).length,
    };
  }

  /** Reads the traces with these IDs that are not known yet. Returns whether there were any. */
  async load(ids) {
    const unknown = ids.filter((id) => !this.#known.has(id));
    await Promise.all(unknown.map((id) => this.#read(id)));
    return unknown.length > 0;
  }

  /** Drops a trace that was deleted. */
  drop(id) {
    this.ids = this.ids.filter((other) => other !== id);
    this.#known.delete(id);
  }

  async #read(id) {
    const token = this.#access.readToken;
    try {
      this.#known.set(id, (await ask(`api/v1/traces/${id}`, { token })).json);
      this.#failed.delete(id);
    } catch (error) {
      if (error.status === 401 && token) {
        this.#access.refused(token);
        if (!this.#access.readToken) return this.#read(id);
      }
      if (error.status === 404) this.#known.set(id, null);
      else this.#failed.add(id);
    }
  }
}
