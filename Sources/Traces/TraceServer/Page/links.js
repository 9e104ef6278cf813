// Decides which addresses in the texts of traces become links. All others stay text.

import { element } from "./text.js";

const longest = 2000;
/** A label like `https://…` or `www.…`, which a reader takes for the target. */
const posesAsAddress = /:\/\/|^\s*www\./i;
/** The scripts of host names beside Latin. The letters of a whole host belong to one of them, so that "pаypal" is not a link. */
const scripts = [
  "Cyrillic",
  "Greek",
  "Armenian",
  "Georgian",
  "Hebrew",
  "Arabic",
  "Devanagari",
  "Thai",
  "Hangul",
  "Han",
].map((script) => new RegExp(`^[\\p{Script=${script}}0-9.-]+$`, "u"));

/**
 * The URL of an address that cannot mislead: http or https, without user information, and with a host that the browser
 * opens as written. Otherwise null.
 */
export function safeURL(address) {
  const authority = address.match(/^https?:\/\/([^/?#]*)/)?.[1];
  if (!authority || address.length > longest || /[@\\]/.test(authority)) return null;
  if (/[\s\\\p{Cc}\p{Cf}]/u.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  return isPlain(authority.replace(/:\d{1,5}$/, ""), url.hostname) ? url : null;
}

/** Whether a host is what it looks like. `parsed` is the host that the browser connects to. */
function isPlain(host, parsed) {
  if (/^[\x21-\x7e]+$/.test(host)) return host.toLowerCase() === parsed && !/(^|\.)xn--/.test(parsed);
  if (host.normalize("NFKC") !== host) return false;
  // Of the other Latin letters only those with accents, because letters such as "ɡ" and "ı" look like others.
  const isLatin = /^[a-z0-9.-]+$/i.test(host.normalize("NFD").replace(/\p{Mn}/gu, ""));
  return isLatin || scripts.some((script) => script.test(host));
}

/** A link whose text is the whole address. */
export function link(url, address) {
  return anchor(url, "ltr", address);
}

/** A link with a label and the host that it leads to; null if the label pretends to be another address. */
export function labeledLink(url, label, content) {
  if (posesAsAddress.test(label)) {
    return label.trim() === url.href || `${label.trim()}/` === url.href ? link(url, label.trim()) : null;
  }
  return anchor(url, "auto", content, element("span", { class: "host", dir: "ltr" }, ` (${url.host})`));
}

function anchor(url, dir, ...content) {
  return element("a", { href: url.href, rel: "noopener noreferrer nofollow ugc", dir }, ...content);
}

const markdownLink =
  /(!?)\[([^[\]\n]{1,300})\]\(\s*<?([^\s()<>]{1,2000}(?:\([^\s()<>]{0,500}\)[^\s()<>]{0,500})?)>?(?:\s+"[^"\n]{0,300}")?\s*\)/y;

/** The Markdown link or image at a position: its length, label and safe URL. Null if there is none. */
export function markdownLinkAt(text, at) {
  markdownLink.lastIndex = at;
  const match = markdownLink.exec(text);
  const url = match && safeURL(match[3]);
  if (!url) return null;
  // Images of other sites are not loaded.
  return { length: match[0].length, label: match[1] ? `Image: ${match[2]}` : match[2], url };
}

/** The address at a position, without the punctuation that follows it. */
export function addressAt(text, at) {
  const found = text.slice(at, at + longest + 1).match(/^[^\s<>"'`]+/)[0];
  let end = found.length;
  while (/[.,;:!?)\]*]/.test(found[end - 1])) {
    // A closing parenthesis belongs to the address if it contains the opening one.
    if (found[end - 1] === ")" && count(found.slice(0, end), "(") >= count(found.slice(0, end), ")")) break;
    end -= 1;
  }
  return found.slice(0, end);
}

const count = (text, sign) => text.split(sign).length - 1;
