"""Measures the latency of searches under load: each user sends a request, waits for the response, pauses and repeats.

LOAD_PAUSE is the pause in seconds, 0.1 by default (at most ten searches per second and user). 0 means no pause.
LOAD_STAGES names a file for the `Server-Timing` values of each search.
"""

import itertools
import json
import os
import random

from locust import FastHttpUser, constant, events, task

from questions import QUESTIONS, SEARCH, register

PAUSE = float(os.environ.get("LOAD_PAUSE", "0.1"))
STAGES = os.environ.get("LOAD_STAGES")
stages = []


class SearchUser(FastHttpUser):
    wait_time = constant(PAUSE)

    def on_start(self):
        self.headers = register(self.client, "load")
        self.questions = itertools.cycle(random.sample(QUESTIONS, len(QUESTIONS)))

    @task
    def search(self):
        body = {"q": next(self.questions), "limit": 10}
        with self.client.post(SEARCH, json=body, headers=self.headers, name="search", catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            elif STAGES and (timing := answer.headers.get("Server-Timing")):
                stages.append({part.split(";dur=")[0]: float(part.split(";dur=")[1]) for part in timing.split(", ")})


@events.quit.add_listener
def write_stages(**_):
    if STAGES:
        with open(STAGES, "w") as file:
            json.dump(stages, file)
