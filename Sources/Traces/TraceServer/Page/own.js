// What contributors can do with their own traces: change and delete them.

import { say } from "./copying.js";
import { confirmed } from "./dialog.js";
import { ask, retryText } from "./service.js";
import { element, highlighted, sentence } from "./text.js";

/** The IDs of the traces that were changed in this visit. */
const changed = new Set();

/** Notes that the changes of a trace were saved. */
export function noteSaved(trace) {
  changed.add(trace.id);
  say("Changes saved");
}

/** @param actions `access`, `edit(trace)`, and `removed(trace)`, called when the trace was deleted */
export function own(trace, { access, edit, removed }) {
  const fault = element("p", { class: "fault", role: "alert", hidden: true });
  const editing = element("button", { type: "button", class: "quiet", click: () => edit(trace) }, "Edit");
  const deleting = element("button", { type: "button", class: "quiet", click: remove }, "Delete …");
  return element(
    "div",
    { class: "votes", role: "group", "aria-label": "Your trace" },
    element("p", {}, changed.has(trace.id) ? "Your changes are saved." : "You contributed this trace."),
    ...(standing(trace) ? [element("p", { class: "hint" }, standing(trace))] : []),
    element("div", { class: "actions" }, editing, deleting),
    fault,
  );

  async function remove() {
    const isConfirmed = await confirmed({
      title: "Delete this trace?",
      text: element(
        "span",
        {},
        "“",
        element("bdi", {}, highlighted(trace.title, new Set())),
        "” is deleted with its votes. This cannot be undone.",
      ),
      cancel: "Keep it",
      confirm: "Delete the trace",
    });
    if (!isConfirmed) return;
    fault.hidden = true;
    for (const button of [editing, deleting]) button.disabled = true;
    try {
      await ask(`api/v1/traces/${trace.id}`, { method: "DELETE", token: access.token });
      say("Trace deleted");
      removed(trace);
    } catch (error) {
      // It is gone already.
      if (error.status === 404) return removed(trace);
      for (const button of [editing, deleting]) button.disabled = false;
      fault.hidden = false;
      if (error.status === 401) fault.replaceChildren("The trace was not deleted.", ...access.refusal());
      else fault.textContent = `The trace was not deleted: ${sentence(error.message)}${retryText(error)}`;
      deleting.focus();
    }
  }
}

/** What makes others find a provisional trace. */
export const reviewed = "a moderator or an established user confirms it";

/** Who finds a trace; empty if everybody does. */
function standing(trace) {
  if (trace.is_flagged) return "Moderators have excluded it from searches.";
  if (trace.is_provisional) {
    return trace.is_searchable
      ? `Only you can find it until ${reviewed}.`
      : `In a few seconds you can find it. Others cannot until ${reviewed}.`;
  }
  return trace.is_searchable ? "" : "Searches find it in a few seconds.";
}
