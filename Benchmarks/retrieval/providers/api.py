"""Reads a JSON array of texts and writes their vectors, computed by an OpenAI-compatible API.

Environment: EMBEDDING_API_URL (such as https://api.example.com/v1), EMBEDDING_API_KEY and EMBEDDING_MODEL.
"""

import json
import os
import sys
import urllib.request

BATCH = 64


def embed(texts):
    request = urllib.request.Request(
        os.environ["EMBEDDING_API_URL"].rstrip("/") + "/embeddings",
        data=json.dumps({"model": os.environ["EMBEDDING_MODEL"], "input": texts}).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {os.environ['EMBEDDING_API_KEY']}",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        data = json.load(response)["data"]
    return [entry["embedding"] for entry in sorted(data, key=lambda entry: entry["index"])]


def main():
    missing = [name for name in ("URL", "KEY") if f"EMBEDDING_API_{name}" not in os.environ]
    if missing or "EMBEDDING_MODEL" not in os.environ:
        sys.exit("set EMBEDDING_API_URL, EMBEDDING_API_KEY and EMBEDDING_MODEL")
    texts = json.load(sys.stdin)
    json.dump([vector for i in range(0, len(texts), BATCH) for vector in embed(texts[i : i + BATCH])], sys.stdout)


main()
