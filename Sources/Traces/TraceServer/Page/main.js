// Connects the parts of the page: the search field, the results, the tags, the address, and the panels.

import { Access } from "./access.js";
import { Address } from "./address.js";
import { Contribute } from "./contribute.js";
import { connectKeys, go } from "./keys.js";
import { Linked } from "./linked.js";
import { noteSaved } from "./own.js";
import { headings, Results } from "./results.js";
import { Search } from "./search.js";
import { Seeding } from "./seeding.js";
import * as status from "./status.js";
import { Tags } from "./tags.js";
import { termsOf } from "./text.js";
import { forgetVotes } from "./votes.js";

const question = document.getElementById("q");
/** Whether the first result is opened when it arrives. */
let opensFirst = false;
/** Whether the focus moves to the trace that a link has opened. */
let movesToLinked = false;
let shown = { traces: [], all: null, terms: new Set() };

const view = {
  searching: status.showSearching,

  results(wanted, traces) {
    status.showFound(wanted, traces);
    show(traces, termsOf(wanted.text));
    if (opensFirst) openFirst();
  },

  more(all, hasMore) {
    if (!shown.all) tags.count(all);
    Object.assign(shown, { all, hasMore });
    results.offer(all, hasMore);
  },

  nothing() {
    tags.count(null);
    status.showNothing([...tags.chosen]);
    show([], new Set());
  },

  locked() {
    tags.count(null);
    status.showLocked();
    show([], new Set());
  },

  problem(problem, seconds) {
    opensFirst = false;
    if (problem.status !== 401) {
      status.showProblem(problem, seconds, headings().length > 0);
      return;
    }
    access.refused(problem.token);
    // An open server finds the same without a token.
    if (!access.readToken && !access.isMissing) return search.again();
    status.showRefused();
    show([], new Set());
  },
};

async function show(traces, terms) {
  const now = (shown = { traces, all: null, terms });
  render();
  if (await linked.load(absent()) && shown === now) render();
}

/** The traces of the address that are not among the results. */
function absent() {
  const ids = new Set(shown.traces.map((trace) => trace.id));
  return linked.ids.filter((id) => !ids.has(id));
}

function render() {
  const others = linked.among(absent());
  results.show(shown.traces, others.traces, shown.terms, tags.chosen, linked.ids);
  if (shown.all) results.offer(shown.all, shown.hasMore);
  status.showLinked(others, question.value.trim() !== "");
  // Without open traces that are no longer shown, and with the title of the only trace.
  address.write(state(), "same");
  const button = movesToLinked && results.heading(linked.ids.at(-1));
  if (!button) return;
  movesToLinked = false;
  go(button);
}

/** Shows the new text of a trace that its contributor has changed. */
function saved(trace, json) {
  Object.assign(trace, json);
  search.expire();
  noteSaved(trace);
  results.renew(trace);
  address.write(state(), "same");
}

/** Takes a trace away that its contributor has deleted. */
function removed({ id }) {
  search.drop(id);
  linked.drop(id);
  shown.traces = shown.traces.filter((trace) => trace.id !== id);
  shown.all &&= shown.all.filter((trace) => trace.id !== id);
  if (!results.remove(id)) {
    question.focus();
    if (!question.value.trim()) status.showDeleted();
  }
  status.showLinked(linked.among(absent()), question.value.trim() !== "");
  address.write(state(), "same");
}

function openFirst() {
  opensFirst = false;
  const button = results.openFirst();
  if (button) go(button);
}

const state = () => ({
  question: question.value,
  tags: tags.chosen,
  traces: results.open,
  title: linked.among(absent()).traces[0]?.title,
});

/** Shows what the address names. */
function restore({ question: text, tags: names, traces }) {
  question.value = text;
  tags.set(names);
  results.open = new Set(traces);
  linked.ids = traces;
  movesToLinked = traces.length > 0;
  opensFirst = false;
  search.want(text, tags.chosen, { atOnce: true });
}

/** Searches for the question in the field. */
function wanted(step, { atOnce = false, opens = false } = {}) {
  opensFirst = opens;
  movesToLinked = false;
  linked.ids = [];
  // Before the results change the same entry of the history.
  address.write(state(), step);
  search.want(question.value, tags.chosen, { atOnce });
}

const access = new Access(document.documentElement.dataset.search === "token", () => {
  forgetVotes();
  contribute.update();
  search.again();
});
const contribute = new Contribute(access);
const address = new Address(restore);
const linked = new Linked(access);
const search = new Search(view, access);
const tags = new Tags(() => wanted("done", { atOnce: true }));
const results = new Results({
  access,
  onTag: (name) => tags.toggle(name),
  onTurn: () => address.write(state(), "done"),
  linkTo: (trace) => address.linkTo(trace),
  next: () => search.next(),
  edit: (trace) =>
    contribute.edit(trace, { saved: (json) => saved(trace, json), turned: () => results.heading(trace.id)?.focus() }),
  removed,
});
const seeding = new Seeding((hasNews) => {
  tags.load();
  if (hasNews && question.value.trim()) search.again();
});

question.addEventListener("input", (event) => event.isComposing || wanted("typed"));
question.addEventListener("compositionend", () => wanted("typed"));
question.addEventListener("change", () => address.settle());
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  address.settle();
  wanted("same", { atOnce: true });
});
document.getElementById("get-token").addEventListener("click", () => access.request());
document.getElementById("retry").addEventListener("click", () => {
  question.focus();
  search.again();
});
document.getElementById("examples").addEventListener("click", (event) => {
  const example = event.target.closest("button");
  if (!example) return;
  question.value = example.textContent;
  question.focus();
  wanted("done", { atOnce: true });
});
addEventListener("online", () => status.isProblemShown() && search.again());

connectKeys(question, {
  enter() {
    if (!question.value.trim()) return;
    address.settle();
    if (search.isCurrent) openFirst();
    else wanted("same", { atOnce: true, opens: true });
  },
  clear() {
    question.value = "";
    wanted("typed");
  },
  close: (button) => results.close(button),
});

document.getElementById("no-script").remove();
restore(address.read());
seeding.look();
// Do not focus the field on phones, because the on-screen keyboard would cover the page.
if (matchMedia("(hover: hover) and (min-width: 40rem)").matches) {
  (access.isMissing ? document.getElementById("email") : question).focus({ preventScroll: true });
}
