"""The same search service in Python for comparison: FastAPI, asyncpg, and uvicorn with uvloop and httptools.

It has the same tables, SQL statement, responses, tokens and limits, but no access log, while trace-server writes one.
STYLE selects one of two variants:

- `plain`: gives the same guarantees as trace-server, written as the documentation of the libraries recommends. A
  search is a transaction with its settings, so it works behind a pooler. The pool resets a connection before it is
  reused. A pydantic model describes the response.
- `tuned`: as fast as possible. The settings apply to the session, which saves the transaction, and connections are not
  reset, so it would not work behind a pooler. orjson encodes the response, without a model.

Both variants have less to do than trace-server. They look up the vectors of queries in a table. With several workers,
each has its own rate limiter. They have no metrics.

Environment: DATABASE_URL, VECTORS (JSON: query to components), MODEL, MODEL_VERSION, READS_PER_MINUTE,
WRITES_PER_MINUTE, POOL_SIZE.
"""

import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import secrets
import struct
import time
import uuid

import asyncpg
import orjson
from fastapi import FastAPI, Header, HTTPException, Request, Response
from pydantic import BaseModel, Field

SEARCH = """
SELECT traces.id, title, context_text, solution_text,
  ARRAY(SELECT name FROM trace_tags JOIN tags ON tags.id = tag_id WHERE trace_id = traces.id ORDER BY name) AS tags,
  status, trust_score, confirmation_count, contributor_id, display_name, agent_model, agent_version, traces.is_seed,
  is_flagged, is_provisional, embedding IS NOT NULL AS is_searchable, traces.created_at, traces.updated_at, similarity, score
FROM (
  SELECT id AS found, 1 - distance AS similarity, (1 - distance) * ln(2 + greatest(0, trust)) AS score
  FROM (
    SELECT * FROM (
      SELECT id, embedding <=> $1 AS distance, trust_score AS trust FROM traces
      WHERE embedding IS NOT NULL AND NOT is_provisional AND NOT is_flagged AND embedding_model_id = $2
        AND embedding_model_version = $3
      ORDER BY distance LIMIT 100
    ) AS found
    UNION ALL
    SELECT * FROM (
      SELECT id, embedding <=> $1 AS distance, trust_score AS trust FROM traces
      WHERE embedding IS NOT NULL AND is_provisional AND NOT is_flagged AND embedding_model_id = $2
        AND embedding_model_version = $3 AND contributor_id = $5
      ORDER BY distance LIMIT 100
    ) AS own
  ) AS near ORDER BY score DESC, found LIMIT $4
) AS best JOIN traces ON traces.id = found JOIN users ON users.id = contributor_id
ORDER BY score DESC, found
"""
REGISTER = """
WITH new AS (INSERT INTO users (id, email, display_name) VALUES ($1, $2, $3) ON CONFLICT (email) DO NOTHING RETURNING id)
INSERT INTO api_tokens (token_hash, user_id) SELECT $4, id FROM new RETURNING user_id
"""
USER = "SELECT user_id FROM api_tokens JOIN users ON users.id = user_id WHERE token_hash = $1 AND NOT is_seed"

LIMITS = {"read": int(os.environ.get("READS_PER_MINUTE", 60)), "write": int(os.environ.get("WRITES_PER_MINUTE", 20))}
TOKEN_SECONDS = 10
TUNED = os.environ.get("STYLE") == "tuned"
MODEL = os.environ.get("MODEL", "local"), os.environ.get("MODEL_VERSION", "1")
SETTINGS = {"hnsw.ef_search": "100", "hnsw.iterative_scan": "relaxed_order"}
# In pgvector's binary format.
VECTORS = {
    question: struct.pack(f">HH{len(vector)}f", len(vector), 0, *vector)
    for question, vector in json.loads(pathlib.Path(os.environ["VECTORS"]).read_text()).items()
}


@contextlib.asynccontextmanager
async def lifespan(app):
    async def set_up(connection):
        schema = await connection.fetchval(
            "SELECT nspname FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace WHERE typname = 'vector'"
        )
        await connection.set_type_codec("vector", schema=schema, encoder=bytes, decoder=bytes, format="binary")

    async def leave_alone(connection):
        pass

    tuning = {"reset": leave_alone, "server_settings": SETTINGS} if TUNED else {}
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=1, max_size=int(os.environ.get("POOL_SIZE", 16)), init=set_up, **tuning
    ) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan, docs_url=None, openapi_url=None)
known_tokens: dict[bytes, tuple[uuid.UUID, float]] = {}
buckets: dict[tuple[object, str], tuple[float, float]] = {}


class Search(BaseModel):
    q: str = Field(min_length=1, max_length=2000)
    limit: int = Field(default=10, ge=1, le=50)


class Registration(BaseModel):
    email: str = Field(min_length=3, max_length=320)


def take(user, kind):
    """Takes a token from a bucket, or raises 429. Returns the rate limit headers."""
    limit, now = LIMITS[kind], time.monotonic()
    tokens, since = buckets.get((user, kind), (limit, now))
    tokens = min(limit, tokens + (now - since) * limit / 60)
    if tokens < 1:
        buckets[user, kind] = tokens, now
        wait = str(max(1, int((1 - tokens) * 60 / limit + 0.999)))
        raise HTTPException(429, headers={"Retry-After": wait})
    buckets[user, kind] = tokens - 1, now
    return {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(int(tokens - 1))}


async def user_of(authorization):
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.startswith("ct_"):
        raise HTTPException(401)
    digest = hashlib.sha256(token.encode()).digest()
    now = time.monotonic()
    known = known_tokens.get(digest)
    if known and known[1] > now:
        return known[0]
    user = await app.state.pool.fetchval(USER, digest)
    if user is None:
        raise HTTPException(401)
    known_tokens[digest] = user, now + TOKEN_SECONDS
    return user


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.post("/api/v1/auth/register")
async def register(body: Registration, request: Request):
    take(request.client.host, "write")
    token, user = "ct_" + secrets.token_hex(32), uuid.uuid4()
    digest = hashlib.sha256(token.encode()).digest()
    if await app.state.pool.fetchval(REGISTER, user, body.email, f"contributor-{user.hex[:8]}", digest) is None:
        raise HTTPException(409)
    return Response(orjson.dumps({"user_id": user, "token": token}), 201, media_type="application/json")


class Hit(BaseModel):
    score: float
    similarity: float
    id: str
    title: str
    context: str
    solution: str
    tags: list[str]
    status: str
    trust_score: float
    confirmation_count: int
    contributor: str
    contributor_id: str
    agent_model: str | None
    agent_version: str | None
    is_seed: bool
    is_flagged: bool
    is_provisional: bool
    is_searchable: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime


class Found(BaseModel):
    results: list[Hit]


def vector_of(question):
    vector = VECTORS.get(question)
    if vector is None:
        raise HTTPException(422)
    return vector


def members(row):
    mark = str(row[8])[:8]
    return {
        "score": row[19], "similarity": row[18], "id": str(row[0]), "title": row[1], "context": row[2], "solution": row[3],
        "tags": row[4], "status": row[5], "trust_score": row[6], "confirmation_count": row[7],
        "contributor": row[9] if row[12] or row[9].endswith(mark) else f"{row[9]} ({mark})",
        "contributor_id": str(row[8]), "agent_model": row[10], "agent_version": row[11], "is_seed": row[12],
        "is_flagged": row[13], "is_provisional": row[14], "is_searchable": row[15], "created_at": row[16],
        "updated_at": row[17],
    }


async def plain_search(body: Search, response: Response, authorization: str = Header()) -> Found:
    user = await user_of(authorization)
    response.headers.update(take(user, "read"))
    response.headers["Cache-Control"] = "no-store"
    vector = vector_of(body.q)
    async with app.state.pool.acquire() as connection, connection.transaction(readonly=True):
        for name, value in SETTINGS.items():
            await connection.execute(f"SET LOCAL {name} = {value}")
        rows = await connection.fetch(SEARCH, vector, *MODEL, body.limit, user)
    return Found(results=[Hit(**members(row)) for row in rows])


async def tuned_search(body: Search, authorization: str = Header()):
    user = await user_of(authorization)
    headers = take(user, "read")
    rows = await app.state.pool.fetch(SEARCH, vector_of(body.q), *MODEL, body.limit, user)
    headers["Cache-Control"] = "no-store"
    answer = {"results": [members(row) for row in rows]}
    return Response(orjson.dumps(answer), headers=headers, media_type="application/json")


app.post("/api/v1/traces/search")(tuned_search if TUNED else plain_search)
