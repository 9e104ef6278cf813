"""measure.py [--misses] PROVIDER...: measures how often the expected trace is among the first 1, 3 and 10 results.

A provider is a name in Benchmarks/retrieval/providers, or any program that reads a JSON array of texts and writes the
array of their vectors. Its argument is the number of texts, from the first, that are traces. The others are questions.
A model that treats both alike ignores it.

Each provider is measured twice: ranked by exact cosine, and as the search of the product ranks: with words in the
dimensions that the model leaves free (HybridEmbeddingProvider), and with the exact terms of the question (terms.py). recall@k is the share of questions with an expected trace among the first k. MRR is the mean
of 1 / rank of the first expected trace. --misses prints each question without an expected trace among the first ten.

There are four sets of questions:
- questions.json avoids the words of the traces. Every other question was used to tune the local model.
- tuning.json has questions as people type them. The local model was tuned with them too.
- held-out.json has questions as people type them, partly with pasted messages. No part of search was tuned with them.
- terms: for each trace that has one, a question with nothing but an exact term that at most two traces have. The term
  is chosen by a hash of the title.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

import terms

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


def add_words(vectors, texts, trace_count):
    subprocess.run(["swift", "build", "-c", "release", "--product", "embed-texts"], check=True, stdout=sys.stderr)
    given = json.dumps({"texts": texts, "vectors": vectors.tolist()})
    answer = subprocess.run(
        [".build/release/embed-texts", "add", str(trace_count)], input=given, capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"embed-texts failed: {answer.stderr.strip()[-2000:]}")
    return np.array(json.loads(answer.stdout), dtype=np.float32)


def report(name, questions, scores, titles, shows_misses):
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = []
    for question, ranking in zip(questions, order, strict=True):
        expected = set(question["expected"])
        ranks.append(next(rank for rank, trace in enumerate(ranking, 1) if titles[trace] in expected))
    shares = "   ".join(f"recall@{k} {np.mean([rank <= k for rank in ranks]):.3f}" for k in (1, 3, 10))
    print(f"  {name:20} {shares}   MRR {np.mean([1 / rank for rank in ranks]):.3f}")
    for question, rank, ranking in zip(questions, ranks, order, strict=True):
        if shows_misses and rank > 10:
            print(f"    rank {rank:3}: {question['question']}\n              first result: {titles[ranking[0]]}")


def main(arguments):
    shows_misses = "--misses" in arguments
    providers = [argument for argument in arguments if argument != "--misses"]
    traces = [trace for file in FIXTURES for trace in json.loads(file.read_text())]
    titles = [trace["title"] for trace in traces]
    texts = [f"{trace['title']}\n\n{trace['context']}\n\n{trace['solution']}" for trace in traces]
    index = terms.Index(texts)
    sets = {name: json.loads((HERE / name).read_text()) for name in ("questions.json", "tuning.json", "held-out.json")}
    sets["terms"] = index.questions(titles)
    unknown = {title for questions in sets.values() for one in questions for title in one["expected"]} - set(titles)
    if unknown:
        sys.exit("questions expect traces that do not exist: " + "; ".join(sorted(unknown)))
    everything = [one["question"] for questions in sets.values() for one in questions]
    vectors = {provider: embed(provider, texts + everything, len(texts)) for provider in providers}
    hybrid = {
        provider: add_words(own, texts + everything, len(texts)) if own.shape[1] <= 1024 else own
        for provider, own in vectors.items()
    }
    start = len(texts)
    for name, questions in sets.items():
        print(f"{name}: {len(questions)} questions, {len(traces)} traces")
        for provider in providers:
            scores, both = (
                own[start : start + len(questions)] @ own[: len(texts)].T for own in (vectors[provider], hybrid[provider])
            )
            report(provider, questions, scores, titles, shows_misses)
            raised = np.array([index.raised(one["question"], row) for one, row in zip(questions, both, strict=True)])
            report(f"{provider}, in search", questions, raised, titles, shows_misses)
        start += len(questions)


main(sys.argv[1:])
