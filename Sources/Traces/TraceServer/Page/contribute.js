// Contributing a trace, and changing one in the same form.

import { stored } from "./access.js";
import { observe } from "./code.js";
import { markdown } from "./markdown.js";
import { reviewed } from "./own.js";
import { Panel } from "./panel.js";
import { ask, retryText } from "./service.js";
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
  /** The trace that is changed, what the form contained before a change, and what to call afterward; or null. */
  #edited = null;
  #isSending = false;
  #panel = new Panel(at("contribute-toggle"), at("contribute"));

  /** @param access the token, and the panel to get one */
  constructor(access) {
    this.#access = access;
    this.#fillDraft();
    for (const name of names) {
      const field = this.#field(name);
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
      () =>
        this.#access.request(
          this.#edited
            ? "You need a token to change a trace. Your changes are kept."
            : "You need a token to contribute. Your draft is kept.",
        ),
    );
    at("contribute-cancel").addEventListener("click", () => this.#end().turned());
    at("contribute-form").addEventListener("submit", (event) => this.#send(event));
    // Unlike a draft, changes are not kept.
    addEventListener("beforeunload", (event) => {
      if (this.#edited && this.#edited.text !== this.#text) event.preventDefault();
    });
    at("contribute-preview").addEventListener("click", () => this.#turnPreview(at("preview").hidden));
  }

  /** Shows whether a token is missing. */
  update() {
    at("contribute-locked").hidden = this.#access.token !== null;
    at("contribute-locked").firstElementChild.textContent = this.#edited
      ? "You need a token to change a trace."
      : "You need a token to contribute. You can write first: your draft is kept in this tab.";
  }

  /**
   * Opens the form to change a trace of the user.
   *
   * @param actions `saved(json)`, called with the new trace, and `turned()`, which moves the focus back to the trace
   */
  edit(trace, actions) {
    this.#panel.turn(true);
    at("contribute").scrollIntoView({ block: "start" });
    const old = this.#edited;
    if (old && old.trace !== trace && old.text !== this.#text) {
      this.#complain("Save or cancel these changes first.");
      at("contribute-send").focus();
      return;
    }
    this.#edited = { trace, actions, agent: agentOf(trace) };
    for (const name of names) {
      const value = trace[name];
      this.#field(name).value = Array.isArray(value) ? value.join(", ") : value;
    }
    this.#edited.text = this.#text;
    this.#show([]);
    this.#label();
    this.#field("title").focus();
    // Show the beginning of a long title.
    this.#field("title").setSelectionRange(0, 0);
    this.#field("title").scrollLeft = 0;
  }

  /** Ends a change, and returns to the draft of a new trace. Returns the actions of the change. */
  #end() {
    const { actions } = this.#edited;
    this.#edited = null;
    this.#fillDraft();
    this.#show([]);
    this.#complain("");
    this.#label();
    this.#panel.turn(false);
    return actions;
  }

  /** Names what the form does. */
  #label() {
    const isEdit = this.#edited !== null;
    at("contribute-heading").textContent = isEdit ? "Edit your trace" : "Contribute a trace";
    at("contribute-send").textContent = isEdit ? "Save changes" : "Contribute";
    at("contribute-edited").hidden = !isEdit;
    at("contribute-cancel").hidden = !isEdit;
    at("contribute-done").hidden = true;
    this.#turnPreview(false);
    this.update();
  }

  get #text() {
    return JSON.stringify(names.map((name) => this.#field(name).value));
  }

  #fillDraft() {
    const draft = stored(() => JSON.parse(sessionStorage.getItem(key))) ?? {};
    for (const name of names) this.#field(name).value = draft[name] ?? "";
  }

  #field(name) {
    return at(`contribute-${name}`);
  }

  /** The draft survives a reload, but not the tab. Changes of a trace do not replace it. */
  #keep() {
    if (this.#edited) return;
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
    if (this.#isSending) return;
    at("contribute-done").hidden = true;
    this.#complain("");
    if (!this.#access.token) return at("contribute-token").click();
    const body = this.#checked();
    if (!body) return;
    this.#turnSending(true);
    try {
      const { token } = this.#access;
      if (this.#edited) {
        const path = `api/v1/traces/${this.#edited.trace.id}`;
        const { json } = await ask(path, { method: "PUT", body: { ...body, ...this.#edited.agent }, token });
        this.#end().saved(json);
      } else {
        this.#done((await ask("api/v1/traces", { body, token })).json);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#turnSending(false);
    }
  }

  /** The button keeps the focus, so it is not disabled. */
  #turnSending(isSending) {
    this.#isSending = isSending;
    at("contribute-send").setAttribute("aria-disabled", isSending);
    at("contribute-send").textContent = isSending ? "Sending …" : this.#edited ? "Save changes" : "Contribute";
  }

  /** The fields of a request; null if one is invalid. */
  #checked() {
    const body = Object.fromEntries(names.map((name) => [name, this.#field(name).value.trim()]));
    const faults = names.filter((name) => body[name] === "").map((name) => [name, missing[name]]);
    const tags = body.tags.split(",").filter((text) => text.trim() !== "");
    const invalid = tags.find((text) => !asTag(text));
    if (invalid) {
      faults.push([
        "tags",
        `"${invalid.trim()}" is not a valid tag. A tag can contain only letters, digits and . + # -`,
      ]);
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
        ? `Only you can find the trace until ${reviewed}. Anyone with the link can open it. `
        : "Searches find the trace now. ",
      element("a", { href: `#trace=${trace.id}` }, "Open it"),
    );
    at("contribute-done").focus();
  }

  #fail(error) {
    // A field such as tags.0 or tags[0] belongs to tags.
    const faults = error.fields.map(({ field, message }) => [field.match(/^\w+/)?.[0], sentence(message)])
      .filter(([name]) => names.includes(name));
    if (faults.length > 0) return this.#show(faults);
    const [failed, kept] = this.#edited
      ? ["The changes were not saved", "They are kept here."]
      : ["The trace was not contributed", "Your draft is kept."];
    if (error.kind === "near-duplicate") {
      const what = error.message.startsWith("your")
        ? "You have already contributed a very similar trace. Edit it instead."
        : "A very similar trace already exists. Confirm it, or contribute only what is new.";
      this.#complain(`${what} ${kept}`);
    } else if (error.status === 401) {
      this.#complain(`${failed}. ${kept}`);
      at("contribute-fault").append(...this.#access.refusal());
    } else {
      this.#complain(`${failed}: ${error.message.replace(/\.?$/, ".")}${retryText(error)} ${kept}`);
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

/** Who found the solution. The form does not show it, but a change must not lose it. */
const agentOf = ({ agent_model, agent_version }) =>
  Object.fromEntries(Object.entries({ agent_model, agent_version }).filter(([, value]) => value !== null));

/** The ID of the trace that a refusal points to. */
function existingTrace(json) {
  const texts = Object.entries(json ?? {}).filter(([name, value]) =>
    name !== "request_id" && typeof value === "string"
  );
  const ids = texts.map(([, text]) => text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/)?.[0]);
  return ids.find(Boolean) ?? null;
}
