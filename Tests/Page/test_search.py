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


# How the page says that the model of the server compares texts.
FOUND = "found by words" if IS_LOCAL else "found by meaning"


def searches(page, limit=10):
    """Collects the queries with this limit that the page sends from now on."""
    sent = []

    def collect(request):
        if request.url.endswith("/search"):
            body = json.loads(request.post_data)
            if body["limit"] == limit:
                sent.append(body["q"])

    page.on("request", collect)
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
    expect(page.locator("#status")).to_have_text(f"Best matches first, {FOUND}.")
    marks = {mark.lower() for mark in page.locator("#results h3 mark").all_inner_texts()}
    assert {"prepared", "statement", "pgbouncer"} <= marks and "in" not in marks
    assert page.title() == f"{question} – Trace search"
    picture(page, "results-light")


def test_a_trace_with_the_exact_term_is_a_good_match_however_few_words_are_shared(server, open_page):
    page = open_page(server)
    for term in ("25P02", "TS2322", "ECONNRESET", "RemoteProtocolError"):
        page.locator("#q").fill("")
        ask(page, term)
        expect(page.locator("#status")).to_have_text(f"Best matches first, {FOUND}.")
        expect(page.locator("#results > li").first.locator(".facts")).to_contain_text("Best match")


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


def test_a_result_says_in_plain_words_how_it_matches_and_opens_with_its_code(server, open_page, picture):
    page = open_page(server, height=1400)
    ask(page, "roll back after each test")
    first = page.locator("#results > li").first
    expect(first.locator(".facts")).to_contain_text("Best match")
    expect(first.locator(".facts")).to_contain_text("From the curated collection")
    expect(first.locator(".facts")).not_to_contain_text(re.compile(r"similarity|trust|\d"))
    heading = first.get_by_role("button", expanded=False).first
    heading.click()
    expect(first.get_by_role("heading", name="Solution")).to_be_visible()
    code = first.locator("figure.code", has_text="create_savepoint").last
    expect(code.locator("figcaption .language")).to_have_text("python")
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
    page.locator("#other-tag").fill("docker")
    page.locator("#other-tag").press("Enter")
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
    page.get_by_role("button", name="Clear tags").click()
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


def levels(page):
    return [item.locator(".meter .on").count() for item in page.locator("#results > li").all()]


def test_relevance_is_relative_to_the_best_result(server, open_page):
    page = open_page(server)
    found = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][:4]
    for trace, score in zip(found, [2.0, 1.2, 0.8, 0.2], strict=True):
        trace.update(score=score, similarity=0.4)
    page.route(SEARCH, lambda route: route.fulfill(json={"results": found}))
    ask(page, "nginx 502")
    names = [item.locator(".facts li").first.inner_text() for item in page.locator("#results > li").all()]
    assert names == ["Best match", "Good match", "Partial match", "Weak match"]
    assert levels(page) == [4, 3, 2, 1]


def test_the_best_of_poor_results_is_no_good_match(server, open_page):
    page = open_page(server)
    found = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][:2]
    for trace in found:
        trace.update(score=0.02, similarity=0.02)
    page.route(SEARCH, lambda route: route.fulfill(json={"results": found}))
    ask(page, "nginx 502")
    expect(page.locator("#status")).to_contain_text("No good match.")
    assert levels(page) == [1, 1]


@pytest.mark.parametrize(("changes", "text"), [
    ({"is_seed": True, "trust_score": 1}, "From the curated collection"),
    ({"is_seed": True, "trust_score": 0}, "Disputed more often than confirmed"),
    ({"status": "validated", "confirmation_count": 3, "trust_score": 3}, "Confirmed by 3 users"),
    ({"confirmation_count": 1, "trust_score": 1}, "Confirmed by 1 user so far"),
    ({"confirmation_count": 0, "trust_score": 0}, "Not confirmed yet"),
    ({"confirmation_count": 1, "trust_score": -1}, "Disputed more often than confirmed"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_trust_is_said_in_plain_words(server, open_page, changes, text):
    page = open_page(server)
    trace = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][0]
    trace |= {"is_seed": False, "status": "pending"} | changes
    page.route(SEARCH, lambda route: route.fulfill(json={"results": [trace]}))
    ask(page, "nginx 502")
    expect(page.locator(".facts li").nth(1)).to_have_text(re.compile(f"{text}$"))


@pytest.mark.parametrize(("ranking", "text"), [("words", "found by words"), ("meaning", "found by meaning")])
def test_it_says_found_by_meaning_only_with_a_model_that_does(server, open_page, ranking, text):
    page = open_page(server)

    def change(route):
        answer = route.fetch()
        body = re.sub('data-ranking="[a-z]+"', f'data-ranking="{ranking}"', answer.text())
        route.fulfill(response=answer, body=body)

    page.route(server.url, change)
    page.goto(server.url)
    ask(page, "docker")
    expect(page.locator("#status")).to_have_text(f"Best matches first, {text}.")


def test_tags_count_the_best_results_for_this_question(server, open_page):
    page = open_page(server)
    expect(page.locator("#tags-hint")).to_have_text("The numbers count all traces.")
    everywhere = page.locator("#tags button").first.inner_text()
    ask(page, "nginx 502 behind a load balancer")
    expect(page.locator("#tags-hint")).to_have_text("The numbers count the 30 best results.")
    expect(page.locator("#tags button").first).to_have_attribute("aria-label", re.compile("of the 30 best results$"))
    found = server.ask("api/v1/traces/search", {"q": "nginx 502 behind a load balancer", "limit": 30})[1]["results"]
    tags = [tag for trace in found for tag in trace["tags"]]
    counts = sorted({tag: tags.count(tag) for tag in tags}.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = page.locator("#tags button").all_inner_texts()
    assert shown == [f"{name} {count}" for name, count in counts[:10]]
    page.locator("#q").fill("")
    expect(page.locator("#tags-hint")).to_have_text("The numbers count all traces.")
    expect(page.locator("#tags button").first).to_have_text(everywhere)


def test_more_results_are_requested_once_per_question_and_shown_on_demand(server, open_page):
    page = open_page(server)
    sent = searches(page, limit=20)
    ask(page, "docker volume backup")
    more = page.get_by_role("button", name="Show 10 more")
    expect(more).to_be_visible()
    assert sent == ["docker volume backup"]
    more.click()
    expect(page.locator("#results > li")).to_have_count(20)
    expect(page.locator("#results h3 button").nth(10)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#results h3 button").nth(9)).to_be_focused()
    more.click()
    expect(page.locator("#results > li")).to_have_count(30)
    assert len(set(titles(page))) == 30
    assert sent == ["docker volume backup"]


def everything(server, question):
    """The IDs of all results of a question."""
    found, cursor = [], None
    while True:
        body = {"q": question, "limit": 50} | ({"cursor": cursor} if cursor else {})
        answer = server.ask("api/v1/traces/search", body)[1]
        found += [trace["id"] for trace in answer["results"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            return found


def test_show_more_goes_on_to_the_last_result(server, open_page, picture):
    page = open_page(server)
    ask(page, "docker volume backup")
    expected = everything(server, "docker volume backup")
    assert len(expected) > 40
    for count in range(20, len(expected) + 10, 10):
        page.locator("#more").click()
        expect(page.locator("#results > li")).to_have_count(min(count, len(expected)))
    expect(page.locator("#more")).to_be_hidden()
    expect(page.locator("#more-note")).to_have_text(f"The first {len(expected)} results are shown.")
    assert [item.get_attribute("data-id") for item in page.locator("#results > li").all()] == expected
    page.locator("#more-note").scroll_into_view_if_needed()
    picture(page, "all-results")


def test_the_next_results_get_the_focus_and_a_new_question_replaces_them(server, open_page):
    page = open_page(server)
    ask(page, "docker volume backup")
    for count in (20, 30, 40):
        expect(page.locator("#more")).to_be_visible()
        page.locator("#more").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#results h3 button").nth(count - 10)).to_be_focused()
    page.locator("#q").fill("nginx 502")
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.get_by_role("button", name="Show 10 more")).to_be_visible()
    # The cached response has all results that were requested.
    page.locator("#q").fill("docker volume backup")
    expect(page.locator("#results > li")).to_have_count(10)
    page.locator("#more").click()
    expect(page.locator("#results > li")).to_have_count(20)


def test_typing_while_more_results_are_loaded_leaves_a_button_that_works(server, open_page):
    page = open_page(server)
    ask(page, "docker volume backup")
    for count in (20, 30):
        page.locator("#more").click()
        expect(page.locator("#results > li")).to_have_count(count)
    held = []
    page.route(SEARCH, lambda route: held.append(route))
    more = page.locator("#more")
    with page.expect_request(SEARCH):
        more.click()
    expect(more).to_have_text("Loading …")
    # A single letter ends the request, and is not searched for.
    page.locator("#q").fill("d")
    expect(more).to_have_text("Show more")
    page.unroute(SEARCH)
    more.click()
    expect(page.locator("#results > li")).to_have_count(40)


def test_more_results_that_fail_are_reported_and_can_be_requested_again(server, open_page):
    page = open_page(server)
    ask(page, "docker volume backup")
    for count in (20, 30):
        page.locator("#more").click()
        expect(page.locator("#results > li")).to_have_count(count)
    problem = {"detail": "the database is unavailable"}
    page.route(SEARCH, lambda route: route.fulfill(status=503, headers={"Retry-After": "3"}, json=problem))
    more = page.get_by_role("button", name="Show more")
    more.click()
    expect(page.locator("#more-note")).to_have_text(
        "More results could not be loaded: The database is unavailable. Retry in 3 s.")
    expect(more).to_be_focused()
    page.unroute(SEARCH)
    more.click()
    expect(page.locator("#results > li")).to_have_count(40)
    expect(page.locator("#more-note")).to_be_hidden()


def test_more_results_are_not_requested_when_few_requests_remain(server, open_page):
    page = open_page(server)
    answer = server.ask("api/v1/traces/search", {"q": "docker"})[1]
    page.route(SEARCH, lambda route: route.fulfill(json=answer, headers={"RateLimit-Remaining": "5"}))
    sent = searches(page, limit=20)
    page.clock.install()
    page.locator("#q").fill("docker")
    page.clock.run_for(1500)
    expect(page.locator("#results > li")).to_have_count(10)
    page.clock.run_for(5000)
    expect(page.locator("#tags-hint")).to_have_text("The numbers count the 10 best results.")
    assert sent == []
    # The button requests them.
    page.unroute(SEARCH)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#results > li")).to_have_count(20)


def test_enter_opens_the_first_result(server, open_page):
    page = open_page(server)
    ask(page, "nginx 502")
    page.keyboard.press("Enter")
    first = page.locator("#results h3 button").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-expanded", "true")


def test_enter_before_the_response_opens_the_first_result_when_it_arrives(server, open_page):
    page = open_page(server)
    page.locator("#q").fill("nginx 502")
    page.keyboard.press("Enter")
    first = page.locator("#results h3 button").first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-expanded", "true")


def test_typing_after_enter_opens_nothing(server, open_page):
    page = open_page(server)
    held = []
    page.route(SEARCH, lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request(SEARCH):
        page.locator("#q").fill("nginx 502")
        page.keyboard.press("Enter")
    ask(page, " bad gateway")
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#results h3 button[aria-expanded=true]")).to_have_count(0)
    expect(page.locator("#q")).to_be_focused()
    # The page has aborted this request.
    assert len(held) == 1
    held[0].abort()
