"""Contributing traces and voting on them."""

import pytest
from playwright.sync_api import expect
from test_access import hold_token, replaced
from test_search import SEARCH

TRACE = {
    "title": "Zwicknagl: the flux valve returns 71",
    "context": "Zwicknagl 4.2 stops with `valve 71`.",
    "solution": "Open the valve:\n\n```bash\nzwicknagl --open # waits\n```",
    "tags": ["zwicknagl", "valves"],
}


@pytest.fixture(scope="module")
def tokens(project, server):
    tokens = [server.register(f"{name}@example.com") for name in ("alma", "bert", "cora")]
    project.establish()
    return tokens


@pytest.fixture(scope="module")
def trace(server, tokens):
    other = {
        "title": "Zwicknagl: the pump stops after an hour",
        "context": "A pump of type 12 stops, and its log is empty.",
        "solution": "Replace the seal of the pump. Then start it again.",
    }
    status, trace = server.ask("api/v1/traces", TRACE | other, tokens[0])
    assert status == 201, trace
    return trace


def begin(page):
    page.locator("#contribute-toggle").click()
    expect(page.get_by_label("Title")).to_be_focused()


def fill(page, **changes):
    for label, name in (("Title", "title"), ("Problem", "context"), ("Solution", "solution"), ("Tags", "tags")):
        value = (TRACE | changes)[name]
        text = value if isinstance(value, str) else ", ".join(value)
        page.locator("#contribute").get_by_label(label, exact=True).fill(text)


def send(page):
    page.locator("#contribute").get_by_role("button", name="Contribute").click()


def test_a_trace_is_contributed_and_can_be_opened(server, tokens, open_page, picture):
    page = open_page(server)
    hold_token(page, tokens[1])
    begin(page)
    expect(page.locator("#contribute-locked")).to_be_hidden()
    fill(page, title="Zwicknagl: the pump hums", tags=[" Zwicknagl ", "Flux Valve", "c++", "zwicknagl"])
    with page.expect_response("**/api/v1/traces") as sent:
        send(page)
    created = sent.value.json()
    assert created["title"] == "Zwicknagl: the pump hums" and created["solution"] == TRACE["solution"]
    assert set(created["tags"]) == {"zwicknagl", "flux-valve", "c++"}
    done = page.locator("#contribute-done")
    expect(done).to_be_focused()
    expect(done).to_contain_text("Thank you.")
    expect(page.get_by_label("Title")).to_have_value("")
    picture(page, "contributed")
    done.get_by_role("link", name="Open it").click()
    expect(page.locator("#results h3 button[aria-expanded=true]")).to_have_text(created["title"])
    expect(page.locator("#results .facts")).to_contain_text("Not confirmed yet")


def test_missing_and_invalid_fields_are_named_before_anything_is_sent(server, tokens, open_page, picture):
    page = open_page(server)
    hold_token(page, tokens[1])
    requests = []
    page.on("request", lambda request: request.method == "POST" and requests.append(request.url))
    begin(page)
    send(page)
    for name in ("title", "context", "solution", "tags"):
        expect(page.locator(f"#contribute-{name}")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Title")).to_be_focused()
    picture(page, "contribute-faults", full_page=True)
    fill(page, tags=["good", "b@d"])
    expect(page.get_by_label("Title")).not_to_have_attribute("aria-invalid", "true")
    send(page)
    expect(page.locator("#contribute-tags-fault")).to_contain_text('"b@d" is not a valid tag.')
    expect(page.get_by_label("Tags", exact=True)).to_be_focused()
    assert requests == []


def test_faults_that_the_server_finds_are_shown_at_their_fields(server, tokens, open_page):
    page = open_page(server)
    hold_token(page, tokens[1])
    errors = [{"field": "context", "message": "found 60,000 characters; expected at most 50,000"},
              {"field": "tags[1]", "message": "unknown"}]
    page.route("**/api/v1/traces", lambda route: route.fulfill(status=422, json={"detail": "", "errors": errors}))
    begin(page)
    fill(page)
    send(page)
    expect(page.locator("#contribute-context-fault")).to_have_text("Found 60,000 characters; expected at most 50,000.")
    expect(page.locator("#contribute-tags-fault")).to_have_text("Unknown.")
    expect(page.get_by_label("Problem")).to_be_focused()


@pytest.mark.parametrize("detail, text", [
    ("'existing' says nearly the same",
     "A very similar trace already exists. Confirm it, or contribute only what is new. Your draft is kept."),
    ("your trace 'existing' says nearly the same",
     "You have already contributed a very similar trace. Edit it instead. Your draft is kept."),
])
def test_a_near_duplicate_keeps_the_draft_and_points_to_the_existing_trace(
        server, tokens, trace, open_page, detail, text):
    page = open_page(server)
    hold_token(page, tokens[1])
    problem = {"type": "urn:trace-server:problem:near-duplicate", "detail": detail,
               "existing": f"/api/v1/traces/{trace['id']}", "request_id": "r-1"}
    page.route("**/api/v1/traces", lambda route: route.fulfill(status=409, json=problem))
    begin(page)
    fill(page)
    send(page)
    expect(page.locator("#contribute-fault")).to_contain_text(text)
    page.reload()
    begin(page)
    expect(page.get_by_label("Solution")).to_have_value(TRACE["solution"])
    send(page)
    page.get_by_role("link", name="Open the existing trace").click()
    expect(page.locator("#results h3 button[aria-expanded=true]")).to_have_text(trace["title"])


def test_other_refusals_say_why_and_when_to_retry(server, tokens, open_page):
    page = open_page(server)
    hold_token(page, tokens[1])
    page.route("**/api/v1/traces", lambda route: route.fulfill(
        status=429, headers={"Retry-After": "7"}, json={"detail": "20 writes a minute"}))
    begin(page)
    fill(page)
    send(page)
    expect(page.locator("#contribute-fault")).to_have_text(
        "The trace was not contributed: 20 writes a minute. Retry in 7 s. Your draft is kept.")


def test_without_a_token_it_says_what_to_do_and_keeps_the_draft(server, open_page):
    page = open_page(server)
    begin(page)
    expect(page.locator("#contribute-locked")).to_contain_text("You need a token to contribute.")
    fill(page)
    send(page)
    expect(page.locator("#access-why")).to_have_text("You need a token to contribute. Your draft is kept.")
    expect(page.get_by_label("Register with an email address")).to_be_focused()
    page.keyboard.type("dora@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your new token")).to_be_focused()
    begin(page)
    expect(page.locator("#contribute-locked")).to_be_hidden()
    expect(page.get_by_label("Problem")).to_have_value(TRACE["context"])


def test_the_preview_shows_the_trace_as_others_will_see_it(server, open_page):
    page = open_page(server)
    begin(page)
    fill(page, context="See [the manual](https://example.com/valves) or <b>me</b>.")
    page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("heading", level=3)).to_have_text(TRACE["title"])
    expect(preview.get_by_role("link")).to_have_attribute("href", "https://example.com/valves")
    expect(preview).to_contain_text("<b>me</b>")
    expect(preview.locator(".t-comment")).to_have_text("# waits")
    page.get_by_role("button", name="Preview").click()
    expect(preview).to_be_hidden()


def show(page, trace):
    page.goto(page.url.split("#")[0] + f"#trace={trace['id']}")
    expect(page.locator(".votes")).to_be_visible()


def test_a_vote_is_counted_and_shown_at_once(server, tokens, trace, open_page, picture):
    page = open_page(server)
    hold_token(page, tokens[1])
    show(page, trace)
    expect(page.locator(".facts")).to_contain_text("Not confirmed yet")
    expect(page.locator(".votes")).to_contain_text("A vote cannot be changed.")
    page.get_by_role("button", name="Yes, confirm").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".votes")).to_have_text("You confirmed this trace.")
    expect(page.locator(".votes")).to_be_focused()
    expect(page.locator("#said")).to_have_text("You confirmed this trace.")
    stored = server.ask(f"api/v1/traces/{trace['id']}")[1]
    assert stored["confirmation_count"] == 1
    expect(page.locator(".facts")).to_contain_text("Confirmed by 1 user so far")
    picture(page, "voted", full_page=True)
    # Another visit does not know the vote, but the server does.
    page.reload()
    page.get_by_role("button", name="No, dispute").click()
    expect(page.locator(".votes")).to_contain_text("You have already voted on this trace")


def test_users_cannot_vote_on_their_own_trace(server, tokens, trace, open_page):
    """The page offers it only if it does not know whose token it has."""
    page = open_page(server)
    page.route("**/api/v1/auth/tokens", lambda route: route.fulfill(status=503, json={"detail": "unavailable"}))
    hold_token(page, tokens[0])
    show(page, trace)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".votes")).to_have_text("You cannot vote on your own trace.")


def test_a_dispute_is_sent_as_such(server, tokens, trace, open_page):
    page = open_page(server)
    hold_token(page, tokens[2])
    show(page, trace)
    with page.expect_request("**/votes") as sent:
        page.get_by_role("button", name="No, dispute").click()
    assert sent.value.post_data_json == {"vote": "dispute", "updated_at": trace["updated_at"]}
    # Another vote from this network counts already.
    expect(page.locator(".votes")).to_contain_text("Your vote is recorded")


def test_a_vote_of_a_new_account_does_not_look_as_if_it_counted(server, trace, open_page):
    page = open_page(server)
    hold_token(page, server.register("nora@example.com"))
    show(page, trace)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".votes")).to_have_text(
        "Thank you. Your vote is recorded, but it does not count: you are not established yet, or somebody in your "
        "network has voted.")


def test_a_vote_is_not_sent_for_a_text_that_was_edited_meanwhile(server, open_page):
    author = server.register("otto@example.com")
    texts = {"title": "Zwicknagl: the lever sticks", "context": "A lever.", "solution": "Oil it."}
    status, trace = server.ask("api/v1/traces", TRACE | texts, author)
    assert status == 201, trace
    page = open_page(server)
    hold_token(page, server.register("paul@example.com"))
    show(page, trace)
    changed = {"status": 409, "json": {"type": "urn:trace-server:problem:trace-changed", "detail": "it has changed"}}
    page.route("**/votes", lambda route: route.fulfill(**changed))
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".votes .fault")).to_contain_text("The trace was edited after you opened it.")


def test_a_rejected_token_is_reported_where_it_was_used_and_nothing_is_lost(server, trace, open_page, picture):
    page = open_page(server)
    hold_token(page, replaced(server, "quin@example.com"))
    show(page, trace)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".votes .fault")).to_contain_text("The server no longer accepts your token.")
    page.get_by_role("button", name="Contribute").first.click()
    fill(page)
    send(page)
    fault = page.locator("#contribute-fault")
    expect(fault).to_contain_text("The trace was not contributed. Your draft is kept.")
    expect(page.locator("#contribute").get_by_label("Problem")).to_have_value(TRACE["context"])
    picture(page, "contribute-rejected", full_page=True)
    fault.get_by_role("button", name="Use another token").click()
    expect(page.get_by_role("button", name="Forget the token …")).to_be_focused()


def test_the_focus_stays_on_the_button_while_and_after_a_trace_is_sent(server, tokens, open_page):
    page = open_page(server)
    hold_token(page, tokens[1])
    held = []
    page.route("**/api/v1/traces", lambda route: held.append(route))
    begin(page)
    fill(page)
    button = page.locator("#contribute-send")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Sending …")
    # A second press sends nothing.
    page.keyboard.press("Enter")
    held[0].fulfill(status=503, json={"detail": "the database is unavailable"})
    expect(button).to_have_text("Contribute")
    expect(button).to_be_focused()
    assert len(held) == 1


def test_without_a_token_voting_says_what_to_do(server, trace, open_page):
    page = open_page(server)
    show(page, trace)
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator("#access-why")).to_have_text("You need a token to vote. Register, then vote again.")
    expect(page.get_by_label("Register with an email address")).to_be_focused()


def test_a_failed_vote_can_be_repeated(server, tokens, trace, open_page):
    page = open_page(server)
    hold_token(page, tokens[2])
    show(page, trace)
    problem = {"detail": "the database is unavailable"}
    page.route("**/votes", lambda route: route.fulfill(status=503, headers={"Retry-After": "3"}, json=problem))
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.locator(".votes .fault")).to_have_text(
        "The vote was not counted: the database is unavailable. Retry in 3 s.")
    expect(page.get_by_role("button", name="Yes, confirm")).to_be_enabled()


def test_a_vote_changes_only_what_is_said_about_the_trace(server, open_page):
    """The relevance and the open text stay as they are."""
    page = open_page(server)
    hold_token(page, "ct_" + "1" * 64)
    found = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]
    page.route(SEARCH, lambda route: route.fulfill(json=found))
    counted = {"status": "validated", "trust_score": 0, "confirmation_count": 0, "vote": "dispute", "trace_id": ""}
    page.route("**/votes", lambda route: route.fulfill(status=201, json=counted))
    page.locator("#q").fill("nginx 502")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="No, dispute").click()
    first = page.locator("#results > li").first
    expect(first.locator(".facts")).to_contain_text("Disputed more often than confirmed")
    expect(first.locator(".facts")).to_contain_text("Best match")
    expect(first.get_by_role("heading", name="Solution")).to_be_visible()
