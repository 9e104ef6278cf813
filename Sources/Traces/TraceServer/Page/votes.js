// Confirming and disputing a trace.

import { say } from "./copying.js";
import { ask, retryText } from "./service.js";
import { element, sentence } from "./text.js";

/** The votes of this visit: the words that are shown instead of the buttons, by the ID of the trace. */
const cast = new Map();
const names = { confirm: "You confirmed this trace.", dispute: "You disputed this trace." };
const uncounted =
  "Thank you. Your vote is recorded, but it does not count: you are not established yet, or somebody in " +
  "your network has voted.";

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
      access.request("You need a token to vote. Register, then vote again.");
      return;
    }
    const buttons = [...box.querySelectorAll("button")];
    buttons.forEach((button) => (button.disabled = true));
    const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
    try {
      const body = { vote: choice, updated_at: trace.updated_at };
      const { json } = await ask(`api/v1/traces/${trace.id}/votes`, { body, token: access.token });
      done(json.weight > 0 ? names[choice] : uncounted);
      changed(json);
    } catch (error) {
      if (["voted-before", "own-trace"].includes(error.kind)) return done(sentence(error.message));
      const fault = box.querySelector(".fault");
      fault.hidden = false;
      if (error.status === 401) fault.replaceChildren("The vote was not counted.", ...access.refusal());
      else if (error.kind === "trace-changed") {
        fault.textContent =
          "The trace was edited after you opened it. Reload the page, and read it again before you vote.";
      } else fault.textContent = `The vote was not counted: ${error.message.replace(/\.?$/, ".")}${retryText(error)}`;
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
