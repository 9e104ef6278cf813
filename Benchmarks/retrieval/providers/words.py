"""Reads a JSON array of texts and writes their vectors of word counts.

This is not a model. Each word is a dimension, weighted by tf-idf (Salton and Buckley, "Term-weighting approaches in
automatic text retrieval", 1988). It finds only traces that share words with the question. A model should find more.
"""

import collections
import json
import math
import re
import sys


def words(text):
    return re.findall(r"[a-z0-9_]{2,}", text.lower())


def main():
    counts = [collections.Counter(words(text)) for text in json.load(sys.stdin)]
    documents = collections.Counter(word for count in counts for word in count)
    index = {word: i for i, word in enumerate(sorted(documents))}
    vectors = []
    for count in counts:
        vector = [0.0] * len(index)
        for word, n in count.items():
            vector[index[word]] = (1 + math.log(n)) * math.log(len(counts) / documents[word])
        vectors.append(vector)
    json.dump(vectors, sys.stdout)


main()
