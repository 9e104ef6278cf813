// Contributing a trace.

import { stored } from "./access.js";
import { observe } from "./code.js";
import { markdown } from "./markdown.js";
import { Panel } from "./panel.js";
import { ask } from "./service.js";
import { asTag } from "./tags.js";
import { element, sentence } from "./text.js";

const at = (id) => document.getElementById(id);
const key = "trace-server-draft";
const names = ["title", "context", "solution", "tags"];
const missing = {
  title: "Enter a title, worded as you would search for it.",
  context: "Describe the problem.",
  solution: "Describe the solution.",
  tags: "Enter at least one tag.",
};
const mostTags = 20;

export class Contribute {
  #access;
  #panel = new Panel(at("contribute-toggle"), at("contribute"));

  /** @param access the token, and the panel to get one */
  constructor(access) {
    this.#access = access;
    const draft = stored(() => JSON.parse(sessionStorage.getItem(key))) ?? {};
    for (const name of names) {
      const field = this.#field(name);
      field.value = draft[name] ?? "";
      field.addEventListener("input", () => {
        this.#mark(name, "");
        this.#keep();
      });
    }
    at("contribute-toggle").addEventListener("click", () => {
      if (!this.#panel.isOpen) return;
      this.update();
      this.#field("title").focus();
    });
    at("contribute-token").addEventListener(
      "click",
      () => this.#access.request("You need a token to contribute. Your draft is kept."),
    );
    at("contribute-form").addEventListener("submit", (event) => this.#send(event));
    at("contribute-preview").addEventListener("click", () => this.#turnPreview(at("preview").hidden));
  }

  /** Shows whether a token is missing. */
  update() {
    at("contribute-locked").hidden = this.#access.token !== null;
  }

  #field(name) {
    return at(`contribute-${name}`);
  }

  /** The draft survives a reload, but not the tab. */
  #keep() {
    const draft = Object.fromEntries(names.map((name) => [name, this.#field(name).value]));
    stored(() => sessionStorage.setItem(key, JSON.stringify(draft)));
  }

  #mark(name, text) {
    const fault = at(`contribute-${name}-fault`);
    fault.textContent = text;
    fault.hidden = !text;
    if (text) this.#field(name).setAttribute("aria-invalid", "true");
    else this.#field(name).removeAttribute("aria-invalid");
  }

  #turnPreview(isShown) {
    at("preview").hidden = !isShown;
    at("contribute-preview").setAttribute("aria-expanded", isShown);
    if (!isShown) return;
    const text = (name) => this.#field(name).value.trim() || "(empty)";
    at("preview").replaceChildren(
      element("h3", { dir: "auto" }, text("title")),
      element("h4", {}, "Problem"),
      markdown(text("context"), new Set()),
      element("h4", {}, "Solution"),
      markdown(text("solution"), new Set()),
    );
    observe(at("preview"));
  }

  async #send(event) {
    event.preventDefault();
    at("contribute-done").hidden = true;
    this.#complain("");
    if (!this.#access.token) return at("contribute-token").click();
    const body = this.#checked();
    if (!body) return;
    const button = at("contribute-send");
    button.disabled = true;
    try {
      const { json } = await ask("api/v1/traces", { body, token: this.#access.token });
      this.#done(json);
    } catch (error) {
      this.#fail(error);
    } finally {
      button.disabled = false;
    }
  }

  /** The fields of a request; null if one is invalid. */
  #checked() {
    const body = Object.fromEntries(names.map((name) => [name, this.#field(name).value.trim()]));
    const faults = names.filter((name) => body[name] === "").map((name) => [name, missing[name]]);
    const tags = body.tags.split(",").filter((text) => text.trim() !== "");
    const invalid = tags.find((text) => !asTag(text));
    if (invalid) {
      faults.push(["tags", `"${invalid.trim()}" is no tag. A tag can contain only letters, digits and . + # -`]);
    } else if (tags.length > mostTags) {
      faults.push(["tags", `Enter at most ${mostTags} tags.`]);
    }
    this.#show(faults);
    return faults.length > 0 ? null : { ...body, tags: [...new Set(tags.map(asTag))] };
  }

  /** Marks the invalid fields and moves to the first. */
  #show(faults) {
    for (const name of names) this.#mark(name, "");
    for (const [name, text] of faults) this.#mark(name, text);
    if (faults.length > 0) this.#field(faults[0][0]).focus();
  }

  #done(trace) {
    for (const name of names) this.#field(name).value = "";
    stored(() => sessionStorage.removeItem(key));
    this.#turnPreview(false);
    at("contribute-done").hidden = false;
    at("contribute-done").replaceChildren(
      element("strong", {}, "Thank you. "),
      trace.is_provisional
        ? "Your searches find the trace. Others find it when it has been confirmed. "
        : "Searches find the trace now. ",
      element("a", { href: `#trace=${trace.id}` }, "Open it"),
    );
    at("contribute-done").focus();
  }

  #fail(error) {
    if (error.status === 401) return this.#access.refused();
    // A field such as tags.0 or tags[0] belongs to tags.
    const faults = error.fields.map(({ field, message }) => [field.match(/^\w+/)?.[0], sentence(message)])
      .filter(([name]) => names.includes(name));
    if (faults.length > 0) return this.#show(faults);
    if (error.kind === "near-duplicate") {
      this.#complain("A trace says nearly the same. Confirm it, or contribute what differs. Your draft is kept.");
    } else {
      const wait = error.retryAfter ? ` Retry in ${error.retryAfter} s.` : "";
      this.#complain(`The trace was not contributed: ${error.message.replace(/\.?$/, ".")}${wait} Your draft is kept.`);
    }
    const similar = existingTrace(error.json);
    if (similar) {
      at("contribute-fault").append(" ", element("a", { href: `#trace=${similar}` }, "Open the existing trace"));
    }
  }

  #complain(text) {
    at("contribute-fault").textContent = text;
    at("contribute-fault").hidden = !text;
  }
}

/** The ID of the trace that a refusal points to. */
function existingTrace(json) {
  const texts = Object.entries(json ?? {}).filter(([name, value]) =>
    name !== "request_id" && typeof value === "string"
  );
  const ids = texts.map(([, text]) => text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/)?.[0]);
  return ids.find(Boolean) ?? null;
}
