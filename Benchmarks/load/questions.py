"""The queries: the questions of the benchmark `retrieval`."""

import json
import pathlib

QUESTIONS = [
    entry["question"]
    for entry in json.loads((pathlib.Path(__file__).parent.parent / "retrieval/questions.json").read_text())
]
SEARCH = "/api/v1/traces/search"


def register(client, name):
    """Registers a user and returns the Authorization header. Not counted as a search."""
    import secrets

    answer = client.post(
        "/api/v1/auth/register", json={"email": f"{name}-{secrets.token_hex(8)}@example.com"}, name="register"
    )
    return {"Authorization": f"Bearer {answer.json()['token']}"}
