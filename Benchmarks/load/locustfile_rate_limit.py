"""Checks that the rate limiter allows exactly the limit under concurrent requests.

Each agent is a user with its own bucket of LOAD_LIMIT tokens (60), which fills within a minute. The checks:

1. A burst as large as the bucket is allowed.
2. Of a second burst of the same size, almost all requests get 429 with Retry-After. Only as many are allowed as tokens
   have been refilled.
3. After ten seconds, a sixth of the bucket has been refilled.
4. All of this holds for each agent, with concurrent bursts: no agent takes tokens from another's bucket.

A failed check is recorded as a failed request with its name, and Locust exits with status 1.
"""

import math
import os
import random
import time

import gevent
from locust import FastHttpUser, constant, task
from locust.exception import StopUser

from questions import QUESTIONS, SEARCH, register

LIMIT = int(os.environ.get("LOAD_LIMIT", "60"))


class Agent(FastHttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.headers = register(self.client, "agent")

    def ask(self):
        body = {"q": random.choice(QUESTIONS), "limit": 10}
        with self.client.post(SEARCH, json=body, headers=self.headers, name="search", catch_response=True) as answer:
            # A 429 is an expected result.
            if answer.status_code not in (200, 429):
                answer.failure(f"status {answer.status_code}")
                return 0
            answer.success()
            if answer.status_code == 429 and not 1 <= int(answer.headers.get("Retry-After", "0")) <= 60:
                self.check("Retry-After", False, f"{answer.headers.get('Retry-After')}")
            return answer.status_code

    def burst(self, count):
        """Sends requests, several concurrently. Returns the numbers of allowed and denied ones, and the duration."""
        begin = time.monotonic()
        asked = [gevent.spawn(self.ask) for _ in range(count)]
        gevent.joinall(asked)
        answers = [one.value for one in asked]
        return answers.count(200), answers.count(429), time.monotonic() - begin

    def check(self, name, is_right, found):
        self.environment.events.request.fire(
            request_type="CHECK", name=name, response_time=0, response_length=0, context={},
            exception=None if is_right else AssertionError(found),
        )

    @task
    def assertions(self):
        begin = time.monotonic()
        allowed, _, _ = self.burst(LIMIT)
        self.check("1. a burst as large as the bucket is allowed", allowed == LIMIT, f"{allowed} of {LIMIT}")

        again, refused, _ = self.burst(LIMIT)
        # The maximum number of tokens refilled since the first request.
        returned = math.ceil((time.monotonic() - begin) * LIMIT / 60)
        self.check(
            "2. of a second burst, only refilled tokens are allowed", again <= returned and again + refused == LIMIT,
            f"{again} allowed, {refused} denied, {returned} refilled",
        )

        rest = time.monotonic()
        gevent.sleep(10)
        waited = time.monotonic() - rest
        later, _, took = self.burst(LIMIT // 2)
        least, most = math.floor(waited * LIMIT / 60), math.ceil((waited + took) * LIMIT / 60) + 1
        self.check("3. a sixth is refilled after 10 s", least <= later <= most, f"{later}, expected {least} to {most}")
        self.check("4. agents are independent", allowed == LIMIT and later >= least, f"{allowed}, {later}")
        raise StopUser()
