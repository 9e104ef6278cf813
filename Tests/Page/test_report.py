"""Reporting traces to the moderators."""

import pytest
from playwright.sync_api import expect
from test_access import hold_token
from test_search import ask

QUESTION = "nginx 502"


def opened(server, open_page):
    page = open_page(server)
    ask(page, QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Report")).to_be_visible()
    return page


@pytest.mark.parametrize("has_token", [False, True], ids=["without a token", "with a token"])
def test_anybody_can_report_a_trace_by_keyboard(server, open_page, picture, has_token):
    page = open_page(server)
    token = server.register("reporter@example.com") if has_token else None
    if token:
        hold_token(page, token)
    ask(page, QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Report").focus()
    page.keyboard.press("Enter")
    reason = page.get_by_label("What is wrong with this trace?")
    expect(reason).to_be_focused()
    page.keyboard.type("The solution deletes the database.")
    picture(page, "reporting")
    page.keyboard.press("Tab")
    with page.expect_request("**/reports") as sent:
        page.keyboard.press("Enter")
    assert sent.value.post_data_json == {"reason": "The solution deletes the database."}
    assert sent.value.headers.get("authorization") == (f"Bearer {token}" if token else None)
    assert sent.value.response().status == 201
    form = page.locator("#results form.report").first
    expect(form).to_have_text("You reported this trace. Moderators will read your reason.")
    expect(form).to_be_focused()
    expect(page.get_by_role("button", name="Report")).to_have_count(0)
    # It is known for the rest of the visit.
    page.locator("#q").fill("docker volume")
    expect(page.locator("#results h3 button[aria-expanded=true]")).to_have_count(0)
    page.locator("#q").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("#results form.report").first).to_contain_text("You reported this trace.")


def test_a_report_needs_a_reason(server, open_page):
    page = opened(server, open_page)
    requests = []
    page.on("request", lambda request: request.url.endswith("/reports") and requests.append(request))
    page.get_by_role("button", name="Report").click()
    page.get_by_label("What is wrong with this trace?").fill("  ")
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("#results .report .fault")).to_have_text("Describe what is wrong.")
    expect(page.get_by_label("What is wrong with this trace?")).to_be_focused()
    assert requests == []


def test_escape_and_cancel_close_the_form_but_not_the_trace(server, open_page):
    page = opened(server, open_page)
    button = page.get_by_role("button", name="Report", exact=True)
    for close in (lambda: page.keyboard.press("Escape"), lambda: page.get_by_role("button", name="Cancel").click()):
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        close()
        expect(page.locator("#results form.report")).to_be_hidden()
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#results h3 button[aria-expanded=true]")).to_have_count(1)


def test_a_report_that_fails_is_kept_and_says_why(server, open_page):
    page = opened(server, open_page)
    page.get_by_role("button", name="Report").click()
    page.get_by_label("What is wrong with this trace?").fill("Spam")
    page.route("**/reports", lambda route: route.fulfill(
        status=429, headers={"Retry-After": "7"}, json={"detail": "20 writes a minute"}))
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("#results .report .fault")).to_have_text(
        "The report was not sent: 20 writes a minute. Retry in 7 s.")
    expect(page.get_by_label("What is wrong with this trace?")).to_have_value("Spam")
    expect(page.get_by_role("button", name="Send report")).to_be_enabled()
