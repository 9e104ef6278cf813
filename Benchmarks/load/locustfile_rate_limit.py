"""Whether the limiter lets through what it should, and no more, while many ask at once.

Each agent is a user with a bucket of its own, of LOAD_LIMIT tokens (60) that fills up in a minute. It checks:

1. a burst as large as the bucket is let through whole;
2. of as many again at once, almost all get 429 and a Retry-After: only what came back meanwhile is let through;
3. after ten seconds a sixth of the bucket has come back;
4. all of this for each of the agents, who burst at the same time: nobody takes from another's bucket.

A check that fails is a failed request of that name, and Locust ends with status 1.
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
            # Being refused is what this is about.
            if answer.status_code not in (200, 429):
                answer.failure(f"status {answer.status_code}")
                return 0
            answer.success()
            if answer.status_code == 429 and not 1 <= int(answer.headers.get("Retry-After", "0")) <= 60:
                self.check("Retry-After", False, f"{answer.headers.get('Retry-After')}")
            return answer.status_code

    def burst(self, count):
        """Asks that often, several at a time. How many were let through, refused, and how long it took."""
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
        self.check("1. a burst of the whole bucket is let through", allowed == LIMIT, f"{allowed} of {LIMIT}")

        again, refused, _ = self.burst(LIMIT)
        # Since the first request of all, at most this many tokens came back.
        returned = math.ceil((time.monotonic() - begin) * LIMIT / 60)
        self.check(
            "2. of as many again, only what came back meanwhile", again <= returned and again + refused == LIMIT,
            f"{again} let through, {refused} refused; {returned} had come back",
        )

        rest = time.monotonic()
        gevent.sleep(10)
        waited = time.monotonic() - rest
        later, _, took = self.burst(LIMIT // 2)
        least, most = math.floor(waited * LIMIT / 60), math.ceil((waited + took) * LIMIT / 60) + 1
        self.check("3. after ten seconds a sixth has come back", least <= later <= most, f"{later}, not {least} to {most}")
        self.check("4. each agent for itself", allowed == LIMIT and later >= least, f"{allowed}, {later}")
        raise StopUser()
