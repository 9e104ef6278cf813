"""check-workflows.py: checks the project's workflows, its action and the workflow in the documentation.

They must match GitHub's schemas that are part of check-jsonschema. The scripts and variables in them must exist. A test
of the command line parses the commands. ci.yml must call everything that .ci/run calls, and test every package on some
system. Prints each error. Runs in the repository's folder.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

OURS = sorted(pathlib.Path(".github/workflows").glob("*.yml"))
CI = pathlib.Path(".github/workflows/ci.yml")
PAGE = pathlib.Path("Documentation/ci.md")
TOOL = pathlib.Path(sys.executable).parent / "check-jsonschema"
SWIFT = re.search(r"^ARG SWIFT_VERSION=(\S+)", pathlib.Path("Dockerfile").read_text(), flags=re.M)[1]
ACTION = pathlib.Path("action.yml")
# Variables of third-party images and programs.
FOREIGN = {"POSTGRES_PASSWORD", "GH_TOKEN"}
# Actions that publish branches instead of tags for their major versions.
BRANCHES = {"pypa/gh-action-pypi-publish@release/v1"}
# Builds with Swift. Other scripts run in any image.
NEEDS_SWIFT = re.compile(r"(?:^|[\s/])(Scripts/[\w-]+|\.ci/run|Packaging/(?:build|tarball|wheel|deb|test))\b(?!/)")


def pasted():
    return [match[1] for match in re.finditer(r"^```yaml\n(.*?)^```", PAGE.read_text(), flags=re.M | re.S)]


def schema_faults(name, text, schema="vendor.github-workflows"):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "workflow.yml"
        path.write_text(text)
        result = subprocess.run(
            [TOOL, "--builtin-schema", schema, path], capture_output=True, text=True)
    if result.returncode:
        yield f"{name}: {(result.stdout + result.stderr).strip()}"


def variables():
    sources = "".join(path.read_text() for path in pathlib.Path("Sources").rglob("*.swift"))
    found = set(re.findall(r'(?:environment|variables)\["(SEED_[A-Z_]+)"\]', sources))
    for names in re.findall(r'variables: \[?((?:"[A-Z_]+"(?:, )?)+)', sources):
        found |= set(re.findall(r"[A-Z_]+", names))
    for script in pathlib.Path("Scripts").rglob("*"):
        if script.is_file() and script.suffix != ".pyc":
            found |= set(re.findall(r'(?:\$\{|environ\.get\(")(SITE_[A-Z_]+)', script.read_text()))
    return found | FOREIGN


def reference_faults(name, text):
    workflow = YAML(typ="safe").load(text)
    known = variables()
    for job_name, job in workflow["jobs"].items():
        where = f"{name}: job {job_name}"
        services = (job.get("services") or {}).values()
        for holder in [workflow, job, *services, *job["steps"]]:
            for variable in holder.get("env") or {}:
                if variable not in known:
                    yield f"{where}: unknown variable {variable}"
        needs_swift = any(NEEDS_SWIFT.search(step.get("run", "")) for step in job["steps"])
        runs_scripts = any("run" in step for step in job["steps"])
        if needs_swift and runs_scripts and job.get("container") != f"swift:{SWIFT}-bookworm":
            yield f"{where}: the image differs from that of the Dockerfile"
        for step in job["steps"]:
            for script in re.findall(r"(?:^|[\s/])((?:Scripts|Packaging|\.ci)/[\w./-]+)", step.get("run", "")):
                # With a slash at the end, a value of the matrix follows.
                if not (pathlib.Path(script).is_file() or script.endswith("/") and pathlib.Path(script).is_dir()):
                    yield f"{where}: {script} does not exist"
            if "uses" in step and not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) and step["uses"] not in BRANCHES:
                yield f"{where}: {step['uses']} has no major version"


def coverage_faults():
    """The project's workflow must call every script of .ci/run, with its first argument that is a word."""
    called = re.findall(r"^step (Scripts/[\w-]+)", pathlib.Path(".ci/run").read_text(), flags=re.M)
    text = CI.read_text()
    for script in called:
        if script not in text:
            yield f"{CI}: does not call {script}, which .ci/run calls"


def package_faults():
    """ci.yml must run every test of the packages."""
    matrix = YAML(typ="safe").load(CI.read_text())["jobs"]["install"]["strategy"]["matrix"]
    tested = {*matrix["test"], *(entry["test"] for entry in matrix["include"])}
    for test in pathlib.Path("Packaging/tests").iterdir():
        if test.name not in tested and str(test) not in CI.read_text():
            yield f"{CI}: does not run {test}"


def action_faults():
    """The steps of the action must pass each of its inputs to its script, which must use it."""
    text = ACTION.read_text()
    script = pathlib.Path("Packaging/action").read_text()
    action = YAML(typ="safe").load(text)
    used = set(re.findall(r"inputs\.([\w-]+)", text))
    for name in used ^ set(action["inputs"]):
        yield f"{ACTION}: the input {name} is not declared or not used"
    passed = {variable for step in action["runs"]["steps"] for variable in step["env"]}
    for variable in passed ^ set(re.findall(r"\b(INPUT_[A-Z_]+|RELEASES)\b", script)):
        yield f"{ACTION}: the variable {variable} is not passed or not used"


def main():
    blocks = pasted()
    found = [] if blocks else [f"{PAGE}: has no workflow to paste"]
    texts = [(str(path), path.read_text()) for path in OURS] + [(f"{PAGE}, block {n}", text) for n, text in enumerate(blocks, 1)]
    for name, text in texts:
        faults = list(schema_faults(name, text))
        found += faults or reference_faults(name, text)
    found += coverage_faults()
    found += package_faults()
    found += list(schema_faults(str(ACTION), ACTION.read_text(), "vendor.github-actions")) or action_faults()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
