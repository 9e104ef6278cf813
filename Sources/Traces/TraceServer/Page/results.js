// Shows the results. Each trace is a heading with a button that opens it. Its text is rendered when it is first opened.

import { forgetRemoved, observe } from "./code.js";
import { day, facts, relevanceOf } from "./facts.js";
import { footer } from "./footer.js";
import { inline, markdown } from "./markdown.js";
import { retryText } from "./service.js";
import { element, excerpt, highlighted, sentence } from "./text.js";

const [list, more, moreNote] = ["results", "more", "more-note"].map((id) => document.getElementById(id));
/** The number of results that are shown at once, and the most that a search returns. */
const [pageSize, most] = [10, 100];

/** The buttons of the headings, in order. */
export const headings = () => [...list.querySelectorAll("h3 button")];

export class Results {
  /** The IDs of the open traces, in the order in which they were opened. */
  open = new Set();
  #actions;
  #shown = [];
  #relevance = new Map();
  #context = { terms: new Set(), chosen: new Set() };
  /** The results that are known but not shown, and whether there are more. */
  #rest = [];
  #hasMore = false;

  /**
   * @param actions `access`, the token for votes; `onTag(name)`, called when a tag is clicked; `onTurn()`, called when a
   *   trace was opened or closed; `linkTo(trace)`, the permalink of a trace; `next()`, which requests more results and
   *   offers them; `edit(trace)` and `removed(trace)`, for traces of the user
   */
  constructor(actions) {
    this.#actions = actions;
    more.addEventListener("click", () => this.#showMore());
  }

  /**
   * Shows traces. Those that are open stay open.
   *
   * @param linked the traces that are shown because the address names them, before the results
   * @param pending the IDs of traces that stay open although they may not be shown yet
   */
  show(traces, linked, terms, chosen, pending) {
    this.#context = { terms, chosen };
    this.#relevance = relevanceOf(traces);
    this.#shown = [...linked, ...traces];
    this.#rest = [];
    this.#hasMore = false;
    const ids = new Set([...this.#shown.map((trace) => trace.id), ...pending]);
    for (const id of this.open) if (!ids.has(id)) this.open.delete(id);
    // Keep the focus on a heading if its trace is among the new results.
    const focused = document.activeElement?.closest?.("#results > li")?.dataset.id;
    list.replaceChildren(...this.#shown.map((trace) => this.#item(trace)));
    forgetRemoved();
    this.#showRest();
    if (focused) this.heading(focused)?.focus();
  }

  /**
   * Offers more results of the same search.
   *
   * @param hasMore whether there are more than these
   */
  offer(all, hasMore) {
    const ids = new Set(this.#shown.map((trace) => trace.id));
    this.#relevance = relevanceOf(all);
    this.#rest = all.filter((trace) => !ids.has(trace.id));
    this.#hasMore = hasMore;
    this.#showRest();
  }

  /** Shows the new text of a trace. */
  renew(trace) {
    const old = this.heading(trace.id)?.closest("li");
    if (!old) return;
    old.replaceWith(this.#item(trace));
    forgetRemoved();
    this.heading(trace.id).focus();
  }

  /** Removes a trace, and moves the focus to the next one. Returns whether there is one. */
  remove(id) {
    const index = headings().findIndex((button) => button.closest("li").dataset.id === id);
    this.open.delete(id);
    this.#shown = this.#shown.filter((trace) => trace.id !== id);
    headings()[index]?.closest("li").remove();
    forgetRemoved();
    const next = headings()[Math.min(index, headings().length - 1)];
    next?.focus();
    return next !== undefined;
  }

  /** The button of a trace; undefined if it is not shown. */
  heading(id) {
    return headings().find((button) => button.closest("li").dataset.id === id);
  }

  /** Opens the first result. Returns its button, or undefined if there are no results. */
  openFirst() {
    const button = headings()[0];
    if (button?.getAttribute("aria-expanded") === "false") button.click();
    return button;
  }

  /** Closes the button's trace. Returns whether it was open. */
  close(button) {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    if (isOpen) button.click();
    return isOpen;
  }

  #showRest() {
    const isEnd = this.#rest.length === 0 && !this.#hasMore;
    more.hidden = isEnd;
    more.textContent = this.#rest.length > 0 ? `Show ${Math.min(pageSize, this.#rest.length)} more` : "Show more";
    const count = this.#shown.length;
    this.#note(isEnd && count > pageSize ? `${count < most ? "All" : "The first"} ${count} results are shown.` : "");
  }

  #note(text, isFault = false) {
    moreNote.textContent = text;
    moreNote.className = isFault ? "fault" : "hint";
  }

  async #showMore() {
    if (more.getAttribute("aria-disabled") === "true") return;
    const shown = this.#shown;
    if (this.#rest.length === 0) {
      // A disabled button would lose the focus.
      more.setAttribute("aria-disabled", "true");
      more.textContent = "Loading …";
      let fault = null;
      await this.#actions.next().catch((error) => (fault = error));
      more.removeAttribute("aria-disabled");
      this.#showRest();
      if (fault) this.#note(`More results could not be loaded: ${sentence(fault.message)}${retryText(fault)}`, true);
    }
    // Another search may have replaced the results meanwhile.
    if (shown !== this.#shown || this.#rest.length === 0) return;
    const next = this.#rest.splice(0, pageSize);
    this.#shown.push(...next);
    const items = next.map((trace) => this.#item(trace));
    list.append(...items);
    items[0]?.querySelector("h3 button").focus();
    this.#showRest();
  }

  #item(trace) {
    const { terms } = this.#context;
    const body = element("div", { class: "body", id: `body-${trace.id}`, hidden: true });
    const summary = element(
      "p",
      { class: "excerpt", dir: "auto" },
      inline(excerpt(trace.context, terms), terms, 0, true),
    );
    const button = element("button", { type: "button", "aria-controls": body.id }, highlighted(trace.title, terms));
    let known = facts(trace, this.#relevance.get(trace.id));
    const turn = (isOpen) => {
      button.setAttribute("aria-expanded", isOpen);
      body.hidden = !isOpen;
      summary.hidden = isOpen;
      if (isOpen) this.open.add(trace.id);
      else this.open.delete(trace.id);
      if (isOpen && !body.hasChildNodes()) body.append(...this.#parts(trace, update));
      if (isOpen) observe(body);
    };
    const update = (news) => {
      Object.assign(trace, news);
      const renewed = facts(trace, this.#relevance.get(trace.id));
      known.replaceWith(renewed);
      known = renewed;
    };
    button.addEventListener("click", () => {
      turn(body.hidden);
      this.#actions.onTurn();
    });
    turn(this.open.has(trace.id));
    const heading = element("h3", { dir: "auto" }, button);
    return element(
      "li",
      { "data-id": trace.id },
      element("article", {}, heading, known, summary, body, this.#tags(trace)),
    );
  }

  #tags(trace) {
    const names = trace.tags.map((name) => {
      const isChosen = this.#context.chosen.has(name);
      const label = isChosen ? `Tag ${name}: remove this filter` : `Tag ${name}: filter by this tag`;
      const chip = { type: "button", class: "chip", "aria-pressed": isChosen, "aria-label": label };
      return element("li", {}, element("button", { ...chip, click: () => this.#actions.onTag(name) }, name));
    });
    return element("ul", { class: "chips", "aria-label": "Tags" }, ...names);
  }

  #parts(trace, update) {
    const { terms } = this.#context;
    const about = [`Contributed ${day(trace.created_at)}`];
    if (trace.updated_at !== trace.created_at) about.push(`updated ${day(trace.updated_at)}`);
    if (trace.agent_model) about.push(`solved by ${trace.agent_model} ${trace.agent_version ?? ""}`.trim());
    const news = ({ status, trust_score, confirmation_count }) => update({ status, trust_score, confirmation_count });
    return [
      element("h4", {}, "Problem"),
      markdown(trace.context, terms),
      element("h4", {}, "Solution"),
      markdown(trace.solution, terms),
      footer(trace, `${about.join(", ")}.`, this.#actions, news),
    ];
  }
}
