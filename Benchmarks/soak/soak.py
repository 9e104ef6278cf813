"""soak.py SEED-RUNNER [--minutes N] [--steps N] [--seed N]: attacks runs on a private server and checks the database.

Each step changes the data files, edits rows by hand, and attacks a run. Then it checks these invariants: every
seeder's rows are either unchanged or match the files. The next run completes them, and the one after it writes
nothing. No session of seed-runner is left. Rows of others are unchanged. The exit code is a documented one. The
actions of a step are determined by the seed and the number of the step, but their timing is not.
"""

import argparse
import collections
import pathlib
import random
import resource
import shutil
import signal
import sys
import time
import traceback

import attacks
import changes
import world
from place import DOCUMENTED, KILL, Place, Violation
from proxy import Proxy


class Soak:
    def __init__(self, options):
        self.options = options
        self.place = Place(options.program)
        self.proxy = Proxy(self.place.socket)
        self.typical, self.messages = 0.15, 2000
        self.runs, self.violations, self.step = [], 0, 0
        self.count = 0
        self.table = collections.defaultdict(collections.Counter)
        self.maxima = collections.defaultdict(float)
        self.world = None
        pathlib.Path(".build/soak").mkdir(parents=True, exist_ok=True)
        self.log = open(f".build/soak/{options.seed}.log", "w")

    def anew(self, dice):
        """Creates an empty database and new files."""
        self.runs, self.others, self.attack, self.note, self.doing = [], None, "start", "", ""
        shutil.rmtree(self.place.seeders, ignore_errors=True)
        self.world = world.World(dice, self.place.seeders)
        self.place.fresh()
        self.settle()

    # Used by attacks.

    def go(self, *arguments, url=None, path=None, plan=None):
        """Starts a run."""
        if plan:
            self.proxy.use(plan)
        run = self.place.run(*arguments, url=url, path=path, plan=plan)
        self.runs.append(run)
        self.count += 1
        return run

    def finish(self, run, codes, limit=None):
        """Waits for a run and checks that it has one of these exit codes."""
        code = run.wait(limit) if limit else run.wait()
        self.table[self.attack][f"exit {code}"] += 1
        self.longest("run", run.seconds)
        self.demand(code in codes and (code < 0 or code in DOCUMENTED), f"exit code {code}, expected {codes}", run)
        return code

    def complete(self, run):
        """Checks that a run succeeds. All changes must then be written."""
        self.finish(run, {0})
        self.must_be_complete = True

    def demand(self, condition, what, run=None):
        if not condition:
            raise Violation(what + (f"\n{run.report()}" if run else ""))

    def longest(self, what, seconds):
        self.maxima[what] = max(self.maxima[what], seconds)

    # Steps.

    def settle(self):
        """Checks that a run completes the state of the files, and that the next one writes nothing."""
        self.attack, self.note = "settle", f"{self.note} (settling)"
        first = self.go("--all")
        self.finish(first, {0})
        # The random times depend on the duration of recent runs.
        self.typical += (first.seconds - self.typical) / 5
        state, others = self.place.state()
        self.demand(self.others in (None, others), f"rows of others changed: {self.others}, now {others}", first)
        self.compare(state, [self.world.expected()], first)
        versions = self.place.versions()
        second = self.go("--all")
        self.finish(second, {0})
        self.demand(self.place.versions() == versions, "a second run wrote rows", second)
        self.world.settled()

    def compare(self, state, allowed, run=None):
        """Checks that each seeder's rows match one of the allowed states. Returns the matching states."""
        found = []
        for seeder, parts in world.PARTS.items():
            places = [n for n, other in enumerate(allowed) if all(state[part] == other[part] for part in parts)]
            if not places:
                difference = [
                    f"{part}, against state {n}: missing {sorted(other[part] - state[part], key=str)[:5]},"
                    f" unexpected {sorted(state[part] - other[part], key=str)[:5]}"
                    for n, other in enumerate(allowed) for part in parts if state[part] != other[part]]
                raise Violation(f"the rows of {seeder} match none of the {len(allowed)} allowed states\n" +
                                "\n".join(difference) + (f"\n{run.report()}" if run else ""))
            found.append(places)
        return found

    def take(self, dice):
        self.runs = []
        self.must_be_complete, self.also_allowed = False, None
        edits = [edit(dice, self.world) for edit in dice.choices(changes.HAND_EDITS, k=dice.choice([0, 0, 0, 1, 2, 4]))]
        if edits:
            self.place.sql(*edits)
        self.world.check_kept()
        chosen = dice.choices(changes.FILE_CHANGES, k=dice.choice([0, 1, 2, 4, 6]))
        for change in chosen:
            change(dice, self.world)
        self.world.write()
        chances = {attack: chance for attack, chance in attacks.ATTACKS.items()
                   if self.options.only in (None, attack.__name__)}
        attack = dice.choices(list(chances), list(chances.values()))[0]
        self.attack = attack.__name__
        self.note = ""
        self.doing = f"{edits}\n{[change.__name__ for change in chosen]}"
        before, self.others = self.place.state()
        after = self.world.expected()
        self.table[self.attack]["steps"] += 1
        self.note = attack(self, dice)
        retried = sum(len(entry.get("retries", [])) for run in self.runs for entry in run.entries())
        self.table[self.attack]["retries"] += retried
        self.note = f"{self.note}, {retried} retries"
        # Close the connections with lost packets, so that the server ends their sessions.
        self.proxy.drop()
        self.longest("server ends our sessions", self.place.wait_for_sessions())
        state, others = self.place.state()
        self.demand(self.others == others, f"rows of others changed: {self.others}, now {others}")
        if self.must_be_complete is not None:
            states = [after] if self.must_be_complete else [before, after]
            found = self.compare(state, states + ([self.also_allowed] if self.also_allowed else []))
            if not self.must_be_complete:
                is_before, is_after = all(0 in part for part in found), all(1 in part for part in found)
                self.table[self.attack]["before" if is_before else "after" if is_after else "some"] += 1
        note = self.note
        self.settle()
        self.log.write(f"{self.step} {attack.__name__} {note}; {len(edits)} edits, {len(chosen)} changes\n")
        self.log.flush()

    def run(self):
        end = time.monotonic() + self.options.minutes * 60
        minute, start = 0, time.monotonic()
        is_whole = False
        while time.monotonic() < end and self.step < self.options.steps and self.violations < 10:
            self.step += 1
            dice = random.Random(f"{self.options.seed} {self.step}")
            try:
                if not is_whole:
                    self.anew(dice)
                self.take(dice)
                is_whole = True
            except (Violation, RuntimeError, OSError, ValueError, KeyError, IndexError) as error:
                is_whole = False
                self.tell(error)
            if time.monotonic() - start >= (minute + 1) * 60:
                minute = int((time.monotonic() - start) / 60)
                self.progress(f"minute {minute}: {self.step} steps, {self.count} runs, {self.violations} violations")
        self.summary(time.monotonic() - start)

    def progress(self, line):
        print(line, file=sys.stderr, flush=True)

    def tell(self, error):
        self.violations += 1
        keep = pathlib.Path(".build") / "soak" / f"{self.options.seed}-{self.step}"
        shutil.rmtree(keep, ignore_errors=True)
        shutil.copytree(self.place.folder / "seeders", keep / "seeders")
        if (self.place.folder / "fuzz").exists():
            shutil.copytree(self.place.folder / "fuzz", keep / "fuzz")
        detail = "".join(traceback.format_exception(error)) if not isinstance(error, Violation) else str(error)
        text = (f"VIOLATION: --seed {self.options.seed}, step {self.step}, {self.attack} {self.note}, files in {keep}\n"
                f"{self.doing}\n{detail}\n")
        (keep / "report.txt").write_text(text + "\n".join(run.report() for run in self.runs))
        print(text, flush=True)
        for run in self.runs:
            run.signal(KILL)

    def summary(self, seconds):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{seconds / 60:.0f} minutes, seed {self.options.seed}: {self.step} steps, {self.count} runs, "
              f"{self.violations} violations; {children.ru_utime + children.ru_stime:.0f} s of processor time\n")
        print(f"{'attack':24} {'steps':>6} {'runs':>6} {'before':>7} {'after':>6} {'some':>5} {'retries':>7}"
              "  exit codes")
        for attack, row in sorted(self.table.items()):
            codes = {name[5:]: number for name, number in sorted(row.items()) if name.startswith("exit ")}
            print(f"{attack:24} {row['steps'] or '':>6} {sum(codes.values()):6} {row['before'] or '':>7} "
                  f"{row['after'] or '':>6} {row['some'] or '':>5} {row['retries'] or '':>7}  "
                  + ", ".join(f"{code}: {number}" for code, number in codes.items()))
        print()
        for what, longest in sorted(self.maxima.items()):
            print(f"longest {what}: {longest:.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", help="run only this attack, to reproduce a violation")
    # Handle it like Ctrl-C, so that the server is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    soak = Soak(parser.parse_args())
    try:
        soak.run()
    finally:
        for run in soak.runs:
            run.signal(KILL)
        soak.place.close()
    sys.exit(1 if soak.violations else 0)


main()
