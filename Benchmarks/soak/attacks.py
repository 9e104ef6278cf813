"""The attacks on runs. Each returns a note about its parameters. The soak test then checks the database."""

import subprocess
import threading
import time

import changes
import fuzz
from place import INT, KILL, QUIT, TERM
from proxy import Plan

# A run is documented to end within 4.5 s after a signal. Allow more on a busy machine.
SIGNAL_LIMIT = 15


def pause(dice, soak):
    """A random time during a run, sometimes after its end."""
    return round(dice.uniform(0, 1.2) * soak.typical, 4)


def arguments(dice):
    return ["--all", *dice.choice([[], ["--jobs", "1"], ["--jobs", "2"], ["--jobs", "8"]])]


def wait_or(run, seconds):
    try:
        run.process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass


def proxied(soak, dice, plan):
    return soak.go(*arguments(dice), url=soak.place.through(soak.proxy.port), plan=plan)


def at_message(soak, dice):
    """Any message, or one of the first, where statements are closer together. Most messages are rows."""
    return dice.choice([dice.randrange(1, soak.messages), int(soak.messages ** dice.random())])


# Attacks that end the run.


def kill_later(soak, dice):
    run = soak.go(*arguments(dice))
    seconds = pause(dice, soak)
    wait_or(run, seconds)
    run.signal(KILL)
    soak.finish(run, {0, -KILL})
    return f"after {seconds} s"


def kill_at_message(soak, dice):
    plan = Plan("call", at_message(soak, dice), part=dice.choice([0, 0.5, 1]))
    plan.action = lambda: plan.run.signal(KILL)
    run = proxied(soak, dice, plan)
    soak.finish(run, {0, -KILL})
    return f"at message {plan.at}, {plan.part} of it"


def signal_codes(number):
    # Before the program has installed its handlers, the default action of the signal ends it.
    return {0, 128 + number, -number}


def end_by(soak, run, number):
    start = time.monotonic()
    code = soak.finish(run, signal_codes(number), limit=SIGNAL_LIMIT)
    if code:
        soak.longest("end after a signal", time.monotonic() - start)


def signal_later(soak, dice):
    run, number, seconds = soak.go(*arguments(dice)), dice.choice([TERM, INT]), pause(dice, soak)
    wait_or(run, seconds)
    run.signal(number)
    if dice.random() < 0.3:
        # Sent in the same way as timeout(1).
        run.signal(number)
    end_by(soak, run, number)
    return f"{number.name} after {seconds} s"


def signal_at_message(soak, dice, kind="call"):
    number = dice.choice([TERM, INT])
    plan = Plan(kind, at_message(soak, dice), part=dice.choice([0, 0.5, 1]))
    sent = threading.Event()

    def send():
        plan.run.signal(number)
        sent.set()

    plan.action = send
    run = proxied(soak, dice, plan)
    while run.process.poll() is None and not sent.wait(0.01):
        pass
    end_by(soak, run, number)
    return f"{number.name} at message {plan.at}, {plan.part} of it"


def black_hole_and_signal(soak, dice):
    return signal_at_message(soak, dice, "blackhole")


# Attacks on the connection.


def cut(soak, dice):
    kind = dice.choice(["reset", "close"])
    plan = Plan(kind, at_message(soak, dice), dice.choice([1, 1, 2, 3]), dice.choice([0, 0.5, 1]))
    soak.complete(proxied(soak, dice, plan))
    return f"{plan.kind} at message {plan.at}, {plan.part} of it, {plan.fired} times"


def delay(soak, dice):
    plan = Plan("delay", at_message(soak, dice), dice.choice([1, 3]), dice.choice([0, 0.5, 1]))
    plan.seconds = dice.uniform(0.1, 1)
    soak.complete(proxied(soak, dice, plan))
    return f"{plan.seconds:.2f} s at message {plan.at}, {plan.fired} times"


def swallow(soak, dice):
    plan = Plan("swallow", at_message(soak, dice), part=dice.choice([0, 0.5, 1]))
    run = proxied(soak, dice, plan)
    soak.complete(run)
    soak.longest("end after a connection went silent", run.seconds)
    return f"from message {plan.at} on, {plan.part} of it"


def terminate(soak, dice):
    run = soak.go(*arguments(dice))
    moments = [pause(dice, soak) / 2 for _ in range(dice.choice([1, 2, 4]))]
    found = soak.place.sql(*(
        f"SELECT pg_sleep({seconds}); SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'seed-runner'" for seconds in moments))
    soak.complete(run)
    return f"{[answer.strip() for answer in found]} sessions after {moments} s"


def restart(soak, dice):
    run, number, seconds = soak.go(*arguments(dice)), dice.choice([INT, QUIT]), pause(dice, soak)
    wait_or(run, seconds)
    soak.place.restart(number)
    soak.complete(run)
    return f"{'fast' if number == INT else 'immediate'} after {seconds} s"


# Concurrent runs.


def some_arguments(dice):
    return dice.choice([
        arguments(dice), arguments(dice), ["--shop"], ["--notes"], ["--points"], ["--all", "--if-changed"],
        ["--all", "--except", "notes"]])


def herd(soak, dice):
    runs = [soak.go("--all")]
    runs += [soak.go(*some_arguments(dice)) for _ in range(dice.randrange(4, 20))]
    seeded = []
    for run in runs:
        soak.finish(run, {0})
        seeded += [name for name, outcome in run.outcomes().items() if outcome == "seeded"]
    soak.demand(len(seeded) == len(set(seeded)), f"two runs seeded the same: {seeded}", runs[0])
    soak.must_be_complete = True
    return f"{len(runs)} processes, seeded: {sorted(seeded)}"


def herd_with_kills(soak, dice):
    runs = [soak.go(*some_arguments(dice)) for _ in range(dice.randrange(5, 21))]
    doomed = dice.sample(runs, len(runs) // 2)
    for run in doomed:
        wait_or(run, soak.typical * dice.random() / 2)
        run.signal(KILL)
    for run in runs:
        soak.finish(run, {0, -KILL} if run in doomed else {0})
    return f"{len(runs)} processes, {len(doomed)} killed"


# Attacks on files.


def change_while_read(soak, dice):
    run, seconds = soak.go(*arguments(dice)), pause(dice, soak)
    wait_or(run, seconds)
    # Only seeders with one file, because two files cannot be replaced atomically.
    changes.edit_points(dice, soak.world)
    changes.add_points(dice, soak.world)
    soak.world.write(only=["points/points.csv"])
    code = soak.finish(run, {0, 1, 65})
    soak.also_allowed = soak.world.expected()
    return f"points.csv after {seconds} s, exit code {code}"


def values(soak, dice):
    return ", ".join(fuzz.step(soak, dice, damaged=False) for _ in range(3))


def damage(soak, dice):
    return ", ".join(fuzz.step(soak, dice, damaged=True) for _ in range(8))


# Other attacks.


def nothing(soak, dice):
    plan = Plan()
    code = soak.finish(soak.go("verify"), {0, 3})
    run = proxied(soak, dice, plan)
    soak.complete(run)
    # Counted only if there is something to write.
    soak.messages = plan.count
    # An edited row that was removed from the file remains, and is reported as drift.
    soak.finish(soak.go("verify"), {3 if any(row["edited"] for row in soak.world.kept.values()) else 0})
    return f"{plan.count} messages, verify before: {code}"


def reset(soak, dice):
    """A reset that is killed has removed all rows of the seeder or none."""
    soak.complete(soak.go("--all"))
    soak.world.settled()
    plan = Plan("call", dice.randrange(1, 60), part=dice.choice([0, 1]))
    plan.action = lambda: plan.run.signal(KILL)
    run = soak.go("reset", "notes", "--yes", url=soak.place.through(soak.proxy.port), plan=plan)
    soak.finish(run, {0, -KILL})
    soak.place.wait_for_sessions()
    found = soak.place.state()[0]["notes"]
    soak.demand(found in (set(), soak.world.expected()["notes"]), "a reset removed some rows and left others", run)
    soak.must_be_complete = None
    return f"killed at message {plan.at}: {len(found)} rows left"


# Slow attacks are rare.
ATTACKS = {
    nothing: 4, kill_later: 12, kill_at_message: 14, signal_later: 6, signal_at_message: 6, black_hole_and_signal: 3,
    cut: 14, delay: 4, swallow: 0.3, terminate: 8, restart: 5, herd: 8, herd_with_kills: 5, change_while_read: 6,
    values: 5, damage: 5, reset: 3}

