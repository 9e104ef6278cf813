// Getting, using and storing a token.

import { accountOf } from "./account.js";
import { copied, say } from "./copying.js";
import { confirmed } from "./dialog.js";
import { Panel } from "./panel.js";
import { ask, retryText } from "./service.js";
import { element, sentence } from "./text.js";

const at = (id) => document.getElementById(id);
const key = "trace-server-token";
const invalidEmail = "Enter an email address, such as me@example.com.";
const form = /^ct_[0-9a-f]{64}$/;

/** Uses the browser's storage. If it is blocked, the result is null, and values are kept until the page is closed. */
export function stored(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

/** How long the question whether to forget a token waits for the server, in milliseconds. */
const patience = 1500;
const unknownLoss =
  "The token is removed from this browser only, and the server cannot show it again. Without a copy of " +
  "it, or another token of the account, you lose access to your account.";

/** What is lost with a token. It may have been replaced elsewhere, and its user may have others. */
async function lossOf(token) {
  try {
    const others = (await accountOf(token, { isFresh: true })).tokens.length - 1;
    if (others > 0) {
      return "The token is removed from this browser only, and stays valid. Your account has " +
        `${others === 1 ? "another token" : `${others} other tokens`}, so you keep access to it.`;
    }
    return "The token is removed from this browser. It is the only one of your account, and the server cannot show it " +
      "again. Without a copy you lose access to your account, and its email address cannot be registered again.";
  } catch (error) {
    return error.status === 401
      ? "The server no longer accepts this token: it was replaced or revoked, or it has expired. You lose nothing."
      : unknownLoss;
  }
}

export class Access {
  #token = stored(() => localStorage.getItem(key)) ?? stored(() => sessionStorage.getItem(key));
  #isNew = false;
  /** Whether the server has rejected the token. */
  #isRefused = false;
  #isNeeded;
  #changed;
  #panel = new Panel(at("access-toggle"), at("access"));

  /**
   * @param isNeeded whether a search needs a token
   * @param changed called when the token is changed or removed
   */
  constructor(isNeeded, changed) {
    this.#isNeeded = isNeeded;
    this.#changed = changed;
    at("register").addEventListener("submit", (event) => this.#register(event));
    at("sign-in").addEventListener("submit", (event) => this.#signIn(event));
    at("copy-token").addEventListener("click", () => this.#copy());
    at("forget").addEventListener("click", () => this.#askToForget());
    // Another tab has kept or forgotten a token in this browser.
    addEventListener("storage", ({ key: name, newValue }) => {
      if (name !== key) return;
      this.#isNew = false;
      this.#set(stored(() => sessionStorage.getItem(key)) ?? newValue);
    });
    this.#render();
    if (this.isMissing) this.#panel.turn(true);
  }

  get token() {
    return this.#token;
  }

  /** The token to read with: none if the server has rejected it and needs none. */
  get readToken() {
    return this.#isRefused && !this.#isNeeded ? null : this.#token;
  }

  /** Whether a search needs a token and there is none. */
  get isMissing() {
    return this.#isNeeded && !this.#token;
  }

  /** Shows how to get a token. */
  request(why) {
    this.#panel.turn(true);
    this.#complain("");
    at("access-why").textContent = why ?? at("access-why").textContent;
    at(this.#token ? "forget" : "email").focus();
    at("access").scrollIntoView({ block: "nearest" });
  }

  /**
   * Called when the server rejected a request for lack of a valid token. Opens the panel, unless another one is in use.
   *
   * @param sent the token that was sent, or null
   */
  refused(sent) {
    if (!sent) this.#isNeeded = true;
    else this.#isRefused ||= sent === this.#token;
    this.#render();
    if (!Panel.isAnyOpen) this.#panel.turn(true);
  }

  /** Says beside a form or a button that the token was rejected, with a button that leads to the panel. */
  refusal() {
    this.refused(this.#token);
    const button = element(
      "button",
      { type: "button", class: "quiet", click: () => this.request() },
      "Use another token",
    );
    return [" The server no longer accepts your token. ", button];
  }

  #complain(text) {
    at("access-problem").hidden = !text;
    at("access-problem").textContent = text;
  }

  async #register(event) {
    event.preventDefault();
    const field = at("email");
    this.#complain("");
    if (!field.checkValidity()) return this.#fault(field, invalidEmail);
    try {
      const { json } = await ask("api/v1/auth/register", { body: { email: field.value.trim() } });
      this.#isNew = true;
      this.#take(json.token);
      at("new-token").value = json.token;
      at("new-token").focus();
      at("new-token").select();
    } catch (error) {
      const text = error.fields.some((fault) => fault.field === "email") ? invalidEmail : sentence(error.message);
      this.#fault(field, text + retryText(error));
    }
  }

  async #signIn(event) {
    event.preventDefault();
    const token = at("token").value.trim();
    this.#complain("");
    if (!form.test(token)) return this.#fault(at("token"), "A token is ct_ followed by 64 hexadecimal digits.");
    try {
      await accountOf(token);
    } catch (error) {
      const text = error.status === 401 ? "The server does not accept this token." : sentence(error.message);
      return this.#fault(at("token"), text + retryText(error));
    }
    at("token").value = "";
    this.#take(token);
    at("q").focus();
  }

  #fault(field, text) {
    this.#complain(text);
    field.setAttribute("aria-invalid", "true");
    field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
    field.focus();
  }

  #take(token) {
    stored(() => (at("keep").checked ? localStorage : sessionStorage).setItem(key, token));
    this.#set(token);
    this.#panel.turn(this.#isNew);
  }

  #set(token) {
    this.#token = token;
    this.#isRefused = false;
    this.#complain("");
    this.#render();
    this.#changed();
  }

  async #askToForget() {
    const token = this.#token;
    const text = await Promise.race([
      lossOf(token),
      new Promise((resolve) => setTimeout(resolve, patience, unknownLoss)),
    ]);
    const asked = { title: "Forget the token?", text, cancel: "Keep it", confirm: "Forget the token" };
    if (await confirmed(asked) && this.#token === token) this.#forget();
  }

  #forget() {
    for (const store of [() => localStorage, () => sessionStorage]) stored(() => store().removeItem(key));
    at("new-token").value = "";
    this.#isNew = false;
    this.#set(null);
    this.#panel.turn(this.#isNeeded);
    (this.#isNeeded ? at("email") : at("access-toggle")).focus();
  }

  async #copy() {
    const isCopied = await copied(this.#token);
    at("copy-token").textContent = isCopied ? "Copied" : "Copy failed";
    say(isCopied ? "Token copied" : "Copy failed");
    if (!isCopied) at("new-token").select();
  }

  #render() {
    const has = this.#token !== null;
    at("access-toggle").textContent = has ? "Your token" : this.#isNeeded ? "Get a token" : "Use a token";
    at("access-forms").hidden = has;
    at("access-new").hidden = !this.#isNew;
    at("access-held").hidden = !has;
    if (this.#isRefused) {
      const without = this.#isNeeded ? "" : " Until then you search without it.";
      this.#complain(`The server no longer accepts this token. Forget it, then use another one.${without}`);
    }
    at("access-why").textContent = has
      ? "This page uses your token to search, contribute and vote."
      : this.#isNeeded
      ? "Only registered users can search on this server. Register with an email address."
      : "You can search without a token. To contribute and vote, you need one. It also gives you a rate limit of your own.";
    const isKept = stored(() => localStorage.getItem(key)) !== null;
    at("access-where").textContent = isKept ? "Kept in this browser." : "Kept until this tab is closed.";
  }
}
