// Confirming and disputing a trace.

import { say } from "./copying.js";
import { ask, retryText } from "./service.js";
import { element, sentence } from "./text.js";

/** The votes of this visit: the words that are shown instead of the buttons, by the ID of the trace. */
const cast = new Map();
const names = { confirm: "You confirmed this trace.", dispute: "You disputed this trace." };

/**
 * The question whether a trace helped.
 *
 * @param access the token, and the panel to get one
 * @param changed called with the new status, trust score and confirmation count
 */
export function votes(trace, access, changed) {
  const box = element("div", { class: "votes", role: "group", "aria-labelledby": `vote-${trace.id}` });
  render();
  return box;

  function render() {
    const known = cast.get(trace.id);
    const title = element("p", { id: `vote-${trace.id}` }, known ?? "Did this solution work for you?");
    if (known) {
      box.replaceChildren(title);
      return;
    }
    box.replaceChildren(
      title,
      element(
        "div",
        { class: "actions" },
        element("button", { type: "button", class: "quiet", click: () => vote("confirm") }, "Yes, confirm"),
        element("button", { type: "button", class: "quiet", click: () => vote("dispute") }, "No, dispute"),
        element("span", { class: "hint" }, "A vote cannot be changed."),
      ),
      element("p", { class: "fault", role: "alert", hidden: true }),
    );
  }

  async function vote(choice) {
    if (!access.token) {
      access.request("You need a token to vote. Then vote again.");
      return;
    }
    const buttons = [...box.querySelectorAll("button")];
    buttons.forEach((button) => (button.disabled = true));
    const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
    try {
      const { json } = await ask(`api/v1/traces/${trace.id}/votes`, { body: { vote: choice }, token: access.token });
      done(names[choice]);
      changed(json);
    } catch (error) {
      if (["voted-before", "own-trace"].includes(error.kind)) return done(sentence(error.message));
      if (error.status === 401) access.refused();
      const fault = box.querySelector(".fault");
      fault.hidden = false;
      fault.textContent = `The vote was not counted: ${error.message.replace(/\.?$/, ".")}${retryText(error)}`;
      buttons.forEach((button) => (button.disabled = false));
      if (hadFocus) buttons[choice === "confirm" ? 0 : 1].focus();
    }

    function done(text) {
      cast.set(trace.id, text);
      render();
      say(text);
      // The focused button is gone.
      if (!hadFocus) return;
      box.tabIndex = -1;
      box.focus();
    }
  }
}

/** Forgets the votes of another account. */
export const forgetVotes = () => cast.clear();
