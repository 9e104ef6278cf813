// The state of seeding: the progress of start-up seeding, and the last recorded run of each seeder.

import { ask } from "./service.js";
import { element } from "./text.js";

const [state, progress, problem, list, note] = ["state", "progress", "problem", "", "note"]
  .map((name) => document.getElementById(name ? `seeding-${name}` : "seeders"));
/** The polling intervals in milliseconds: during seeding, while the server does not respond, and otherwise. */
const [often, now, rarely] = [700, 3000, 60_000];

const phases = {
  off: "Start-up seeding is off.",
  connecting: "Connecting to the database.",
  migrating: "Migrating the database.",
  failed: "Seeding failed before the first seeder.",
};
const signs = { seeded: "✓", unchanged: "=", skipped: "–", failed: "✗", none: "…" };

export class Seeding {
  #settled;
  #runs = [];
  #live = null;
  #wasBusy = false;
  #hasSettled = false;
  #timer = null;

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
      if (!json.seeding) throw new Error("no readiness");
      this.#live = json;
      const isBusy = ["connecting", "migrating", "seeding"].includes(json.seeding.phase);
      if (isBusy || json.status === "starting") wait = often;
      else if (json.status === "unavailable") wait = now;
      if ((this.#wasBusy || !this.#hasSettled) && !isBusy && json.database === "ok") {
        await this.#readRuns();
        this.#settled(this.#wasBusy);
        this.#hasSettled = true;
        this.#wasBusy = false;
      } else if (!isBusy && wait === rarely) await this.#readRuns();
      this.#wasBusy ||= isBusy;
      this.#render();
    } catch {
      wait = now;
      this.#say("The server is not responding.");
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
  #say(text) {
    if (state.textContent !== text) state.textContent = text;
  }

  #render() {
    const { seeding, database, status } = this.#live;
    const isBusy = ["connecting", "migrating", "seeding"].includes(seeding.phase);
    const ended = seeding.seeders.filter((seeder) => seeder.outcome);
    if (database !== "ok" && !isBusy) {
      this.#say(database === "unreachable" ? "The database is unavailable." : "The database is not migrated.");
    } else if (seeding.phase === "seeding") this.#say("Seeding is in progress. Seeded traces can be found already.");
    else if (seeding.phase === "done") this.#say(doneText(seeding, ended, status));
    else this.#say(phases[seeding.phase]);
    progress.hidden = seeding.phase !== "seeding";
    progress.max = Math.max(1, seeding.seeders.length);
    progress.value = ended.length;
    problem.hidden = !seeding.failure;
    problem.textContent = seeding.failure ?? "";

    const started = new Map(seeding.seeders.map((seeder) => [seeder.id, seeder]));
    const recorded = new Map(this.#runs.map((run) => [run.seeder, run]));
    const names = [...new Set([...started.keys(), ...recorded.keys()])];
    list.replaceChildren(...names.map((name) => row(name, started.get(name), recorded.get(name), isBusy)));
    note.textContent = names.length === 0
      ? "No runs are recorded."
      : isBusy
      ? `${ended.length} of ${seeding.seeders.length} seeders have finished.`
      : "The last recorded run of each seeder.";
  }
}

function doneText(seeding, ended, status) {
  const took = duration(new Date(seeding.finished_at) - new Date(seeding.started_at));
  const faults = ended.filter((seeder) => seeder.outcome === "failed" || seeder.outcome === "skipped").length;
  const count = `${ended.length} ${ended.length === 1 ? "seeder" : "seeders"}`;
  if (faults > 0) return `Start-up seeding ran ${count}, of which ${faults} failed or were skipped (${status}).`;
  return ended.every((seeder) => seeder.outcome === "unchanged")
    ? `Nothing to do: ${count} checked in ${took}.`
    : `Start-up seeding ran ${count} in ${took}.`;
}

/** The result of this start if it is in progress or failed, otherwise the recorded run. */
function row(name, live, run, isBusy) {
  const isLive = live && (isBusy || !run || live.outcome === "failed" || live.outcome === "skipped");
  const seen = isLive ? live : run;
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
  if (!isLive && run) {
    const time = element("time", { datetime: run.finished_at, title: run.finished_at }, ago(run.finished_at));
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
