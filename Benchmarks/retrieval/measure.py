"""measure.py [--misses] PROVIDER...: measures how often the expected trace is among the first 1, 3 and 10 results.

A provider is a name in Benchmarks/retrieval/providers, or any program that reads a JSON array of texts and writes the
array of their vectors. Its argument is the number of texts, from the first, that are traces. The others are questions.
A model that treats both alike ignores it. Traces are ranked by exact cosine. recall@k is the share of questions with
an expected trace among the first k. MRR is the mean of 1 / rank of the first expected trace. --misses prints each
question without an expected trace among the first ten.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
FIXTURES = sorted(file for name in ("CuratedTraces", "SampleTraces") for file in pathlib.Path("Seeders", name).glob("Fixtures/*.json"))


def embed(provider, texts, trace_count):
    own = HERE / "providers" / f"{provider}.py"
    command = [sys.executable, str(own)] if own.exists() else [provider]
    command.append(str(trace_count))
    answer = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"{provider} failed: {answer.stderr.strip()[-2000:]}")
    vectors = np.array(json.loads(answer.stdout), dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        sys.exit(f"{provider} returned vectors of the shape {vectors.shape} for {len(texts)} texts")
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def main(arguments):
    shows_misses = "--misses" in arguments
    providers = [argument for argument in arguments if argument != "--misses"]
    traces = [trace for file in FIXTURES for trace in json.loads(file.read_text())]
    titles = [trace["title"] for trace in traces]
    questions = json.loads((HERE / "questions.json").read_text())
    unknown = {title for question in questions for title in question["expected"]} - set(titles)
    if unknown:
        sys.exit("questions.json expects traces that do not exist: " + "; ".join(sorted(unknown)))
    texts = [f"{trace['title']}\n\n{trace['context']}\n\n{trace['solution']}" for trace in traces]
    print(f"{len(questions)} questions, {len(traces)} traces")
    for provider in providers:
        vectors = embed(provider, texts + [question["question"] for question in questions], len(texts))
        order = np.argsort(-(vectors[len(texts) :] @ vectors[: len(texts)].T), axis=1, kind="stable")
        ranks = []
        for question, ranking in zip(questions, order, strict=True):
            expected = set(question["expected"])
            ranks.append(next(rank for rank, trace in enumerate(ranking, 1) if titles[trace] in expected))
        shares = "   ".join(f"recall@{k} {np.mean([rank <= k for rank in ranks]):.3f}" for k in (1, 3, 10))
        print(f"{provider:12} {shares}   MRR {np.mean([1 / rank for rank in ranks]):.3f}")
        for question, rank, ranking in zip(questions, ranks, order, strict=True):
            if shows_misses and rank > 10:
                print(f"  rank {rank:3}: {question['question']}\n            first result: {titles[ranking[0]]}")


main(sys.argv[1:])
