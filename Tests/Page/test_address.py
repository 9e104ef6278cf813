"""The address follows the question, the tags and the open traces."""

from urllib.parse import parse_qsl, urlparse

from playwright.sync_api import expect
from test_search import ask, searches, titles

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def address(page):
    return parse_qsl(urlparse(page.url).fragment)


def first(page):
    return page.locator("#results > li").first


def opened(page):
    return page.locator("#results h3 button[aria-expanded=true]")


def test_a_link_restores_question_tags_and_open_trace(server, open_page):
    page = open_page(server)
    ask(page, "connection refused")
    chip = first(page).locator(".chip").first
    name = chip.inner_text()
    chip.click()
    expect(page.locator("#status")).to_contain_text(f"with {name}")
    second = page.locator("#results > li").nth(1)
    identifier = second.get_attribute("data-id")
    second.locator("h3 button").click()
    assert address(page) == [("q", "connection refused"), ("tag", name), ("trace", identifier)]
    found = titles(page)
    other = open_page(server, page.url.removeprefix(server.url))
    expect(other.locator("#q")).to_have_value("connection refused")
    expect(opened(other)).to_have_count(1)
    expect(opened(other)).to_be_focused()
    expect(other.locator(f"#body-{identifier}")).to_be_visible()
    assert titles(other) == found


def test_a_link_to_a_trace_alone_shows_it_without_a_search(server, open_page, picture):
    trace = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][0]
    page = open_page(server)
    sent = searches(page)
    page.goto(f"{server.url}#trace={trace['id']}")
    page.reload()
    expect(page.locator("#results > li")).to_have_count(1)
    expect(opened(page)).to_have_text(trace["title"])
    expect(opened(page)).to_be_focused()
    expect(first(page).locator(".facts")).to_contain_text("Opened from a link")
    expect(page.locator("#welcome")).to_be_hidden()
    assert page.title() == f"{trace['title']} – Trace search"
    picture(page, "permalink")
    assert sent == []


def test_a_linked_trace_that_is_not_among_the_results_is_shown_before_them(server, open_page):
    trace = server.ask("api/v1/traces/search", {"q": "react list key"})[1]["results"][0]
    page = open_page(server, f"#q=nginx+502&trace={trace['id']}")
    expect(page.locator("#results > li")).to_have_count(11)
    expect(first(page)).to_have_attribute("data-id", trace["id"])
    expect(first(page).locator("h3 button")).to_have_attribute("aria-expanded", "true")
    # It belongs to the link, not to the next question.
    ask(page, " bad gateway")
    expect(page.locator("#results > li")).to_have_count(10)
    assert address(page) == [("q", "nginx 502 bad gateway")]


def test_a_link_to_a_missing_trace_says_so(server, open_page):
    page = open_page(server, f"#trace={UNKNOWN}")
    expect(page.locator("#linked-note")).to_have_text("The linked trace does not exist.")
    expect(page.locator("#welcome")).to_be_visible()


def test_a_linked_trace_that_cannot_be_read_is_reported(server, open_page):
    page = open_page(server)
    page.route("**/api/v1/traces/0*", lambda route: route.fulfill(status=503, json={"detail": "unavailable"}))
    page.goto(f"{server.url}#trace={UNKNOWN}")
    page.reload()
    expect(page.locator("#linked-note")).to_contain_text("The linked trace could not be loaded.")


def test_a_question_from_the_cache_is_a_step_of_its_own(server, open_page):
    page = open_page(server)
    ask(page, "nginx 502")
    page.locator("#q").press("Tab")
    page.locator("#q").fill("docker volume")
    expect(page.locator("#results > li").first).to_contain_text("volume")
    page.locator("#q").press("Tab")
    sent = searches(page)
    page.locator("#q").fill("nginx 502")
    expect(page.locator("#results h3").first).to_contain_text("502")
    assert sent == []
    page.go_back()
    expect(page.locator("#q")).to_have_value("docker volume")
    page.go_back()
    expect(page.locator("#q")).to_have_value("nginx 502")


def test_a_link_with_nonsense_is_ignored(server, open_page):
    page = open_page(server, "#trace=../../etc&tag=%21%3F&q=docker&x=1")
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#linked-note")).to_be_hidden()
    expect(page.locator("#tags").get_by_role("button", pressed=True)).to_have_count(0)


def test_a_link_works_where_search_requires_a_token(server, strict_server, open_page):
    trace = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][0]
    page = open_page(strict_server, f"#trace={trace['id']}")
    expect(opened(page)).to_have_text(trace["title"])


def test_back_and_forward_restore_questions_and_open_traces(server, open_page):
    page = open_page(server)
    ask(page, "nginx 502")
    before = titles(page)
    first(page).locator("h3 button").click()
    page.locator("#q").fill("docker volume")
    expect(page.locator("#results h3").first).not_to_have_text(before[0])
    page.go_back()
    expect(page.locator("#q")).to_have_value("nginx 502")
    expect(opened(page)).to_have_text(before[0])
    page.go_back()
    expect(opened(page)).to_have_count(0)
    assert titles(page) == before
    # All letters of a question are one step.
    page.go_back()
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator("#welcome")).to_be_visible()
    page.go_forward()
    expect(page.locator("#q")).to_have_value("nginx 502")
    page.go_forward()
    expect(opened(page)).to_have_text(before[0])
    page.go_forward()
    expect(page.locator("#q")).to_have_value("docker volume")
    assert page.title() == "docker volume – Trace search"


def test_tags_and_examples_are_steps_of_their_own(server, open_page):
    page = open_page(server)
    example = page.locator("#examples button").first
    text = example.inner_text()
    example.click()
    expect(page.locator("#results > li")).to_have_count(10)
    page.locator("#tags button").first.click()
    expect(page.locator("#status")).to_contain_text(" with ")
    page.go_back()
    expect(page.locator("#tags").get_by_role("button", pressed=True)).to_have_count(0)
    expect(page.locator("#q")).to_have_value(text)
    page.go_back()
    expect(page.locator("#welcome")).to_be_visible()


def test_several_open_traces_are_in_the_address_and_closing_removes_them(server, open_page):
    page = open_page(server)
    ask(page, "transaction")
    buttons = page.locator("#results h3 button")
    identifiers = [item.get_attribute("data-id") for item in page.locator("#results > li").all()[:2]]
    buttons.nth(0).click()
    buttons.nth(1).click()
    assert [value for name, value in address(page) if name == "trace"] == identifiers
    buttons.nth(0).click()
    assert [value for name, value in address(page) if name == "trace"] == identifiers[1:]
    page.reload()
    expect(opened(page)).to_have_count(1)
    page.go_back()
    expect(opened(page)).to_have_count(2)


def test_the_link_of_a_trace_can_be_copied(server, open_page):
    page = open_page(server, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "nginx 502")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.locator("#said")).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{server.url}#trace={first(page).get_attribute('data-id')}"
