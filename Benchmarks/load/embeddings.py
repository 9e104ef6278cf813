"""embeddings.py PORT FILE: an embedding service with OpenAI's interface whose vectors are those of FILE (JSON: text to components)."""

import http.server
import json
import sys

VECTORS = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(200, {"status": "ok"})

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = request["input"]
        if not all(text in VECTORS for text in texts):
            return self.answer(400, {"error": {"message": "a text that is not in the file"}})
        data = [{"object": "embedding", "index": index, "embedding": VECTORS[text]} for index, text in enumerate(texts)]
        self.answer(200, {"object": "list", "data": data, "model": request["model"]})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with open(sys.argv[2]) as file:
    VECTORS.update(json.load(file))
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
