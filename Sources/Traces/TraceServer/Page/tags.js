// The filter: only traces with all of the chosen tags.

import { ask } from "./service.js";
import { element } from "./text.js";

const [chips, other, known, clear, hint] = ["tags", "other-tag", "known-tags", "clear-tags", "tags-hint"]
  .map((id) => document.getElementById(id));
/** The number of common tags that are shown as buttons. */
const offered = 10;
/** The maximum number of tags in a search. */
const most = 20;

export class Tags {
  chosen = new Set();
  /** The number of traces by tag among the results; null without a question. */
  #found = null;
  /** What the numbers count. */
  #what = "traces";
  #common = [];
  #names = new Set();
  #changed;

  constructor(changed) {
    this.#changed = changed;
    document.getElementById("add-tag").addEventListener("click", () => this.#add());
    clear.addEventListener("click", () => {
      this.set([]);
      this.#changed();
      other.focus();
    });
    other.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#add();
    });
    // A tag that is picked from the list causes no key event.
    other.addEventListener("input", (event) => {
      const isTyped = event.inputType && event.inputType !== "insertReplacementText";
      if (!isTyped && this.#names.has(other.value)) this.#add();
    });
  }

  /** Loads the common tags. The filter also works without them. */
  async load() {
    try {
      const { json } = await ask("api/v1/tags?limit=500");
      this.#common = json.tags;
      this.#names = new Set(json.tags.map((tag) => tag.name));
      known.replaceChildren(...json.tags.map((tag) => element("option", { value: tag.name })));
      this.#render();
    } catch {
      this.#render();
    }
  }

  /** Shows how many of the traces that a search found have each tag; with null, how many traces there are. */
  count(traces) {
    if (!traces) this.#found = null;
    else {
      const counts = new Map();
      for (const name of traces.flatMap((trace) => trace.tags)) counts.set(name, (counts.get(name) ?? 0) + 1);
      this.#found = new Map([...counts].sort(([left, less], [right, more]) => more - less || (left < right ? -1 : 1)));
    }
    const total = traces?.length;
    const what = traces ? (total === 1 ? "the only result" : `the ${total} best results`) : "all traces";
    hint.textContent = `The numbers count ${what}.`;
    this.#what = traces ? `of ${what}` : "traces";
    this.#render();
  }

  /** Replaces the chosen tags. */
  set(names) {
    this.chosen = new Set(names.map(asTag).filter(Boolean).slice(0, most));
    this.#render();
  }

  toggle(name) {
    if (!this.chosen.delete(name) && this.chosen.size < most) this.chosen.add(name);
    this.#render();
    this.#changed();
  }

  #add() {
    const name = asTag(other.value);
    other.setCustomValidity(name || other.value === "" ? "" : "A tag can contain only letters, digits and . + # -");
    if (!other.reportValidity() || !name) return;
    other.value = "";
    if (!this.chosen.has(name)) this.toggle(name);
  }

  #render() {
    const counts = this.#found ?? new Map(this.#common.map((tag) => [tag.name, tag.trace_count]));
    const rest = [...counts.keys()].filter((name) => !this.chosen.has(name)).slice(0, offered);
    const focused = document.activeElement?.closest?.("#tags button")?.dataset.name;
    const chip = (name) => {
      const count = counts.get(name);
      const isChosen = this.chosen.has(name);
      const label = count === undefined
        ? name
        : `${name}, ${count} ${count === 1 && !this.#found ? "trace" : this.#what}`;
      const button = element(
        "button",
        { type: "button", class: "chip", "data-name": name, "aria-pressed": isChosen, "aria-label": label },
        name,
      );
      if (count !== undefined) button.append(element("span", { class: "count" }, ` ${count}`));
      button.addEventListener("click", () => this.toggle(name));
      return element("li", {}, button);
    };
    chips.replaceChildren(...[...this.chosen, ...rest].map(chip));
    clear.hidden = this.chosen.size === 0;
    // Without numbers, there is nothing to explain.
    hint.hidden = counts.size === 0;
    if (focused) [...chips.querySelectorAll("button")].find((button) => button.dataset.name === focused)?.focus();
  }
}

/** Normalizes a tag as the service does. Returns null if it is invalid. */
export function asTag(text) {
  const name = text.trim().toLowerCase().replace(/\s+/g, "-");
  return /^[a-z0-9][a-z0-9.+#-]{0,49}$/.test(name) ? name : null;
}
