// The subset of Markdown that traces use: fenced code, lists, tables, headings, quotes, and inline code, emphasis and
// links. It reads each line once with limited lookahead, so that no text of 50,000 characters takes long.

import { codeBlock, scrolling } from "./code.js";
import { addressAt, labeledLink, link, markdownLinkAt, safeURL } from "./links.js";
import { element, highlighted } from "./text.js";

const fence = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/;
const heading = /^(#{1,6})\s+(.*)$/;
const item = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const quote = /^\s*>\s?(.*)$/;
const row = /^\s*\|.*\|\s*$/;
const ruler = /^\s*\|(\s*:?-+:?\s*\|)+\s*$/;
/** The maximum nesting of quotes and of emphasis. */
const deepest = 3;

/** Converts blocks of Markdown to elements. */
export function markdown(text, terms, depth = 0) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const fragment = document.createDocumentFragment();
  let at = 0;
  const take = (pattern) => {
    const matches = [];
    for (let match; at < lines.length && (match = lines[at].match(pattern)); at += 1) matches.push(match);
    return matches;
  };
  while (at < lines.length) {
    const line = lines[at];
    let match;
    if (line.trim() === "") {
      at += 1;
    } else if ((match = line.match(fence))) {
      at += 1;
      const code = [];
      const closes = new RegExp(`^\\s*${match[2][0]}{${match[2].length},}\\s*$`);
      while (at < lines.length && !closes.test(lines[at])) {
        const indent = lines[at].match(/^\s*/)[0].length;
        code.push(lines[at].slice(Math.min(match[1].length, indent)));
        at += 1;
      }
      at += 1;
      fragment.append(codeBlock(code.join("\n"), match[3].trim(), terms));
    } else if ((match = line.match(heading))) {
      at += 1;
      // The page itself uses the higher levels.
      fragment.append(element("h5", { dir: "auto" }, inline(match[2], terms)));
    } else if (row.test(line) && ruler.test(lines[at + 1] ?? "")) {
      const [head, , ...rest] = take(row).map((found) => cells(found[0]));
      fragment.append(table(head, rest, terms));
    } else if (depth < deepest && quote.test(line)) {
      const inner = take(quote).map((found) => found[1]).join("\n");
      fragment.append(element("blockquote", {}, markdown(inner, terms, depth + 1)));
    } else if ((match = line.match(item))) {
      fragment.append(list(lines, () => at, (next) => (at = next), /\d/.test(match[2]), terms));
    } else {
      const paragraph = [line];
      at += 1;
      while (at < lines.length && !startsBlock(lines[at])) paragraph.push(lines[at++]);
      fragment.append(element("p", { dir: "auto" }, inline(paragraph.join("\n"), terms)));
    }
  }
  return fragment;
}

function startsBlock(line) {
  return line.trim() === "" || [fence, heading, item, quote].some((pattern) => pattern.test(line));
}

function list(lines, position, move, isOrdered, terms) {
  const made = element(isOrdered ? "ol" : "ul", {});
  const first = Number.parseInt(lines[position()].trim(), 10);
  if (isOrdered && first !== 1) made.setAttribute("start", first);
  let at = position();
  for (let match; at < lines.length && (match = lines[at].match(item)) && /\d/.test(match[2]) === isOrdered;) {
    const text = [match[3]];
    at += 1;
    // Indented lines continue the item.
    while (at < lines.length && /^\s+\S/.test(lines[at]) && !startsBlock(lines[at])) text.push(lines[at++].trim());
    made.append(element("li", { dir: "auto" }, inline(text.join(" "), terms)));
    // Skip a blank line between two items.
    if (lines[at]?.trim() === "" && item.test(lines[at + 1] ?? "")) at += 1;
  }
  move(at);
  return made;
}

function cells(line) {
  const parts = line.trim().slice(1, -1).match(/(`[^`]*`|\\\||[^|])+|(?=\|\|)/g) ?? [];
  return parts.map((part) => part.trim().replaceAll("\\|", "|"));
}

function table(head, rows, terms) {
  const line = (texts, name) =>
    element("tr", {}, ...texts.map((text) => element(name, { dir: "auto" }, inline(text, terms))));
  const made = element("table", {}, element("thead", {}, line(head, "th")));
  made.append(element("tbody", {}, ...rows.map((texts) => line(texts, "td"))));
  return scrolling(element("div", { class: "scrolls", "aria-label": "Table" }, made));
}

const special = /[`*\\]|!?\[|https?:\/\//g;
const emphasisReach = 500;

/** Converts inline Markdown to nodes. A label of a link contains no links. */
export function inline(text, terms, depth = 0, isLabel = false) {
  const fragment = document.createDocumentFragment();
  let start = 0;
  const plain = (end) => fragment.append(highlighted(text.slice(start, end), terms));
  // Replaces a range of the text with an element.
  const put = (from, to, node) => {
    plain(from);
    fragment.append(node);
    start = to;
    special.lastIndex = to;
  };
  special.lastIndex = 0;
  for (let match; (match = special.exec(text));) {
    const at = match.index;
    if (match[0] === "\\") {
      if ("`*".includes(text[at + 1] ?? " ")) put(at, at + 2, text[at + 1]);
    } else if (match[0] === "`") {
      const ticks = text.slice(at).match(/^`+/)[0];
      const end = text.indexOf(ticks, at + ticks.length);
      if (end < 0) special.lastIndex = at + ticks.length;
      else put(at, end + ticks.length, code(text.slice(at + ticks.length, end), terms));
    } else if (match[0] === "*") {
      const stars = text.startsWith("**", at) ? "**" : "*";
      const end = depth < deepest ? closing(text, at, stars) : -1;
      if (end < 0) {
        special.lastIndex = at + stars.length;
      } else {
        const inner = text.slice(at + stars.length, end);
        // The recursive call uses the same pattern, so restore its position.
        const node = element(stars === "**" ? "strong" : "em", {}, inline(inner, terms, depth + 1, isLabel));
        put(at, end + stars.length, node);
      }
    } else if (isLabel) {
      continue;
    } else if (match[0].endsWith("[")) {
      const found = markdownLinkAt(text, at);
      if (!found) continue;
      const node = labeledLink(found.url, found.label, inline(found.label, terms, depth, true));
      // The recursive call uses the same pattern.
      special.lastIndex = at + found.length;
      if (node) put(at, at + found.length, node);
    } else {
      const address = addressAt(text, at);
      const end = at + address.length;
      // What is not a safe link stays text as a whole, even if it contains another address.
      special.lastIndex = end;
      const isPart = /[\p{L}\p{N}:]/u.test(text[at - 1] ?? " ");
      const url = isPart ? null : safeURL(address);
      if (!url) continue;
      const isBracketed = at > start && text[at - 1] === "<" && text[end] === ">";
      if (isBracketed) put(at - 1, end + 1, link(url, address));
      else put(at, end, link(url, address));
    }
  }
  plain(text.length);
  return fragment;
}

/** The end of the emphasis; -1 if the asterisks are literal. */
function closing(text, at, stars) {
  const before = text[at - 1] ?? " ";
  const after = text[at + stars.length] ?? " ";
  if (/\s|\*/.test(after) || /[\p{L}\p{N}]/u.test(before)) return -1;
  const reach = Math.min(text.length, at + emphasisReach);
  for (let end = text.indexOf(stars, at + stars.length + 1); end > 0 && end < reach;) {
    const next = text[end + stars.length] ?? " ";
    if (!/\s/.test(text[end - 1]) && !/[\p{L}\p{N}*]/u.test(next)) return end;
    end = text.indexOf(stars, end + 1);
  }
  return -1;
}

function code(text, terms) {
  const isPadded = text.startsWith(" ") && text.endsWith(" ") && text.trim() !== "";
  return element("code", { dir: "ltr", translate: "no" }, highlighted(isPadded ? text.slice(1, -1) : text, terms));
}
