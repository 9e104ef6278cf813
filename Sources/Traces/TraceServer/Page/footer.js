// What is below an open trace: the vote, or the controls of its contributor, its dates, its link, and the report.

import { accountOf } from "./account.js";
import { copyButton } from "./copying.js";
import { own } from "./own.js";
import { report } from "./report.js";
import { element } from "./text.js";
import { votes } from "./votes.js";

/**
 * @param about a sentence about the trace
 * @param actions `access`, `linkTo(trace)`, `edit(trace)`, `removed(trace)`
 * @param changed called with the new status, trust score and confirmation count
 */
export function footer(trace, about, actions, changed) {
  const { access } = actions;
  const first = element("div", { class: "deciding" });
  const complaint = report(trace, access);
  const show = (isOwn) => {
    first.replaceChildren(isOwn ? own(trace, actions) : votes(trace, access, changed));
    complaint.button.hidden = isOwn;
  };
  // Seeded users have no tokens.
  if (!access.token || trace.is_seed) show(false);
  else accountOf(access.token).then(({ user }) => show(user === trace.contributor_id)).catch(() => show(false));
  return element(
    "footer",
    {},
    first,
    element(
      "div",
      { class: "about" },
      element("p", { class: "hint" }, about),
      copyButton("Copy link", () => actions.linkTo(trace), "Link copied"),
      complaint.button,
    ),
    complaint.form,
  );
}
