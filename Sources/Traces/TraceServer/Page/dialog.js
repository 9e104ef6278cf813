// Asks before something that cannot be undone.

const at = (id) => document.getElementById(id);
const dialog = at("dialog");

at("dialog-cancel").addEventListener("click", () => dialog.close());
at("dialog-confirm").addEventListener("click", () => dialog.close("confirmed"));

/** Asks whether to go on. The button `cancel` has the focus, so that Enter does nothing that cannot be undone. */
export function confirmed({ title, text, cancel, confirm }) {
  if (dialog.open) return Promise.resolve(false);
  at("dialog-title").textContent = title;
  at("dialog-text").textContent = text;
  at("dialog-cancel").textContent = cancel;
  at("dialog-confirm").textContent = confirm;
  dialog.returnValue = "";
  dialog.showModal();
  at("dialog-cancel").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirmed"), { once: true });
  });
}
