// Connects the parts of the page: the search field, keyboard shortcuts, the URL, and status messages.

import { Access } from "./access.js";
import { close, headings, show } from "./results.js";
import { Search } from "./search.js";
import { Seeding } from "./seeding.js";
import { Tags } from "./tags.js";
import { termsOf } from "./text.js";

const [question, status, welcome, section, problemBox, problemText, problemWait, retry] = [
  "q",
  "status",
  "welcome",
  "results-section",
  "problem",
  "problem-text",
  "problem-wait",
  "retry",
].map((id) => document.getElementById(id));

/** If the best similarity is lower, the results have hardly anything to do with the query. */
const farAway = 0.1;
let countdown = null;

function noProblem() {
  clearInterval(countdown);
  problemBox.hidden = true;
  problemText.textContent = "";
}

const view = {
  searching() {
    section.setAttribute("aria-busy", "true");
  },

  results(wanted, traces) {
    section.removeAttribute("aria-busy");
    noProblem();
    welcome.hidden = true;
    show(traces, termsOf(wanted.text), tags.chosen, (name) => tags.toggle(name));
    const within = wanted.tags.length > 0 ? ` with ${wanted.tags.join(" and ")}` : "";
    const best = Math.max(...traces.map((trace) => trace.similarity));
    if (traces.length === 0) {
      status.textContent = within
        ? `No traces${within}. Remove a tag to search more traces.`
        : "No traces can be found yet: none has been seeded, or none has an embedding.";
    } else {
      const count = traces.length === 1 ? "1 trace" : `${traces.length} traces`;
      const far = best < farAway ? "No good match. The nearest: " : "";
      status.textContent = `${far}${count}${within}, by similarity and trust, best match first.`;
    }
  },

  nothing() {
    section.removeAttribute("aria-busy");
    noProblem();
    show([], new Set(), tags.chosen, () => {});
    welcome.hidden = false;
    status.textContent = tags.chosen.size > 0
      ? `Type a question to search the traces with ${[...tags.chosen].join(" and ")}.`
      : "";
  },

  problem(problem, seconds) {
    section.removeAttribute("aria-busy");
    noProblem();
    if (problem.status === 401) {
      show([], new Set(), tags.chosen, () => {});
      status.textContent = "";
      access.refused();
      return;
    }
    const what = {
      429: "Too many searches in the last minute.",
      503: "Search failed: " + lowerFirst(problem.message),
    }[problem.status] ?? sentence(problem.message);
    const next = seconds === null ? "" : ` Retrying automatically in ${seconds} s.`;
    const id = problem.requestID && problem.status >= 500 && problem.status !== 503
      ? ` Request ID in the server log: ${problem.requestID}.`
      : "";
    problemBox.hidden = false;
    problemText.textContent = sentence(what) + id + next;
    problemWait.textContent = "";
    if (headings().length > 0) status.textContent = "The previous results are shown below.";
    if (seconds === null) return;
    // Visible only. A screen reader announces the wait once.
    const end = performance.now() + seconds * 1000;
    countdown = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      problemWait.textContent = left > 0 ? `${left} s left` : "now";
    }, 250);
  },
};

const sentence = (text) => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
};
const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);

// The URL contains the query and the tags, so that searches can be shared and survive a reload. They are in the
// fragment, so that they do not appear in server logs.
function writeAddress() {
  const text = question.value.trim();
  const parts = new URLSearchParams([...(text ? [["q", text]] : []), ...[...tags.chosen].map((tag) => ["tag", tag])]);
  const target = `#${parts}`;
  if (location.hash !== target && (location.hash || parts.size > 0)) history.replaceState(null, "", target);
  document.title = text ? `${text} – Trace search` : "Trace search";
}

function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  question.value = (parts.get("q") ?? "").slice(0, 2000);
  tags.set(parts.getAll("tag"));
  search.want(question.value, tags.chosen, { atOnce: true });
  writeAddress();
}

function wanted(options) {
  search.want(question.value, tags.chosen, options);
  writeAddress();
}

const access = new Access(document.documentElement.dataset.search === "token", () => search.again());
const search = new Search(view, () => access.token);
const tags = new Tags(() => wanted({ atOnce: true }));
const seeding = new Seeding((hasNews) => {
  tags.load();
  if (hasNews && question.value.trim()) search.again();
});

question.addEventListener("input", (event) => event.isComposing || wanted());
question.addEventListener("compositionend", () => wanted());
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  wanted({ atOnce: true });
});
retry.addEventListener("click", () => {
  question.focus();
  search.again();
});
document.getElementById("examples").addEventListener("click", (event) => {
  const example = event.target.closest("button");
  if (!example) return;
  question.value = example.textContent;
  question.focus();
  wanted({ atOnce: true });
});
addEventListener("hashchange", readAddress);
addEventListener("online", () => problemBox.hidden || search.again());

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement;
  const isField = here?.matches?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "/" && !isField) {
    event.preventDefault();
    question.focus();
    question.select();
    return;
  }
  const buttons = headings();
  const index = buttons.indexOf(here);
  const inResult = here?.closest?.("#results > li");
  if (here === question) {
    if (event.key === "ArrowDown" && buttons.length > 0) go(buttons[0]);
    else if (event.key === "Escape" && question.value) {
      question.value = "";
      wanted();
    } else return;
  } else if (index >= 0 && moves[event.key]) {
    go(moves[event.key](buttons, index) ?? question);
  } else if (inResult && event.key === "Escape") {
    const heading = inResult.querySelector("h3 button");
    if (close(heading)) go(heading);
    else go(question);
  } else return;
  event.preventDefault();
});

const moves = {
  ArrowDown: (buttons, index) => buttons[Math.min(index + 1, buttons.length - 1)],
  ArrowUp: (buttons, index) => buttons[index - 1],
  Home: (buttons) => buttons[0],
  End: (buttons) => buttons.at(-1),
};

function go(target) {
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

document.getElementById("no-script").remove();
readAddress();
seeding.look();
// Do not focus the field on phones, because the on-screen keyboard would cover the page.
if (matchMedia("(hover: hover) and (min-width: 40rem)").matches) {
  const asks = !document.getElementById("access").hidden;
  (asks ? document.getElementById("email") : question).focus({ preventScroll: true });
}
