// What the page says about the state of a search: how many results, problems, and what to do next.

import { say } from "./copying.js";
import { isFarFromAll } from "./facts.js";
import { sentence } from "./text.js";

const [status, linkedNote, welcome, section, locked, problemBox, problemText, problemWait] = [
  "status",
  "linked-note",
  "welcome",
  "results-section",
  "locked",
  "problem",
  "problem-text",
  "problem-wait",
].map((id) => document.getElementById(id));
/** How the embedding model of the server compares texts: by their words or by their meaning. */
const isByMeaning = document.documentElement.dataset.ranking === "meaning";
let countdown = null;

export const isProblemShown = () => !problemBox.hidden;

export function showSearching() {
  section.setAttribute("aria-busy", "true");
}

function settle() {
  section.removeAttribute("aria-busy");
  clearInterval(countdown);
  problemBox.hidden = true;
  problemText.textContent = "";
  locked.hidden = true;
}

const within = (tags) => tags.length > 0 ? ` with ${tags.join(" and ")}` : "";

export function showFound(wanted, traces) {
  settle();
  welcome.hidden = true;
  if (traces.length === 0) {
    status.textContent = wanted.tags.length > 0
      ? `No traces${within(wanted.tags)}. Remove a tag to search more traces.`
      : "No traces can be found yet: none has been seeded, or none has an embedding.";
    return;
  }
  const how = isByMeaning ? "found by meaning" : "found by words";
  status.textContent = isFarFromAll(traces)
    ? `No good match${within(wanted.tags)}. These come closest.`
    : `Best matches${within(wanted.tags)} first, ${how}.`;
}

/** Says that the only trace that was shown has been deleted. */
export function showDeleted() {
  showNothing([]);
  status.textContent = "The trace was deleted.";
}

/** Says what to do without a question. */
export function showNothing(tags) {
  settle();
  welcome.hidden = false;
  status.textContent = tags.length > 0 ? `Type a question to search the traces${within(tags)}.` : "";
}

/** Says which traces of the address are shown, do not exist, or could not be read. */
export function showLinked({ traces, missing, failed }, hasQuestion) {
  const isAlone = traces.length > 0 && !hasQuestion;
  if (isAlone) welcome.hidden = true;
  const linked = (count) => count === 1 ? "The linked trace" : `${count} linked traces`;
  linkedNote.textContent = [
    missing > 0 ? `${linked(missing)} ${missing === 1 ? "does" : "do"} not exist.` : "",
    failed > 0 ? `${linked(failed)} could not be loaded. Reload the page to try again.` : "",
    isAlone ? "Type a question to search." : "",
  ].filter(Boolean).join(" ");
  linkedNote.hidden = linkedNote.textContent === "";
}

/** Says that a search needs a token. */
export function showLocked() {
  const wasShown = !locked.hidden;
  settle();
  status.textContent = "";
  welcome.hidden = true;
  locked.hidden = false;
  // Once, not for each letter.
  if (!wasShown) say(locked.querySelector("p").textContent);
}

/** Says what went wrong; `seconds` is the time until the automatic retry, or null. */
export function showProblem(problem, seconds, hasResults) {
  settle();
  const what = {
    429: "Too many searches in the last minute.",
    503: `Search failed: ${problem.message.charAt(0).toLowerCase()}${problem.message.slice(1)}`,
  }[problem.status] ?? problem.message;
  const next = seconds === null ? "" : ` Retrying automatically in ${seconds} s.`;
  const id = problem.requestID && problem.status >= 500 && problem.status !== 503
    ? ` Request ID in the server log: ${problem.requestID}.`
    : "";
  problemBox.hidden = false;
  problemText.textContent = sentence(what) + id + next;
  problemWait.textContent = "";
  if (hasResults) status.textContent = "The previous results are shown below.";
  if (seconds === null) return;
  // Visible only. A screen reader announces the wait once.
  const end = performance.now() + seconds * 1000;
  countdown = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    problemWait.textContent = left > 0 ? `${left} s left` : "now";
  }, 250);
}

/** Clears the status after a request was refused. */
export function showRefused() {
  settle();
  status.textContent = "";
}
