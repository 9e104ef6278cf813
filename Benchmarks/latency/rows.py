"""The rows of the seeders users, tags, curated-traces and sample-traces, for the programs beside seed-runner.

`rows.py FILE` writes them as a fixture for Django's loaddata.
"""

import json
import pathlib
import re
import sys
import uuid

SEEDERS = pathlib.Path(__file__).parents[2] / "Seeders"
CONTRIBUTORS = {"CuratedTraces": "seeds@commontrace.internal", "SampleTraces": "seed@commontrace.dev"}


def read(pattern):
    return [record for file in sorted(SEEDERS.glob(pattern)) for record in json.loads(file.read_text())]


def users():
    for name, is_seed in (("contributors", True), ("demo-users", False)):
        for record in read(f"Users/Fixtures/{name}.json"):
            yield {"email": record["email"], "display_name": record["display_name"], "is_seed": is_seed}


def tags():
    return [record["name"] for record in read("Tags/Fixtures/tags.json")]


def traces():
    """Each trace with the email address of its contributor and with the names of its tags."""
    for folder, contributor in CONTRIBUTORS.items():
        for record in read(f"{folder}/Fixtures/*.json"):
            columns = {
                "title": record["title"], "context_text": record["context"], "solution_text": record["solution"],
                "status": "validated", "agent_model": record.get("agent_model"),
                "agent_version": record.get("agent_version"), "is_seed": True, "trust_score": 1.0,
                "confirmation_count": 2,
            }
            yield columns, contributor, sorted({re.sub(r"\s+", "-", tag.strip().lower()) for tag in record["tags"]})


def key(model, natural_key):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{model} {natural_key}"))


def fixture():
    """The rows with primary keys, as Django's dumpdata writes them."""
    for user in users():
        yield {"model": "knowledge.user", "pk": key("user", user["email"]), "fields": user}
    for name in tags():
        yield {"model": "knowledge.tag", "pk": key("tag", name), "fields": {"name": name}}
    for columns, contributor, names in traces():
        references = {"contributor": key("user", contributor), "tags": [key("tag", name) for name in names]}
        yield {"model": "knowledge.trace", "pk": key("trace", columns["title"]), "fields": {**columns, **references}}


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(json.dumps(list(fixture()), indent=2))
