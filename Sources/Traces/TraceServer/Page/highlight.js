// Colors code: splits it into tokens and renders them as text in spans.

import { languages } from "./languages.js";
import { budget, element, highlighted } from "./text.js";

/** Longer code is not colored, because each token is an element. */
const longest = 20_000;
const compiled = new Map();

/** Code as nodes. Without a known language it is plain text. */
export function colored(code, language, terms) {
  const fragment = document.createDocumentFragment();
  const marks = budget();
  for (const [kind, text] of tokens(code, language)) {
    const content = highlighted(text, terms, marks);
    fragment.append(kind ? element("span", { class: `t-${kind}` }, content) : content);
  }
  return fragment;
}

/** The tokens of a code: pairs of a kind, or null, and the text. Together they are the code. */
export function tokens(code, language) {
  const rules = languages.get(language.toLowerCase());
  if (!rules || code.length > longest) return [[null, code]];
  if (!compiled.has(rules)) compiled.set(rules, compile(rules));
  const { pattern, kinds, words } = compiled.get(rules);
  const found = [];
  let start = 0;
  for (const match of code.matchAll(pattern)) {
    const group = kinds.findIndex((_, index) => match.groups[`k${index}`] !== undefined);
    const kind = kinds[group] === "word" ? kindOf(match[0], code[match.index + match[0].length]) : kinds[group];
    if (!kind || kind === "plain" || match[0] === "") continue;
    if (match.index > start) found.push([null, code.slice(start, match.index)]);
    found.push([kind, match[0]]);
    start = match.index + match[0].length;
  }
  if (start < code.length) found.push([null, code.slice(start)]);
  return found;

  function kindOf(word, next) {
    return words.get(rules.ignoresCase ? word.toLowerCase() : word) ??
      (rules.callables && next === "(" ? "name" : null);
  }
}

function compile({ rules, words = {}, ignoresCase = false }) {
  // A back reference by number would count the groups of the other rules.
  const sources = rules.map(([, rule], index) => `(?<k${index}>${rule.source})`);
  return {
    pattern: new RegExp(sources.join("|"), ignoresCase ? "gim" : "gm"),
    kinds: rules.map(([kind]) => kind),
    words: new Map(Object.entries(words).flatMap(([kind, list]) => list.split(" ").map((word) => [word, kind]))),
  };
}
