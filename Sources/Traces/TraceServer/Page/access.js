// Getting, using and storing a token.

import { ask } from "./service.js";

const at = (id) => document.getElementById(id);
const key = "trace-server-token";
const form = /^ct_[0-9a-f]{64}$/;

/** The browser may block storage. The token is then kept until the page is closed. */
function stored(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

export class Access {
  #token = stored(() => localStorage.getItem(key)) ?? stored(() => sessionStorage.getItem(key));
  #isNew = false;
  #isNeeded;
  #changed;

  /** @param changed called when the token is changed or removed */
  constructor(isNeeded, changed) {
    this.#isNeeded = isNeeded;
    this.#changed = changed;
    at("access-toggle").addEventListener("click", () => this.#turn(at("access").hidden));
    at("register").addEventListener("submit", (event) => this.#register(event));
    at("sign-in").addEventListener("submit", (event) => this.#signIn(event));
    at("forget").addEventListener("click", () => this.#forget());
    at("copy-token").addEventListener("click", () => this.#copy());
    at("copy-token").hidden = !navigator.clipboard;
    this.#render();
    if (isNeeded && !this.#token) this.#turn(true);
  }

  get token() {
    return this.#token;
  }

  /** Called when the server rejected a search for lack of a valid token. */
  refused() {
    this.#isNeeded = true;
    this.#render();
    this.#turn(true);
    if (this.#token) this.#complain("The server rejected this token. Forget it, then use another one.");
  }

  #turn(isOpen) {
    at("access").hidden = !isOpen;
    at("access-toggle").setAttribute("aria-expanded", isOpen);
  }

  #complain(text) {
    at("access-problem").hidden = !text;
    at("access-problem").textContent = text;
  }

  async #register(event) {
    event.preventDefault();
    const field = at("email");
    this.#complain("");
    if (!field.checkValidity()) return this.#fault(field, "Enter an email address, such as me@example.com.");
    try {
      const { json } = await ask("api/v1/auth/register", { body: { email: field.value.trim() } });
      this.#isNew = true;
      this.#take(json.token);
      at("new-token").value = json.token;
      at("new-token").focus();
      at("new-token").select();
    } catch (error) {
      const wait = error.retryAfter ? ` Retry in ${error.retryAfter} s.` : "";
      this.#fault(field, sentence(error.message) + wait);
    }
  }

  #signIn(event) {
    event.preventDefault();
    const token = at("token").value.trim();
    this.#complain("");
    if (!form.test(token)) return this.#fault(at("token"), "A token is ct_ followed by 64 hexadecimal digits.");
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
    this.#token = token;
    stored(() => (at("keep").checked ? localStorage : sessionStorage).setItem(key, token));
    this.#render();
    this.#turn(this.#isNew);
    this.#changed();
  }

  #forget() {
    this.#token = null;
    this.#isNew = false;
    for (const store of [() => localStorage, () => sessionStorage]) stored(() => store().removeItem(key));
    at("new-token").value = "";
    this.#complain("");
    this.#render();
    this.#turn(this.#isNeeded);
    (this.#isNeeded ? at("email") : at("access-toggle")).focus();
    this.#changed();
  }

  async #copy() {
    const copied = await navigator.clipboard.writeText(this.#token).then(() => true, () => false);
    at("copy-token").textContent = copied ? "Copied" : "Copy failed";
    if (!copied) at("new-token").select();
  }

  #render() {
    const has = this.#token !== null;
    at("access-toggle").textContent = has ? "Your token" : this.#isNeeded ? "Get a token" : "Use a token";
    at("access-forms").hidden = has;
    at("access-new").hidden = !this.#isNew;
    at("access-held").hidden = !has;
    at("access-why").textContent = has
      ? "Searches use your token and count toward its rate limit."
      : this.#isNeeded
      ? "Only registered users can search on this server. Register with an email address."
      : "You can search without a token. A token gives you a rate limit of your own.";
    const isKept = stored(() => localStorage.getItem(key)) !== null;
    at("access-where").textContent = isKept ? "Kept in this browser." : "Kept until this tab is closed.";
  }
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, ".")}`;
}
