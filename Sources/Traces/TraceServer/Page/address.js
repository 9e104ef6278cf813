// The address of the page: question, tags and open traces. It is in the fragment, so that it does not appear in the
// logs of the server.

/** The longest question, in characters, and the most tags and traces in an address. */
const [longest, mostTags, mostTraces] = [2000, 20, 10];
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Address {
  #isTyping = false;

  /** @param restored called with `{question, tags, traces}` when the user goes back or forward or follows a link */
  constructor(restored) {
    addEventListener("popstate", () => {
      this.#isTyping = false;
      restored(this.read());
    });
  }

  /** What the address names. Invalid parts are left out. */
  read() {
    const parts = new URLSearchParams(location.hash.slice(1));
    return {
      question: (parts.get("q") ?? "").slice(0, longest),
      tags: parts.getAll("tag").slice(0, mostTags),
      traces: [...new Set(parts.getAll("trace").map((text) => text.toLowerCase()))]
        .filter((text) => id.test(text)).slice(0, mostTraces),
    };
  }

  /**
   * Changes the address and the title of the page. The question is the title, or `state.title` without a question.
   *
   * @param step "typed" makes one entry in the history of all letters of a question; "done" makes an entry of its own;
   *   "same" changes the current entry
   */
  write(state, step) {
    const target = fragment(state);
    const text = (state.question.trim() || state.title || "").replace(/[\p{Cc}\p{Cf}]/gu, "");
    document.title = text ? `${text} – Trace search` : "Trace search";
    const isNew = step === "done" || (step === "typed" && !this.#isTyping);
    if (step !== "same") this.#isTyping = step === "typed";
    if ((location.hash || "#") === target) return;
    const address = target === "#" ? location.pathname + location.search : target;
    if (isNew) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  /** The next letter that is typed begins a new question. */
  settle() {
    this.#isTyping = false;
  }

  /** The permalink of a trace. */
  linkTo(trace) {
    return new URL(fragment({ question: "", tags: [], traces: [trace.id] }), location.href).href;
  }
}

function fragment({ question, tags, traces }) {
  const text = question.trim().replace(/\s+/g, " ");
  const parts = [...tags].map((tag) => ["tag", tag]).concat(
    [...traces].slice(-mostTraces).map((trace) => ["trace", trace]),
  );
  return `#${new URLSearchParams(text ? [["q", text], ...parts] : parts)}`;
}
