// Renders the texts of traces. They are never parsed as HTML. They become text nodes, safe links (links.js) and a few
// plain elements.

/** Creates an element. A property that is a function becomes an event listener. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (typeof value !== "boolean" || key.startsWith("aria-")) made.setAttribute(key, value);
    else made.toggleAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const common = new Set(
  ("a about after all already also although an and any are as at be because been before behind between but by can cannot could did do does don each every for from get " +
    "had has have how i if in into is it its just me my no not of on one only or our out over so some than that " +
    "the their them then there these they this to too up use used using was we were what when where which while " +
    "who why will with without you your").split(" "),
);

/** The common prefix of the forms of a word, so that "restarting" highlights "restarts". */
function stem(word) {
  const lower = word.toLowerCase();
  if (lower.length < 5) return lower.length > 3 && /[^s]s$/.test(lower) ? lower.slice(0, -1) : lower;
  return lower.replace(/ies$/, "y").replace(/(ings?|ed|es|e|s)$/, "");
}

/** The words of a query that are highlighted. */
export function termsOf(question) {
  const words = question.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const telling = words.filter((word) => word.length > 1 && !common.has(word.toLowerCase()));
  return new Set(telling.map(stem));
}

// Invisible and bidirectional control characters, which can make code look different from what it is.
const unseen = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/u;
/** The maximum number of highlights in a text. */
const mostMarks = 300;
export const budget = () => ({ left: mostMarks });

/**
 * A text with highlighted terms and visible control characters.
 *
 * @param marks counts the highlights that are left, for texts that are rendered in parts
 */
export function highlighted(text, terms, marks = budget()) {
  const fragment = document.createDocumentFragment();
  let start = 0;
  const found = new RegExp(`[\\p{L}\\p{N}_]+|${unseen.source}`, "gu");
  for (const match of text.matchAll(found)) {
    const isUnseen = match[0].length === 1 && match[0].search(unseen) === 0;
    if (!isUnseen && !(marks.left > 0 && terms.has(stem(match[0])))) continue;
    fragment.append(text.slice(start, match.index));
    if (isUnseen) {
      const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      fragment.append(element("span", { class: "unseen" }, `U+${code}`));
    } else {
      marks.left -= 1;
      fragment.append(element("mark", {}, match[0]));
    }
    start = match.index + match[0].length;
  }
  fragment.append(text.slice(start));
  return fragment;
}

/** The excerpt of a text's prose that contains the most terms. It neither starts nor ends inside inline code. */
export function excerpt(text, terms, length = 280) {
  const prose = withoutCode(text).replace(/`[^`\n]+`/g, (code) => code.replaceAll(" ", glue));
  const sentences = prose.split(/(?<=[.!?:])\s+|\n+/).map((part) => part.trim()).filter(Boolean);
  const parts = sentences.length > 0 ? sentences.slice(0, 200) : [text.trim()];
  const worth = (part) =>
    new Set((part.slice(0, 1000).match(/[\p{L}\p{N}_]+/gu) ?? []).map(stem).filter((word) => terms.has(word))).size;
  const values = parts.map(worth);
  let from = Math.max(0, values.indexOf(Math.max(...values)));
  // Extend an excerpt at the end of a text backward, so that it is not too short.
  while (from > 0 && parts.slice(from).join(" ").length < length / 2) from -= 1;
  const chosen = parts.slice(from).join(" ");
  const cut = chosen.length > length ? `${upTo(chosen, length)} …` : chosen;
  return (from > 0 ? `… ${cut}` : cut).replaceAll(glue, " ").replace(/…(\s+…)+/g, "…");
}

/** Stands for a space that is no place to cut. */
const glue = "\ue000";

function withoutCode(text) {
  let isCode = false;
  const lines = [];
  for (const line of text.split("\n")) {
    if (/^ *(```|~~~)/.test(line)) {
      isCode = !isCode;
      if (isCode) lines.push("…");
    } else if (!isCode) lines.push(line);
  }
  return lines.join("\n");
}

function upTo(text, length) {
  const space = text.lastIndexOf(" ", length);
  if (space > length / 2) return text.slice(0, space);
  // Do not split a surrogate pair or inline code.
  const start = text.slice(0, /[\ud800-\udbff]/.test(text[length - 1]) ? length - 1 : length);
  const code = start.split("`").length % 2 === 0 ? start.lastIndexOf("`") : -1;
  if (code > 0) return start.slice(0, code).trimEnd();
  return code === 0 ? start + "`" : start;
}

/** A message as a sentence: with a capital letter and a full stop. */
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
