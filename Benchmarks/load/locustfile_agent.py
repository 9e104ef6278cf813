"""Simulates coding agents: 10 to 15 searches within 30 seconds, then a pause. Agents must never be rate limited.

LOAD_IDLE is the length of the pause in seconds, 300 by default.
"""

import os
import random

import gevent
from locust import FastHttpUser, constant, task

from questions import QUESTIONS, SEARCH, register

IDLE = float(os.environ.get("LOAD_IDLE", "300"))
SESSION = 30


class CodingAgent(FastHttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.headers = register(self.client, "agent")

    @task
    def session(self):
        # Random times, so several requests are often concurrent.
        moments = sorted(random.uniform(0, SESSION) for _ in range(random.randint(10, 15)))
        now = 0.0
        for moment in moments:
            gevent.sleep(moment - now)
            now = moment
            body = {"q": random.choice(QUESTIONS), "limit": 10}
            with self.client.post(SEARCH, json=body, headers=self.headers, name="search", catch_response=True) as answer:
                if answer.status_code != 200:
                    answer.failure("blocked" if answer.status_code == 429 else f"status {answer.status_code}")
        gevent.sleep(SESSION - now + IDLE)
