"""The exact terms of texts, and how search ranks with them: the same as ExactTerms and RankedSearch of the product."""

import collections
import hashlib
import re

import numpy as np

LONG = re.compile(r"[A-Za-z0-9_.]{65,}")
OTHER = re.compile(r"(?:[^A-Za-z0-9_.]|[.](?![0-9])|(?<![0-9])[.]|(?<![A-Za-z0-9_])[A-Za-z][a-z]*(?![A-Za-z0-9_]))+")
MOST_TERMS, MOST_TRACES, STRENGTH = 8, 100, 0.5
FORMS = [
    "we see {} in the log since the last deployment, what is wrong and how do we fix it", "what does {} mean",
    "after the update I get {} in production, it worked before", "how do I use {} correctly here",
]


def all_terms(text):
    return [term for term in OTHER.split(LONG.sub(" ", text)) if term]


def has_letters(term):
    return re.search("[A-Za-z]", term) is not None


def question_terms(question):
    found = {t for t in all_terms(question) if (t.strip("_") if len(t) > 2 else has_letters(t))}
    return sorted(found, key=lambda term: (not has_letters(term), -len(term), term))[:MOST_TERMS]


class Index:
    def __init__(self, texts):
        self.traces = collections.defaultdict(set)
        for number, text in enumerate(texts):
            for term in all_terms(text):
                self.traces[term].add(number)

    def raised(self, question, similarities):
        """The similarities of all traces, raised by the exact terms of the question."""
        rarity = np.zeros(len(similarities))
        for term in question_terms(question):
            found = set().union(*(self.traces.get(form, ()) for form in (term, term.lower(), term.upper())))
            if 0 < len(found) <= MOST_TRACES:
                rarity[list(found)] += len(found) ** -0.5
        return similarities + STRENGTH * max(0, similarities.max()) * np.minimum(1, rarity)

    def questions(self, titles):
        own = collections.defaultdict(list)
        for term in sorted(self.traces):
            if len(self.traces[term]) <= 2 and question_terms(term) == [term] and has_letters(term):
                for trace in self.traces[term]:
                    own[trace].append(term)
        result = []
        for trace, found in sorted(own.items()):
            digest = int.from_bytes(hashlib.sha256(titles[trace].encode()).digest()[:8], "big")
            term = found[digest % len(found)]
            question = FORMS[digest // 1000 % len(FORMS)].format(term)
            result.append({"question": question, "expected": [titles[one] for one in self.traces[term]]})
        return result
