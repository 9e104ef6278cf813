// Copies text, and tells screen readers about it.

import { element } from "./text.js";

const said = document.getElementById("said");

/** Announces a short message to screen readers. */
export function say(text) {
  said.textContent = "";
  // A live region announces a repeated text only if it was empty in between.
  requestAnimationFrame(() => (said.textContent = text));
}

/** Copies a text. Returns whether it succeeded. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

/** Without HTTPS there is no clipboard API. */
function copiedFromField(text) {
  const focused = document.activeElement;
  const field = element("textarea", { class: "hidden", readonly: true, "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    focused?.focus({ preventScroll: true });
  }
}

/** A button that copies the text that `content` returns. */
export function copyButton(label, content, message) {
  const button = element("button", { type: "button", class: "quiet copy" }, label);
  let timer = null;
  button.addEventListener("click", async () => {
    const isCopied = await copied(content());
    button.textContent = isCopied ? "Copied" : "Copy failed";
    say(isCopied ? message : "Copy failed");
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), 2000);
  });
  return button;
}
