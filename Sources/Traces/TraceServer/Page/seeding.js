// The state of seeding, for operators: one line, and behind a button the progress of start-up seeding and the last
// recorded run of each seeder, failures first.

import { Panel } from "./panel.js";
import { ask } from "./service.js";
import { element } from "./text.js";

const [line, state, progress, problem, list, note, toggle, details] = [
  "seeding-line",
  "seeding-state",
  "seeding-progress",
  "seeding-problem",
  "seeders",
  "seeding-note",
  "seeding-toggle",
  "seeding-details",
].map((id) => document.getElementById(id));
/** The polling intervals in milliseconds: during seeding, while the server does not respond, and otherwise. */
const [often, now, rarely] = [700, 3000, 60_000];

const phases = {
  off: "Start-up seeding is off.",
  connecting: "Connecting to the database.",
  migrating: "Migrating the database.",
  failed: "Seeding failed before the first seeder.",
};
const busy = ["connecting", "migrating", "seeding"];
const databases = {
  "not-migrated": "The database is not migrated.",
  "other-environment": "The database belongs to another environment.",
};
/** The order of the list. */
const urgency = ["failed", "skipped"];
const signs = { seeded: "✓", unchanged: "=", skipped: "–", failed: "✗", none: "…" };

export class Seeding {
  #settled;
  #runs = [];
  #live = null;
  #wasBusy = false;
  #hasSettled = false;
  #timer = null;
  #panel = new Panel(toggle, details);

  /** @param settled called when seeding has ended; with true if the page saw it run, so that the data has changed */
  constructor(settled) {
    this.#settled = settled;
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  /** Reads the state now and then at intervals. */
  async look() {
    clearTimeout(this.#timer);
    let wait = rarely;
    try {
      // A 503 during start-up is a state to show, not an error.
      const { json } = await ask("health/ready", { anyStatus: true });
      // A server may keep the details for its operators.
      line.hidden = !json.seeding;
      document.getElementById("metrics").hidden = !json.seeding;
      this.#live = { seeding: { phase: "off", seeders: [] }, database: json.status === "ready" ? "ok" : null, ...json };
      const isBusy = busy.includes(this.#live.seeding.phase);
      if (isBusy || json.status === "starting") wait = often;
      else if (json.status === "unavailable") wait = now;
      if ((this.#wasBusy || !this.#hasSettled) && !isBusy && this.#live.database === "ok") {
        await this.#readRuns();
        this.#settled(this.#wasBusy);
        this.#hasSettled = true;
        this.#wasBusy = false;
      } else if (!isBusy && wait === rarely) await this.#readRuns();
      this.#wasBusy ||= isBusy;
      this.#render();
    } catch {
      wait = now;
      this.#say("The server is not responding.", "bad");
    }
    // Do not poll in the background. The state is read again when the page becomes visible.
    if (!document.hidden) this.#timer = setTimeout(() => this.look(), wait);
  }

  async #readRuns() {
    try {
      this.#runs = (await ask("api/v1/seeding")).json.runs;
    } catch {
      // Keep showing the runs that were read before.
    }
  }

  /** Sets the text only if it has changed, so that screen readers do not repeat it. */
  #say(text, look) {
    line.dataset.look = look;
    if (state.textContent !== text) state.textContent = text;
  }

  #render() {
    const { seeding } = this.#live;
    const isBusy = busy.includes(seeding.phase);
    const ended = seeding.seeders.filter((seeder) => seeder.outcome);
    const started = new Map(seeding.seeders.map((seeder) => [seeder.id, seeder]));
    const recorded = new Map(this.#runs.map((run) => [run.seeder, run]));
    const names = [...new Set([...started.keys(), ...recorded.keys()])];
    const rows = names.map((name) => ({ name, ...shown(started.get(name), recorded.get(name), isBusy) }));
    const rank = ({ seen }) => urgency.includes(seen.outcome) ? urgency.indexOf(seen.outcome) : urgency.length;
    list.replaceChildren(...rows.sort((left, right) => rank(left) - rank(right)).map(row));
    const faults = rows.filter(({ seen }) => urgency.includes(seen.outcome)).length;
    this.#say(lineText(this.#live, ended, rows), lookOf(this.#live, isBusy, faults));
    progress.hidden = seeding.phase !== "seeding";
    progress.max = Math.max(1, seeding.seeders.length);
    progress.value = ended.length;
    problem.hidden = !seeding.failure;
    problem.textContent = seeding.failure ?? "";

    note.textContent = names.length === 0
      ? "No runs are recorded."
      : isBusy
      ? `${ended.length} of ${seeding.seeders.length} seeders have finished.`
      : "The last recorded run of each seeder.";
  }
}

/** The color of the line. */
function lookOf({ seeding, database }, isBusy, faults) {
  if (faults > 0 || seeding.phase === "failed" || (database !== "ok" && !isBusy)) return "bad";
  return isBusy ? "busy" : "good";
}

function lineText({ seeding, database }, ended, rows) {
  const counted = urgency.map((outcome) => [rows.filter(({ seen }) => seen.outcome === outcome).length, outcome]);
  const faults = counted.filter(([count]) => count > 0).map(([count, outcome], index) =>
    `${count}${index === 0 ? (count === 1 ? " seeder" : " seeders") : ""} ${outcome}`
  ).join(", ");
  const also = faults ? ` ${faults}.` : "";
  if (database !== "ok" && !busy.includes(seeding.phase)) {
    return databases[database] ?? "The database is unavailable.";
  }
  if (seeding.phase === "seeding") return `Seeding is in progress. Traces seeded so far can already be found.${also}`;
  if (seeding.phase !== "done") return phases[seeding.phase] + also;
  if (faults) return `Start-up seeding: ${faults}.`;
  // A server may keep the results for its operators.
  if (ended.length === 0) return "Start-up seeding has ended.";
  const took = duration(new Date(seeding.finished_at) - new Date(seeding.started_at));
  const count = `${ended.length} ${ended.length === 1 ? "seeder" : "seeders"}`;
  return ended.every((seeder) => seeder.outcome === "unchanged")
    ? `Seed data is up to date (${count} checked in ${took}).`
    : `Start-up seeding ran ${count} in ${took}.`;
}

/** The result of this start if it is in progress or failed, otherwise the recorded run. */
function shown(live, run, isBusy) {
  const isLive = live && (isBusy || !run || urgency.includes(live.outcome));
  return { seen: isLive ? live : run, isLive };
}

function row({ name, seen, isLive }) {
  const outcome = seen.outcome ?? "none";
  const sign = element("span", { class: "sign", "aria-hidden": "true" }, signs[outcome] ?? "?");
  const facts = [rowsText(seen.tables)];
  if (seen.duration_ms !== null) facts.push(`took ${duration(seen.duration_ms)}`);
  const made = element(
    "li",
    { class: outcome },
    element("p", {}, sign, element("strong", {}, name), ` ${outcome === "none" ? "not finished yet" : outcome}`),
    element("p", { class: "hint" }, facts.filter(Boolean).join(" · ")),
  );
  if (!isLive) {
    const time = element("time", { datetime: seen.finished_at, title: seen.finished_at }, ago(seen.finished_at));
    made.lastChild.append(" · ", time);
  }
  if (seen.failure) made.append(element("p", { class: "failure" }, seen.failure));
  return made;
}

function rowsText(tables) {
  const parts = (tables ?? []).map((table) => {
    const counts = ["inserted", "updated", "deleted", "drifted", "unchanged"]
      .filter((kind) => table[kind] > 0).map((kind) => `${table[kind].toLocaleString("en")} ${kind}`);
    return `${table.name} ${counts.join(", ") || "no rows"}`;
  });
  return parts.join("; ");
}

/** Formats milliseconds. */
export function duration(milliseconds) {
  if (!(milliseconds >= 0)) return "an unknown time";
  if (milliseconds < 1000) return `${Math.max(1, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round(milliseconds / 1000) % 60} s`;
}

function ago(text) {
  const seconds = (Date.now() - new Date(text)) / 1000;
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(-Math.round(seconds / size), unit);
  }
  return "just now";
}
