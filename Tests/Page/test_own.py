"""Changing and deleting own traces."""

import itertools

import pytest
from playwright.sync_api import expect
from test_access import hold_token
from test_contribute import begin, fill
from test_search import ask

NUMBERS = itertools.count()
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "ledge"]


@pytest.fixture
def mine(server, project):
    """A token, and a trace of its user."""
    number = next(NUMBERS)
    token = server.register(f"owner-{number}@example.com")
    project.establish()
    word = WORDS[number]
    status, trace = server.ask("api/v1/traces", {
        "title": f"Quibbler {word}: the {word} relay stops",
        "context": f"The {word} relay of the Quibbler {number} stops after {number} starts of the {word} motor.",
        "solution": f"Clean the {word} contacts, and replace the {word} spring {number}.",
        "tags": ["quibbler", word], "agent_model": "gpt-4o", "agent_version": "2024-08-06",
    }, token)
    assert status == 201, trace
    return token, trace


def opened(server, open_page, mine, **options):
    page = open_page(server, **options)
    hold_token(page, mine[0])
    page.goto(server.url + f"#trace={mine[1]['id']}")
    page.reload()
    expect(page.get_by_role("group", name="Your trace")).to_be_visible()
    return page


def test_the_contributor_sees_controls_instead_of_the_vote_and_the_report(server, mine, open_page, picture):
    page = opened(server, open_page, mine)
    own = page.get_by_role("group", name="Your trace")
    expect(own).to_contain_text("You contributed this trace.")
    expect(page.get_by_role("button", name="Yes, confirm")).to_have_count(0)
    expect(page.get_by_role("button", name="Report")).to_be_hidden()
    picture(page, "own")
    # Everybody else votes.
    hold_token(page, server.register(f"other-{mine[1]['id'][:8]}@example.com"))
    expect(page.get_by_role("button", name="Yes, confirm")).to_be_visible()
    expect(page.get_by_role("button", name="Report")).to_be_visible()
    expect(page.get_by_role("group", name="Your trace")).to_have_count(0)


def test_a_trace_is_changed_in_the_form_by_keyboard_and_shown_at_once(server, mine, open_page, picture):
    trace = mine[1]
    page = opened(server, open_page, mine)
    page.get_by_role("button", name="Edit").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Edit your trace")).to_be_visible()
    expect(page.get_by_label("Title")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value(trace["title"])
    expect(page.get_by_role("textbox", name="Tags")).to_have_value(", ".join(trace["tags"]))
    expect(page.locator("#contribute-edited")).to_contain_text("loses its votes")
    picture(page, "editing", full_page=True)
    page.get_by_label("Solution").fill("Replace the relay:\n\n```bash\nquibble --all\n```")
    page.get_by_role("button", name="Save changes").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#contribute")).to_be_hidden()
    expect(page.locator("#results h3 button")).to_be_focused()
    expect(page.locator("#results .body")).to_contain_text("quibble --all")
    expect(page.get_by_role("group", name="Your trace")).to_contain_text("Your changes are saved.")
    expect(page.locator("#said")).to_have_text("Changes saved")
    picture(page, "edited")
    stored = server.ask(f"api/v1/traces/{trace['id']}")[1]
    assert "quibble --all" in stored["solution"] and stored["title"] == trace["title"]
    # The form does not show these.
    assert (stored["agent_model"], stored["agent_version"]) == ("gpt-4o", "2024-08-06")


def test_a_change_does_not_touch_the_draft_of_a_new_trace(server, mine, open_page):
    page = opened(server, open_page, mine)
    begin(page)
    fill(page, title="My draft")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Title")).to_have_value(mine[1]["title"])
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#contribute")).to_be_hidden()
    expect(page.locator("#results h3 button")).to_be_focused()
    begin(page)
    expect(page.get_by_label("Title")).to_have_value("My draft")
    expect(page.get_by_role("heading", name="Contribute a trace")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    assert server.ask(f"api/v1/traces/{mine[1]['id']}")[1]["title"] == mine[1]["title"]


def test_escape_closes_the_form_and_keeps_the_changes(server, mine, open_page):
    page = opened(server, open_page, mine)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title").fill("Another title")
    page.keyboard.press("Escape")
    expect(page.locator("#contribute")).to_be_hidden()
    expect(page.locator("#contribute-toggle")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Edit your trace")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Another title")


def test_changes_that_are_refused_stay_in_the_form(server, mine, open_page):
    page = opened(server, open_page, mine)
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title").fill("Another title")
    problem = {"detail": "the database is unavailable"}
    page.route("**/api/v1/traces/*", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#contribute-fault")).to_have_text(
        "The changes were not saved: the database is unavailable. They are kept here.")
    expect(page.get_by_label("Title")).to_have_value("Another title")
    page.get_by_label("Title").fill("")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#contribute-title-fault")).to_be_visible()


def test_unsaved_changes_of_one_trace_are_not_replaced_by_another(server, mine, open_page):
    token, trace = mine
    other = server.ask("api/v1/traces", {
        "title": "Quibbler: the horn is silent", "context": "No sound at noon.", "tags": ["quibbler"],
        "solution": "Untie the rope that holds the clapper.",
    }, token)[1]
    page = opened(server, open_page, mine)
    page.goto(server.url + f"#trace={trace['id']}&trace={other['id']}")
    edits = page.get_by_role("button", name="Edit")
    expect(edits).to_have_count(2)
    edits.nth(0).click()
    title = page.get_by_label("Title").input_value()
    page.get_by_label("Title").fill("Changed")
    edits.nth(1).click()
    expect(page.locator("#contribute-fault")).to_have_text("Save or cancel these changes first.")
    expect(page.get_by_label("Title")).to_have_value("Changed")
    # Without changes, the other one is shown.
    page.get_by_label("Title").fill(title)
    edits.nth(1).click()
    expect(page.get_by_label("Title")).not_to_have_value(title)


def test_deleting_asks_first_and_removes_the_trace(server, mine, open_page, picture):
    trace = mine[1]
    page = opened(server, open_page, mine)
    delete = page.get_by_role("button", name="Delete …")
    delete.click()
    dialog = page.get_by_role("dialog", name="Delete this trace?")
    expect(dialog).to_contain_text(trace["title"])
    expect(dialog).to_contain_text("This cannot be undone.")
    picture(page, "deleting")
    # Enter and Escape keep it.
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert server.ask(f"api/v1/traces/{trace['id']}")[0] == 200
    delete.click()
    dialog.get_by_role("button", name="Delete the trace").click()
    expect(page.locator("#results > li")).to_have_count(0)
    expect(page.locator("#said")).to_have_text("Trace deleted")
    expect(page.locator("#status")).to_have_text("The trace was deleted.")
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#q")).to_be_focused()
    assert trace["id"] not in page.url
    assert server.ask(f"api/v1/traces/{trace['id']}")[0] == 404


def test_a_hostile_title_is_shown_in_the_question_as_everywhere(server, hostile_trace, open_page, picture):
    page = open_page(server, width=390)
    user = hostile_trace["contributor_id"]
    page.route("**/api/v1/auth/tokens", lambda route: route.fulfill(json={"user_id": user, "tokens": [{}]}))
    page.route("**/api/v1/traces/*", lambda route: route.fulfill(json=hostile_trace))
    hold_token(page, "ct_" + "0" * 64)
    page.goto(server.url + f"#trace={hostile_trace['id']}")
    page.reload()
    heading = page.locator("#results h3 button")
    page.get_by_role("button", name="Delete …").click()
    title = page.get_by_role("dialog").locator("bdi")
    expect(title).to_have_text(heading.text_content())
    assert title.locator(".unseen").count() == heading.locator(".unseen").count() > 0
    assert page.evaluate("document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth")
    picture(page, "deleting-hostile")


def test_after_a_deletion_the_next_result_has_the_focus_and_the_trace_does_not_return(server, mine, open_page):
    token, trace = mine
    page = open_page(server)
    hold_token(page, token)
    found = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]
    found["results"][1] |= trace
    page.route("**/api/v1/traces/search", lambda route: route.fulfill(json=found | {"next_cursor": None}))
    ask(page, "nginx 502")
    page.locator("#results h3 button").nth(1).click()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete the trace").click()
    expect(page.locator("#results > li")).to_have_count(9)
    expect(page.locator("#results h3 button").nth(1)).to_be_focused()
    expect(page.locator("#more")).to_be_hidden()


def test_a_deletion_that_fails_says_why(server, mine, open_page):
    page = opened(server, open_page, mine)
    problem = {"detail": "the database is unavailable"}
    page.route("**/api/v1/traces/*", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete the trace").click()
    expect(page.get_by_role("alert").filter(has_text="was not deleted")).to_have_text(
        "The trace was not deleted: The database is unavailable.")
    expect(page.get_by_role("button", name="Delete …")).to_be_focused()
