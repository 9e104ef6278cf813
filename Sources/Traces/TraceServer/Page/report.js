// Reporting a trace to the moderators.

import { say } from "./copying.js";
import { ask, retryText } from "./service.js";
import { element, sentence } from "./text.js";

/** The IDs of the traces that were reported in this visit. */
const reported = new Set();
const thanks = "You reported this trace. Moderators will read your reason.";
const longest = 2000;

/** The button that shows the form, and the form. */
export function report(trace, access) {
  const ids = { form: `report-${trace.id}`, field: `reason-${trace.id}`, fault: `reason-fault-${trace.id}` };
  const button = element(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-expanded": false,
      "aria-controls": ids.form,
      click: () => turn(form.hidden),
    },
    "Report",
  );
  const fault = element("p", { class: "fault", role: "alert", id: ids.fault, hidden: true });
  const field = element("textarea", { id: ids.field, rows: 3, maxlength: longest, "aria-describedby": ids.fault });
  const sending = element("button", { type: "submit" }, "Send report");
  const form = element(
    "form",
    { id: ids.form, class: "report", novalidate: true, hidden: true, submit: send, keydown: leave },
    element("label", { for: ids.field }, "What is wrong with this trace?"),
    element("p", { class: "hint" }, "Moderators read your reason. The contributor does not see it."),
    field,
    fault,
    element(
      "div",
      { class: "actions" },
      sending,
      element("button", { type: "button", class: "quiet", click: () => turn(false) }, "Cancel"),
    ),
  );
  field.addEventListener("input", () => complain(""));
  if (reported.has(trace.id)) done();
  return { button, form };

  function turn(isOpen) {
    form.hidden = !isOpen;
    button.setAttribute("aria-expanded", isOpen);
    (isOpen ? field : button).focus();
  }

  function leave(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    turn(false);
  }

  function complain(text) {
    fault.textContent = text;
    fault.hidden = !text;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  async function send(event) {
    event.preventDefault();
    const reason = field.value.trim();
    complain(reason ? "" : "Describe what is wrong.");
    if (!reason) return field.focus();
    sending.disabled = true;
    try {
      await ask(`api/v1/traces/${trace.id}/reports`, { body: { reason }, token: access.token });
      reported.add(trace.id);
      done();
      say(thanks);
      form.focus();
    } catch (error) {
      complain(`The report was not sent: ${sentence(error.message)}${retryText(error)}`);
      if (error.status === 401) fault.replaceChildren("The report was not sent.", ...access.refusal());
      sending.disabled = false;
      field.focus();
    }
  }

  function done() {
    button.remove();
    form.hidden = false;
    form.tabIndex = -1;
    form.replaceChildren(element("p", {}, thanks));
  }
}
