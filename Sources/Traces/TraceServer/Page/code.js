// Code blocks, and the hint and keyboard access of everything that scrolls sideways.

import { copyButton } from "./copying.js";
import { colored } from "./highlight.js";
import { element } from "./text.js";

// Whether something scrolls depends on the width of the window.
const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => update(target)));
const observed = new Set();

/** A code block with its language, a copy button and syntax colors. */
export function codeBlock(code, language, terms) {
  const name = /^[\w+#.-]{1,20}$/.test(language) && language !== "text" ? language : "";
  const content = element("code", { dir: "ltr", translate: "no" }, colored(code, name, terms));
  const caption = element(
    "figcaption",
    {},
    element("span", { class: "language" }, name || "text"),
    element("span", { class: "scroll-hint", "aria-hidden": "true" }, "scroll ↔"),
    copyButton("Copy", () => code, "Code copied"),
  );
  const pre = element("pre", { class: "scrolls", "aria-label": name ? `Code: ${name}` : "Code" }, content);
  return scrolling(pre, element("figure", { class: "code" }, caption));
}

/**
 * Puts an element that may scroll into a frame. While it scrolls sideways, the frame shows a hint and a shadow at the
 * ends where there is more.
 */
export function scrolling(target, frame = element("div", {})) {
  frame.append(element("div", { class: "edges" }, target));
  target.addEventListener("scroll", () => update(target), { passive: true });
  return frame;
}

/** Updates the hints when the width changes. */
export function observe(container) {
  for (const target of container.querySelectorAll(".scrolls")) {
    observed.add(target);
    widths.observe(target);
  }
}

/** Forgets the elements that are no longer on the page. */
export function forgetRemoved() {
  for (const target of observed) {
    if (target.isConnected) continue;
    widths.unobserve(target);
    observed.delete(target);
  }
}

function update(target) {
  const hidden = target.scrollWidth - target.clientWidth;
  const scrolls = hidden > 1 || target.scrollHeight - target.clientHeight > 1;
  // Only elements that scroll need to be reachable by keyboard.
  if (!scrolls) ["tabindex", "role"].forEach((name) => target.removeAttribute(name));
  else Object.entries({ tabindex: "0", role: "group" }).forEach((pair) => target.setAttribute(...pair));
  const position = Math.abs(target.scrollLeft);
  const classes = target.parentElement.classList;
  classes.toggle("more-before", hidden > 1 && position > 1);
  classes.toggle("more-after", hidden > 1 && position < hidden - 1);
  target.closest("figure")?.classList.toggle("is-wide", hidden > 1);
}
