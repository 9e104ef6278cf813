// The panels above the search, each with the button that shows it. At most one is open.

const panels = new Set();

export class Panel {
  #button;
  #element;

  constructor(button, panel) {
    this.#button = button;
    this.#element = panel;
    panels.add(this);
    button.addEventListener("click", () => this.turn(!this.isOpen));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      this.turn(false);
      button.focus();
    });
  }

  static get isAnyOpen() {
    return [...panels].some((panel) => panel.isOpen);
  }

  get isOpen() {
    return !this.#element.hidden;
  }

  turn(isOpen) {
    if (isOpen) { for (const other of panels) if (other !== this && other.isOpen) other.turn(false); }
    this.#element.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", isOpen);
  }
}
