// Shows the results. Each trace is a heading with a button that opens it. Its text is rendered when it is first opened.

import { inline, markdown } from "./markdown.js";
import { element, excerpt, highlighted } from "./text.js";

const list = document.getElementById("results");
/** The open traces. They stay open if the next results include them. */
const open = new Set();

// Only elements that scroll need to be reachable by keyboard. Whether they scroll depends on the width of the window.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
    if (!scrolls) ["tabindex", "role"].forEach((name) => target.removeAttribute(name));
    else Object.entries({ tabindex: "0", role: "group" }).forEach((pair) => target.setAttribute(...pair));
  }
});

/** Shows traces. `onTag` is called with the name when a tag is clicked. */
export function show(traces, terms, chosen, onTag) {
  widths.disconnect();
  // Keep the focus on a heading if its trace is among the new results.
  const focused = document.activeElement?.closest?.("#results > li")?.dataset.id;
  list.replaceChildren(...traces.map((trace) => result(trace, terms, chosen, onTag)));
  if (focused) (headings().find((button) => button.closest("li").dataset.id === focused) ?? null)?.focus();
}

/** The buttons of the headings, in order. */
export const headings = () => [...list.querySelectorAll("h3 button")];

/** Closes the button's trace. Returns whether it was open. */
export function close(button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  if (isOpen) button.click();
  return isOpen;
}

function result(trace, terms, chosen, onTag) {
  const body = element("div", { class: "body", id: `body-${trace.id}`, hidden: true });
  const summary = element("p", { class: "excerpt", dir: "auto" }, inline(excerpt(trace.context, terms), terms));
  const button = element("button", { type: "button", "aria-controls": body.id }, highlighted(trace.title, terms));
  const turn = (isOpen) => {
    button.setAttribute("aria-expanded", isOpen);
    body.hidden = !isOpen;
    summary.hidden = isOpen;
    if (isOpen) open.add(trace.id);
    else open.delete(trace.id);
    if (isOpen && !body.hasChildNodes()) body.append(...parts(trace, terms));
    if (isOpen) body.querySelectorAll(".scrolls").forEach((part) => widths.observe(part));
  };
  button.addEventListener("click", () => turn(body.hidden));
  turn(open.has(trace.id));
  return element(
    "li",
    { "data-id": trace.id },
    element("article", {}, element("h3", { dir: "auto" }, button), facts(trace), summary, body, tags()),
  );

  function tags() {
    const names = trace.tags.map((name) => {
      const isChosen = chosen.has(name);
      const label = isChosen ? `Tag ${name}: remove this filter` : `Tag ${name}: filter by this tag`;
      const chip = { type: "button", class: "chip", "aria-pressed": isChosen, "aria-label": label };
      return element("li", {}, element("button", { ...chip, click: () => onTag(name) }, name));
    });
    return element("ul", { class: "chips", "aria-label": "Tags" }, ...names);
  }
}

function facts(trace) {
  const similarity = Math.max(0, Math.min(1, trace.similarity));
  const bar = element("span", { class: "bar", "aria-hidden": "true" }, element("span", {}));
  // The content security policy allows this, unlike style attributes in HTML.
  bar.firstChild.style.setProperty("inline-size", `${Math.round(similarity * 100)}%`);
  const count = trace.confirmation_count;
  const confirmed = count === 0 ? "not confirmed yet" : `confirmed by ${count} ${count === 1 ? "user" : "users"}`;
  // Do not show the confirmations of seeded traces, because no user gave them.
  const status = trace.is_seed ? `${trace.status} seed` : `${trace.status}, ${confirmed}`;
  return element(
    "ul",
    { class: "facts" },
    element("li", {}, bar, `similarity ${trace.similarity.toFixed(2)}`),
    element("li", {}, `trust ${Number(trace.trust_score.toFixed(2))}`),
    element("li", { class: trace.status }, status),
    element("li", {}, "by ", element("bdi", {}, trace.contributor)),
  );
}

function parts(trace, terms) {
  const about = [`Contributed ${day(trace.created_at)}`];
  if (trace.updated_at !== trace.created_at) about.push(`updated ${day(trace.updated_at)}`);
  if (trace.agent_model) about.push(`solved by ${trace.agent_model} ${trace.agent_version ?? ""}`.trim());
  return [
    element("h4", {}, "Problem"),
    markdown(trace.context, terms),
    element("h4", {}, "Solution"),
    markdown(trace.solution, terms),
    element("p", { class: "hint" }, `${about.join(", ")}. ID ${trace.id}.`),
  ];
}

const day = (text) => new Date(text).toLocaleDateString("en", { year: "numeric", month: "long", day: "numeric" });
