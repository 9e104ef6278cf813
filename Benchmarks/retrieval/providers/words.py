"""A JSON array of texts on standard input, their vectors on standard output: words, counted.

No model: each word is a dimension, its weight tf-idf (Salton and Buckley, "Term-weighting approaches in automatic text
retrieval", 1988). What this finds, the questions share with the traces word by word; a model should find more.
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
