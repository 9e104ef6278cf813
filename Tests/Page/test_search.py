"""Searching, as a user does it."""

import json
import os
import pathlib
import re

import pytest
from playwright.sync_api import expect

QUESTIONS = json.loads(pathlib.Path(__file__).with_name("questions.json").read_text())["questions"]
# The embedding model. These settings are passed on to the server.
IS_LOCAL = os.environ.get("EMBEDDING_PROVIDER", "local") == "local"
MODEL = "local" if IS_LOCAL else os.environ["EMBEDDING_MODEL"]
SEARCH = "**/api/v1/traces/search"


def searches(page):
    """Collects the queries that the page sends from now on."""
    sent = []
    page.on(
        "request",
        lambda request: request.url.endswith("/search") and sent.append(json.loads(request.post_data)["q"]),
    )
    return sent


def ask(page, question):
    """Appends a question to the search field, and waits for the response to the whole."""
    whole = " ".join((page.locator("#q").input_value() + question).split())
    with page.expect_response(
        lambda answer: answer.url.endswith("/search")
        and json.loads(answer.request.post_data)["q"] == whole
    ):
        page.locator("#q").press("End")
        page.locator("#q").press_sequentially(question)
    expect(page.locator("#results-section")).not_to_have_attribute("aria-busy", "true")


def titles(page):
    return page.locator("#results h3 button").all_inner_texts()


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda asked: asked["question"])
def test_a_question_finds_a_fitting_trace_first(server, open_page, asked):
    page = open_page(server)
    ask(page, asked["question"])
    expect(page.locator("#results > li")).to_have_count(10)
    found = titles(page)
    ranks = [found.index(title) + 1 for title in asked["fitting"] if title in found]
    expected = asked.get("rank", {}).get(MODEL, 1)
    assert min(ranks, default=0) == expected, found[:3]


def test_it_searches_as_you_type_but_not_for_every_key(server, open_page, picture):
    page = open_page(server)
    sent = searches(page)
    question = "prepared statement already exists behind pgbouncer"
    ask(page, question)
    expect(page.locator("#results h3").first).to_contain_text("behind PgBouncer in transaction mode")
    assert sent[-1] == question and len(sent) < len(question) / 3, sent
    expect(page.locator("#status")).to_have_text("10 traces, by similarity and trust, best match first.")
    marks = {mark.lower() for mark in page.locator("#results h3 mark").all_inner_texts()}
    assert {"prepared", "statement", "pgbouncer"} <= marks and "in" not in marks
    assert page.title() == f"{question} – Trace search"
    picture(page, "results-light")


def test_a_late_response_does_not_replace_a_newer_one(server, open_page):
    page = open_page(server)
    held = []

    def hold(route):
        if json.loads(route.request.post_data)["q"] == "docker":
            held.append(route)
        else:
            route.continue_()

    page.route(SEARCH, hold)
    page.locator("#q").press_sequentially("docker")
    page.wait_for_event("request", lambda request: request.url.endswith("/search"))
    ask(page, " volume backup")
    expected = titles(page)
    assert len(held) == 1 and len(expected) == 10
    # The page has aborted this request. Otherwise its response would be shown.
    held[0].fulfill(json={"results": []}, headers={"Content-Type": "application/json"})
    page.wait_for_load_state("networkidle")
    assert titles(page) == expected


def test_a_result_shows_trust_and_similarity_as_text_and_opens_with_its_code(server, open_page, picture):
    page = open_page(server, height=1400)
    ask(page, "roll back after each test")
    first = page.locator("#results > li").first
    expect(first.locator(".facts")).to_contain_text(re.compile(r"similarity 0\.\d\d"))
    expect(first.locator(".facts")).to_contain_text("trust 1")
    expect(first.locator(".facts")).to_contain_text("validated seed")
    heading = first.get_by_role("button", expanded=False).first
    heading.click()
    expect(first.get_by_role("heading", name="Solution")).to_be_visible()
    code = first.locator("figure.code", has_text="create_savepoint").last
    expect(code.locator("figcaption span")).to_have_text("python")
    assert "\n" in code.locator("pre code").inner_text()
    assert first.locator(".body").inner_text().count("```") == 0
    picture(page, "opened-light")
    # It stays open if the next results include it.
    ask(page, " with sqlalchemy")
    expect(first.get_by_role("heading", name="Solution")).to_be_visible()


def test_code_is_copied_unchanged(server, open_page):
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "roll back after each test")
    page.locator("#results h3 button").first.click()
    block = page.locator("#results figure.code").first
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("code").text_content()


def test_tags_filter_and_the_url_keeps_query_and_tags(server, open_page, picture):
    page = open_page(server)
    page.locator("#tags").get_by_role("button", name=re.compile("^docker")).click()
    expect(page.locator("#status")).to_have_text("Type a question to search the traces with docker.")
    ask(page, "connection refused")
    expect(page.locator("#results > li").first).to_be_visible()
    for tags in page.locator("#results > li").all():
        expect(tags.get_by_role("button", name=re.compile("^Tag docker:"))).to_have_attribute("aria-pressed", "true")
    page.locator("#other-tag").fill("Security")
    page.locator("#other-tag").press("Enter")
    expect(page.locator("#status")).to_contain_text("with docker and security")
    expect(page.locator("#results").get_by_role("button", name=re.compile("^Tag security: remove")).first).to_be_visible()
    found = titles(page)
    assert 0 < len(found) < 10
    picture(page, "filtered")
    sent = searches(page)
    page.reload()
    expect(page.locator("#q")).to_have_value("connection refused")
    expect(page.locator("#results > li")).to_have_count(len(found))
    page.wait_for_load_state("networkidle")
    assert sent == ["connection refused"]
    assert titles(page) == found
    page.get_by_role("button", name="All traces").click()
    expect(page.locator("#results > li")).to_have_count(10)
    # In the fragment of the URL, which is not sent to the server.
    assert "#q=connection+refused" in page.url


def test_missing_matches_are_reported(server, open_page, picture):
    page = open_page(server)
    ask(page, "how do I bake sourdough bread")
    expect(page.locator("#status")).to_contain_text("No good match.")
    page.locator("#other-tag").fill("no-such-tag")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#status")).to_have_text("No traces with no-such-tag. Remove a tag to search more traces.")
    expect(page.locator("#results > li")).to_have_count(0)
    picture(page, "empty")


def test_an_invalid_tag_is_rejected_before_it_is_sent(server, open_page):
    page = open_page(server)
    page.locator("#other-tag").fill("!?")
    page.get_by_role("button", name="Add").click()
    assert page.locator("#other-tag").evaluate("field => field.validationMessage") != ""
    expect(page.locator("#tags").get_by_role("button", pressed=True)).to_have_count(0)


def test_everything_works_by_keyboard(server, open_page):
    page = open_page(server)
    question = page.locator("#q")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(question).to_be_focused()
    ask(page, "nginx 502")
    headings = page.locator("#results h3 button")
    page.keyboard.press("ArrowDown")
    expect(headings.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(headings.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(headings.nth(9)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(headings.nth(0)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(headings.nth(0)).to_be_focused()
    expect(headings.nth(0)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowUp")
    expect(question).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(question).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_value("")
    expect(page.locator("#welcome")).to_be_visible()
    # Within the field it is a normal character.
    question.press_sequentially("a/b")
    expect(question).to_have_value("a/b")


def test_a_cached_response_is_not_requested_again(server, open_page):
    page = open_page(server)
    ask(page, "jsonb index")
    sent = searches(page)
    page.locator("#q").fill("")
    expect(page.locator("#welcome")).to_be_visible()
    page.locator("#q").fill("jsonb index")
    expect(page.locator("#results > li")).to_have_count(10)
    assert sent == []


def test_examples_are_searches(server, open_page):
    page = open_page(server)
    for example in page.locator("#examples button").all():
        example.click()
        expect(page.locator("#results > li")).to_have_count(10)
        expect(page.locator("#status")).not_to_contain_text("Nothing fits")
        page.keyboard.press("Escape")
        expect(page.locator("#welcome")).to_be_visible()
