// Asks before something that cannot be undone.

const at = (id) => document.getElementById(id);
const dialog = at("dialog");
/** Settles the question that is shown. */
let answer = () => {};

at("dialog-cancel").addEventListener("click", () => dialog.close());
at("dialog-confirm").addEventListener("click", () => {
  dialog.close();
  answer(true);
});
// Also after Escape. The event may come after the next question is shown.
dialog.addEventListener("close", () => dialog.open || answer(false));

/**
 * Asks whether to go on. The text is a string or a node. The button `cancel` has the focus, so that Enter does nothing
 * that cannot be undone.
 */
export function confirmed({ title, text, cancel, confirm }) {
  if (dialog.open) return Promise.resolve(false);
  at("dialog-title").textContent = title;
  at("dialog-text").replaceChildren(text);
  at("dialog-cancel").textContent = cancel;
  at("dialog-confirm").textContent = confirm;
  dialog.showModal();
  at("dialog-cancel").focus();
  return new Promise((resolve) => (answer = resolve));
}
