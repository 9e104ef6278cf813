"""Accessibility: axe-core's rules in each state, and what axe-core cannot check."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from test_search import SEARCH, ask

USER = "0a0a0a0a-0000-4000-8000-000000000000"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def faults(page):
    answer = Axe().run(page, options=RULES)
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in answer.response["violations"] for node in rule["nodes"]
    ]


def start(page):
    expect(page.locator("#seeding-state")).not_to_be_empty()


def seeding(page):
    page.get_by_role("button", name="Details of seeding").click()
    expect(page.locator("#seeders > li").first).to_be_visible()


def contribute(page):
    page.locator("#contribute-toggle").click()
    page.get_by_label("Solution").fill("Run this:\n\n```bash\nls -l '*.py' # all\n```\n\nSee [this](https://example.com).")
    page.get_by_role("button", name="Preview").click()
    page.evaluate("token => sessionStorage.setItem('trace-server-token', token)", "ct_" + "0" * 64)
    page.reload()
    page.locator("#contribute-toggle").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("Title").fill("")
    page.locator("#contribute-send").click()
    expect(page.locator("#contribute-title-fault")).to_be_visible()


def forget(page):
    page.evaluate("token => sessionStorage.setItem('trace-server-token', token)", "ct_" + "0" * 64)
    page.reload()
    page.get_by_role("button", name="Your token").click()
    page.get_by_role("button", name="Forget the token …").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def own(page):
    """An open trace of the user."""
    found = page.request.post(page.url.split("#")[0] + "api/v1/traces/search", data={"q": "nginx 502"}).json()
    found["results"][0].update(contributor_id=USER, is_seed=False, is_provisional=True, contributor="Ada (0a0a0a0a)")
    page.route(SEARCH, lambda route: route.fulfill(json=found | {"next_cursor": None}))
    page.route("**/api/v1/auth/tokens", lambda route: route.fulfill(json={"user_id": USER, "tokens": [{}]}))
    page.evaluate("token => sessionStorage.setItem('trace-server-token', token)", "ct_" + "0" * 64)
    page.reload()
    ask(page, "nginx 502")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Your trace")).to_be_visible()


def editing(page):
    own(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#contribute-edited")).to_be_visible()


def deleting(page):
    own(page)
    page.get_by_role("button", name="Delete …").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def reporting(page):
    ask(page, "nginx 502")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Report").click()
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("#results .report .fault")).to_be_visible()


def reported(page):
    page.route("**/reports", lambda route: route.fulfill(status=201, json={"trace_id": ""}))
    reporting(page)
    page.get_by_label("What is wrong with this trace?").fill("Spam")
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("#results .report").first).to_contain_text("You reported this trace.")


def last(page):
    """The end of the results."""

    def cut(route):
        found = route.fetch().json()
        route.fulfill(json=found | {"next_cursor": found["next_cursor"] if len(found["results"]) < 20 else None})

    page.route(SEARCH, cut)
    ask(page, "docker volume backup")
    for count in (20, 30):
        page.locator("#more").click()
        expect(page.locator("#results > li")).to_have_count(count)
    expect(page.locator("#more-note")).to_be_visible()


def failed(page):
    def fail(route):
        answer = route.fetch().json()
        answer["seeding"]["seeders"][1].update(outcome="failed", failure="tags.json:3: record 2, field 'name': found ''")
        route.fulfill(json=answer)

    page.route("**/health/ready", fail)
    page.reload()
    seeding(page)
    expect(page.locator("#seeding-line")).to_have_attribute("data-look", "bad")


def locked(page):
    page.route(SEARCH, lambda route: route.fulfill(status=401, json={"detail": "send a token"}))
    ask(page, "docker")
    page.locator("#q").fill("docker volume")
    expect(page.locator("#locked")).to_be_visible()


def results(page):
    page.locator("#tags button").first.click()
    ask(page, "transaction")


def opened(page):
    ask(page, "roll back after each test")
    page.locator("#results h3 button").first.click()
    page.locator("#results h3 button").nth(1).click()


def empty(page):
    page.locator("#other-tag").fill("no-such-tag")
    page.locator("#other-tag").press("Enter")
    ask(page, "docker")


def refused(page):
    page.route(SEARCH, lambda route: route.fulfill(status=503, json={"detail": "the database is unavailable"}))
    page.locator("#q").fill("docker")
    expect(page.locator("#problem")).to_be_visible()


def token(page):
    page.get_by_role("button", name="Use a token").click()
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#access-problem")).to_be_visible()


STATES = [
    start, results, opened, empty, refused, token, seeding, failed, contribute, forget, locked, own, editing, deleting,
    reporting, reported, last,
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(server, open_page, picture, width, scheme, state):
    page = open_page(server, width=width, height=800, color_scheme=scheme)
    start(page)
    state(page)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    picture(page, f"{state.__name__}-{scheme}-{width}", full_page=True)


def test_the_focus_is_always_visible(server, open_page):
    page = open_page(server)
    ask(page, "roll back after each test")
    page.locator("#results h3 button").first.click()
    page.locator("h1").click()
    seen = set()
    while True:
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "() => { const here = document.activeElement; const style = getComputedStyle(here); here.dataset.seen ="
            " here.dataset.seen ? 'twice' : 'once'; return [here === document.body ? null :"
            " `${here.tagName} ${here.dataset.seen}`,"
            " style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; }")
        if name is None or name.endswith("twice"):
            break
        seen.add(name.split()[0])
        assert outline, name
    assert {"INPUT", "BUTTON", "PRE", "A"} <= seen


def test_the_focus_is_visible_in_every_panel(server, open_page):
    page = open_page(server)
    for state, names in (
        (seeding, {"BUTTON"}), (reporting, {"BUTTON"}), (contribute, {"INPUT", "TEXTAREA", "BUTTON"}),
        (forget, {"BUTTON"}), (deleting, {"BUTTON"}), (editing, {"INPUT", "TEXTAREA", "BUTTON"}),
    ):
        page.goto(server.url)
        state(page)
        seen = set()
        for _ in range(25):
            page.keyboard.press("Tab")
            name, outline = page.evaluate(
                "() => { const here = document.activeElement; const style = getComputedStyle(here); return ["
                "here.tagName, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2]; }")
            assert outline or name == "BODY", name
            seen.add(name)
        assert names <= seen, state.__name__


def test_screen_readers_announce_the_number_of_results_and_find_landmarks(server, open_page):
    page = open_page(server)
    ask(page, "docker")
    expect(page.get_by_role("status").filter(has_text="Best matches first")).to_be_visible()
    # Roles and accessible names.
    expect(page.get_by_role("search", name="Traces")).to_be_visible()
    expect(page.get_by_role("searchbox", name="What went wrong, or what do you want to do?")).to_be_visible()
    expect(page.get_by_role("group", name="Filter by tag")).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3))).to_have_count(10)


def test_reduced_motion_is_respected(server, open_page):
    page = open_page(server, reduced_motion="reduce")
    ask(page, "docker")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(one => getComputedStyle(one).transitionDuration !== '0s').length")
    assert moving == 0


def test_text_of_double_size_needs_no_horizontal_scrolling(server, open_page):
    page = open_page(server, width=640)
    ask(page, "roll back after each test")
    page.locator("#results h3 button").first.click()
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") == 640


def test_without_javascript_a_notice_links_to_the_api(server, open_page):
    page = open_page(server, java_script_enabled=False)
    notice = page.get_by_text("This page needs JavaScript")
    expect(notice).to_be_visible()
    for part in (page.locator("#q"), page.locator("#contribute-toggle"), page.locator("#seeding-toggle")):
        expect(part).to_be_hidden()
    page = open_page(server)
    start(page)
    assert page.locator("#no-script").count() == 0
