// Keyboard shortcuts: "/" moves to the search field, the arrows move through the results, Escape goes back.

import { headings } from "./results.js";

const moves = {
  ArrowDown: (buttons, index) => buttons[Math.min(index + 1, buttons.length - 1)],
  ArrowUp: (buttons, index) => buttons[index - 1],
  Home: (buttons) => buttons[0],
  End: (buttons) => buttons.at(-1),
};

/** Moves the focus to an element. */
export function go(target) {
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

/**
 * Connects the keys.
 *
 * @param question the search field
 * @param actions `enter()` opens the first result, `clear()` empties the field, `close(button)` closes a trace and
 *   returns whether it was open
 */
export function connectKeys(question, actions) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = document.activeElement;
    if (here?.closest?.("dialog")) return;
    const isField = here?.matches?.("input:not([type=checkbox]), textarea, select");
    if (event.key === "/" && !isField) {
      event.preventDefault();
      question.focus();
      question.select();
      return;
    }
    const buttons = headings();
    const index = buttons.indexOf(here);
    const inResult = here?.closest?.("#results > li");
    if (here === question) {
      if (event.key === "ArrowDown" && buttons.length > 0) go(buttons[0]);
      else if (event.key === "Enter") actions.enter();
      else if (event.key === "Escape" && question.value) actions.clear();
      else return;
    } else if (index >= 0 && moves[event.key]) {
      go(moves[event.key](buttons, index) ?? question);
    } else if (inResult && event.key === "Escape") {
      const heading = inResult.querySelector("h3 button");
      go(actions.close(heading) ? heading : question);
    } else return;
    event.preventDefault();
  });
}
