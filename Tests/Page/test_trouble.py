"""Failures of the service and the network, and hostile traces."""

import json
import re

from playwright.sync_api import expect
from test_search import SEARCH, ask, searches


def test_after_too_many_searches_it_waits_for_retry_after_and_continues(server, open_page, picture):
    page = open_page(server)
    page.route(
        SEARCH,
        lambda route: route.fulfill(
            status=429, headers={"Retry-After": "37", "Content-Type": "application/problem+json"},
            body=json.dumps({"type": "urn:trace-server:problem:rate-limited", "detail": "60 reads a minute"}),
        ),
    )
    page.clock.install()
    page.locator("#q").fill("docker")
    page.clock.run_for(1000)
    alert = page.get_by_role("alert").filter(has_text="searches")
    expect(alert).to_contain_text("Too many searches in the last minute. Retrying automatically in 37 s.")
    picture(page, "too-many")
    # Typing sends no request before the time.
    sent = searches(page)
    page.locator("#q").fill("docker volume")
    page.clock.run_for(30_000)
    assert sent == []
    page.unroute(SEARCH)
    page.clock.run_for(10_000)
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#problem")).to_be_hidden()
    assert sent == ["docker volume"]


def test_the_rate_limit_is_reported_with_the_seconds_of_the_server(project, server, open_page):
    limited = project.serve(RATE_LIMIT_READ_PER_MINUTE="4")
    page = open_page(limited)
    answers = []
    page.on("response", lambda answer: answer.url.endswith("/search") and answers.append(answer))
    for number in range(20):
        page.locator("#q").fill(f"docker {number}")
        page.locator("#q").press("Enter")
        expect(page.locator("#results-section")).not_to_have_attribute("aria-busy", "true")
        if answers[-1].status == 429:
            break
    seconds = answers[-1].headers["retry-after"]
    expect(page.locator("#problem-text")).to_contain_text(f"Retrying automatically in {seconds} s.")
    limited.stop()


def test_typing_slowly_never_exceeds_the_limit(server, open_page):
    """When few requests remain, the page sends at most one per second, which is the refill rate."""
    page = open_page(server)
    page.route(
        SEARCH,
        lambda route: route.fulfill(json={"results": []}, headers={"RateLimit-Remaining": "5"}),
    )
    page.clock.install()
    sent = searches(page)
    for number in range(40):
        page.locator("#q").fill(f"docker {number}")
        page.clock.run_for(500)
    assert len(sent) <= 1, sent
    page.clock.run_for(1200)
    expect(page.locator("#results-section")).not_to_have_attribute("aria-busy", "true")
    assert sent[-1] == "docker 39"


def test_an_unavailable_database_is_reported_and_retried(server, open_page, picture):
    page = open_page(server)
    ask(page, "docker")
    problem = {"type": "urn:trace-server:problem:database-unavailable", "detail": "the database is unavailable"}
    page.route(SEARCH, lambda route: route.fulfill(status=503, json=problem))
    page.locator("#q").fill("docker volume")
    expect(page.locator("#problem-text")).to_have_text(
        "Search failed: the database is unavailable. Retrying automatically in 2 s.")
    expect(page.locator("#status")).to_have_text("The previous results are shown below.")
    picture(page, "unavailable")
    page.unroute(SEARCH)
    page.get_by_role("button", name="Retry now").click()
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#results > li")).to_have_count(10)


def test_being_offline_is_reported_and_searches_continue_afterwards(server, open_page, picture):
    page = open_page(server)
    expect(page.locator("#seeding-state")).not_to_be_empty()
    page.context.set_offline(True)
    page.locator("#q").fill("docker")
    expect(page.locator("#problem-text")).to_contain_text("You are offline.")
    picture(page, "offline", full_page=True)
    page.context.set_offline(False)
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#problem")).to_be_hidden()


def test_an_internal_error_shows_the_request_id_of_the_log(server, open_page):
    page = open_page(server)
    problem = {"type": "urn:trace-server:problem:internal", "detail": "internal server error", "request_id": "r-17"}
    page.route(SEARCH, lambda route: route.fulfill(status=500, json=problem))
    page.locator("#q").fill("docker")
    expect(page.locator("#problem-text")).to_have_text(
        "Internal server error. Request ID in the server log: r-17.")


def test_a_response_that_is_not_json_is_reported(server, open_page):
    page = open_page(server)
    page.route(SEARCH, lambda route: route.fulfill(status=200, body="<html>a proxy's page"))
    page.locator("#q").fill("docker")
    expect(page.locator("#problem-text")).to_have_text("The response is not valid JSON.")


def test_the_text_of_a_trace_is_never_interpreted_as_html(server, hostile_trace, open_page, picture):
    for width in (1280, 320):
        page = open_page(server, width=width, height=1200)
        ask(page, "zorbificate")
        first = page.locator("#results > li").first
        expect(first).to_have_attribute("data-id", hostile_trace["id"])
        first.locator("h3 button").click()
        expect(first.locator("figure.code").first).to_be_visible()
        assert page.evaluate("window.wasRun") is None
        assert page.locator("main script, main img, main h1, main iframe, main b").count() == 0
        addresses = first.locator("a").evaluate_all("links => links.map(link => link.href)")
        assert all(re.match(r"https?://", address) for address in addresses), addresses
        assert first.locator("a").evaluate_all("links => links.every(link => link.textContent.length > 8)")
        # Bidirectional control characters are visible, in the title and in code.
        expect(first.locator("h3 .unseen").first).to_have_text("U+202E")
        expect(first.locator("pre .unseen").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        # Only the first line of tags and code scroll sideways.
        picture(page, f"hostile-{width}")


def test_the_field_limits_a_query_to_the_length_that_the_service_accepts(server, open_page):
    page = open_page(server)
    page.locator("#q").fill("docker volume " * 500)
    page.locator("#q").press("Enter")
    expect(page.locator("#results > li")).to_have_count(10)
    assert len(page.locator("#q").input_value()) == 2000
