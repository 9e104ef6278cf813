// What the page says about a trace in plain words: how well it matches, who vouches for it, and who wrote it.

import { element } from "./text.js";

/** If the best similarity is lower, the results have hardly anything to do with the query. */
const farAway = 0.1;
/** The lowest score of each level, relative to the best result's. */
const levels = [
  [0.8, "Strong match"],
  [0.55, "Good match"],
  [0.35, "Partial match"],
  [0, "Weak match"],
];

/** Whether no trace matches the query well. A trace with an exact term of the query matches it, whatever its words. */
export const isFarFromAll = (traces) => traces.every((trace) => trace.similarity < farAway && !hasTerm(trace));

/** Whether the score contains a bonus for exact terms, beside similarity and trust. */
const hasTerm = ({ score, similarity, trust_score: trust }) =>
  score > Math.max(0, similarity) * Math.log(2 + Math.max(0, trust)) + 1e-6;

/** The relevance of each trace of a search relative to the best one: a level from 1 to 4, and its name. */
export function relevanceOf(traces) {
  const best = Math.max(...traces.map((trace) => trace.score));
  const isFar = traces.length > 0 && isFarFromAll(traces);
  return new Map(traces.map((trace, index) => {
    const share = isFar || !(best > 0) ? 0 : trace.score / best;
    const level = levels.findIndex(([least]) => share >= least);
    const name = index === 0 && level === 0 ? "Best match" : levels.at(level)[1];
    return [trace.id, { level: levels.length - Math.max(0, level), name }];
  }));
}

/** The facts of a trace as a list. `relevance` is null for a trace that was opened by a link. */
export function facts(trace, relevance) {
  const [sign, name, text] = standing(trace);
  return element(
    "ul",
    { class: "facts", "aria-label": "About this trace" },
    element("li", {}, ...(relevance ? [meter(relevance.level), relevance.name] : ["Opened from a link"])),
    element("li", { class: name }, element("span", { class: "sign", "aria-hidden": "true" }, sign), text),
    element("li", {}, "by ", element("bdi", {}, trace.contributor)),
  );
}

function meter(level) {
  const parts = levels.map((_, index) => element("span", { class: index < level ? "on" : "" }));
  return element("span", { class: "meter", "aria-hidden": "true" }, ...parts);
}

/** What other users think of a trace: a sign, a class and a text. */
function standing(trace) {
  const users = (count) => `${count} ${count === 1 ? "user" : "users"}`;
  // A seeded trace starts with a trust score of 1, and its confirmations do not come from users.
  if (trace.trust_score < (trace.is_seed ? 1 : 0)) return ["!", "disputed", "Disputed more often than confirmed"];
  if (trace.is_seed) return ["✓", "validated", "From the curated collection"];
  const count = trace.confirmation_count;
  if (trace.status === "validated") return ["✓", "validated", `Confirmed by ${users(count)}`];
  return ["", "pending", count === 0 ? "Not confirmed yet" : `Confirmed by ${users(count)} so far`];
}

/** A date in words. */
export const day = (text) =>
  new Date(text).toLocaleDateString("en", { year: "numeric", month: "long", day: "numeric" });
