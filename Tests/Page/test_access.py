"""Search with tokens."""

from playwright.sync_api import expect
from test_search import ask


def hold_token(page, token):
    """Stores a token, as after signing in."""
    page.evaluate("token => sessionStorage.setItem('trace-server-token', token)", token)
    page.reload()


def keys(page):
    return page.evaluate("[Object.keys(localStorage).length, Object.keys(sessionStorage).length]")


def test_no_token_is_requested_if_search_is_open(server, open_page):
    page = open_page(server)
    expect(page.get_by_role("button", name="Use a token")).to_be_visible()
    expect(page.locator("#access")).to_be_hidden()
    ask(page, "docker")
    assert keys(page) == [0, 0]


def test_registration_shows_the_token_once_and_uses_it_for_searches(strict_server, open_page, picture):
    page = open_page(strict_server, "#q=nginx+502")
    expect(page.locator("#access-why")).to_contain_text("Only registered users")
    expect(page.get_by_label("Register with an email address")).to_be_visible()
    picture(page, "register")
    page.get_by_label("Register with an email address").fill("ada@example.com")
    page.get_by_role("button", name="Register").click()
    token = page.get_by_label("Your new token")
    expect(token).to_be_focused()
    assert token.input_value().startswith("ct_")
    # The pending query is sent.
    expect(page.locator("#results > li")).to_have_count(10)
    picture(page, "registered")
    assert keys(page) == [0, 1]
    page.reload()
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#access")).to_be_hidden()
    other = open_page(strict_server, context=page.context)
    expect(other.locator("#access")).to_be_visible()


def test_a_token_is_stored_only_on_request_and_can_be_removed(strict_server, open_page):
    token = strict_server.register("grace@example.com")
    page = open_page(strict_server)
    page.get_by_label("Or use an existing token").fill("ct_123")
    page.get_by_role("button", name="Use token").click()
    expect(page.locator("#access-problem")).to_contain_text("64 hexadecimal digits")
    page.get_by_label("Or use an existing token").fill(f" {token} ")
    page.get_by_label("Keep the token in this browser").check()
    page.get_by_label("Or use an existing token").press("Enter")
    expect(page.locator("#access")).to_be_hidden()
    assert keys(page) == [1, 0]
    other = open_page(strict_server, context=page.context)
    ask(other, "docker")
    expect(other.locator("#results > li")).to_have_count(10)
    other.get_by_role("button", name="Your token").click()
    other.get_by_role("button", name="Forget the token …").click()
    other.get_by_role("button", name="Forget the token", exact=True).click()
    assert keys(other) == [0, 0]
    expect(other.get_by_label("Register with an email address")).to_be_focused()
    expect(other.locator("#results > li")).to_have_count(0)


def test_an_unknown_token_is_reported(strict_server, open_page):
    page = open_page(strict_server, "#q=docker")
    page.get_by_label("Or use an existing token").fill("ct_" + "0" * 64)
    page.get_by_role("button", name="Use token").click()
    expect(page.locator("#access-problem")).to_have_text("The server does not accept this token.")


def test_a_registered_address_gets_no_second_token(strict_server, open_page, picture):
    strict_server.register("joan@example.com")
    page = open_page(strict_server)
    page.get_by_label("Register with an email address").fill("nonsense")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#access-problem")).to_contain_text("such as me@example.com")
    page.get_by_label("Register with an email address").fill("joan@example.com")
    page.get_by_role("button", name="Register").click()
    expect(page.locator("#access-problem")).to_contain_text("This address already has a token")
    expect(page.get_by_label("Register with an email address")).to_have_attribute("aria-invalid", "true")
    picture(page, "register-taken")


def test_forgetting_a_token_asks_first(strict_server, open_page, picture):
    page = open_page(strict_server)
    hold_token(page, strict_server.register("hedy@example.com"))
    page.get_by_role("button", name="Your token").click()
    forget = page.get_by_role("button", name="Forget the token …")
    forget.click()
    dialog = page.get_by_role("dialog", name="Forget the token?")
    expect(dialog).to_contain_text("It is the only one of your account, and the server cannot show it again.")
    picture(page, "forget")
    # Enter and Escape keep it.
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(forget).to_be_focused()
    forget.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert keys(page) == [0, 1]
    forget.click()
    dialog.get_by_role("button", name="Forget the token").click()
    assert keys(page) == [0, 0]


def test_forgetting_says_what_is_lost(strict_server, open_page, picture):
    """It is another matter if the account has other tokens, or if the token was replaced elsewhere."""
    page = open_page(strict_server)
    token = strict_server.register("emmy@example.com")
    hold_token(page, token)
    page.get_by_role("button", name="Your token").click()
    dialog = page.get_by_role("dialog")

    def opens():
        page.get_by_role("button", name="Forget the token …").click()
        expect(dialog).to_be_visible()

    for count, text in ((1, "Your account has another token,"), (2, "Your account has 2 other tokens,")):
        assert strict_server.ask("api/v1/auth/tokens", {"name": f"machine {count}"}, token)[0] == 201
        opens()
        expect(dialog).to_contain_text(text)
        expect(dialog).to_contain_text("stays valid")
        page.keyboard.press("Escape")
    assert strict_server.ask("api/v1/auth/tokens/rotate", {}, token)[0] == 201
    opens()
    expect(dialog).to_contain_text("it was replaced or revoked, or it has expired. You lose nothing.")
    picture(page, "forget-replaced")
    page.keyboard.press("Escape")
    page.route("**/api/v1/auth/tokens", lambda route: route.abort())
    opens()
    expect(dialog).to_contain_text("Without a copy of it, or another token of the account, you lose access")


def test_the_question_whether_to_forget_a_token_does_not_wait_for_a_slow_server(strict_server, open_page):
    page = open_page(strict_server)
    hold_token(page, strict_server.register("lise@example.com"))
    held = []
    page.route("**/api/v1/auth/tokens", lambda route: held.append(route))
    page.get_by_role("button", name="Your token").click()
    page.get_by_role("button", name="Forget the token …").click()
    expect(page.get_by_role("dialog")).to_contain_text("Without a copy of it, or another token of the account")
    for route in held:
        route.abort()


def test_typing_without_a_token_says_what_to_do(strict_server, open_page, picture):
    page = open_page(strict_server)
    requests = []
    page.on("request", lambda request: request.url.endswith("/search") and requests.append(request))
    page.locator("#q").fill("nginx 502")
    notice = page.locator("#locked")
    expect(notice).to_contain_text("To search on this server, you need a token.")
    expect(page.locator("#said")).to_contain_text("you need a token")
    picture(page, "locked")
    # No request that would be refused.
    assert requests == []
    notice.get_by_role("button", name="Get a token").click()
    expect(page.get_by_label("Register with an email address")).to_be_focused()
    page.keyboard.type("mary@example.com")
    page.keyboard.press("Enter")
    # The question is kept and sent.
    expect(page.locator("#results > li")).to_have_count(10)
    expect(notice).to_be_hidden()
    assert len(requests) >= 1


def test_one_panel_is_open_at_a_time_and_escape_closes_it(server, open_page):
    page = open_page(server)
    toggle = page.get_by_role("button", name="Use a token")
    toggle.click()
    expect(page.locator("#access")).to_be_visible()
    page.get_by_role("button", name="Contribute").first.click()
    expect(page.locator("#access")).to_be_hidden()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#contribute")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#contribute")).to_be_hidden()
    expect(page.locator("#contribute-toggle")).to_be_focused()


def replaced(server, email):
    """A token that was replaced elsewhere."""
    token = server.register(email)
    assert server.ask("api/v1/auth/tokens/rotate", {}, token)[0] == 201
    return token


def test_an_open_server_is_searched_without_a_token_that_it_rejects(server, open_page, picture):
    page = open_page(server)
    hold_token(page, replaced(server, "ruth@example.com"))
    ask(page, "docker")
    expect(page.locator("#results > li")).to_have_count(10)
    expect(page.locator("#access-problem")).to_contain_text("no longer accepts this token")
    expect(page.locator("#access-problem")).to_contain_text("Until then you search without it.")
    picture(page, "token-rejected")


def test_a_token_that_is_forgotten_in_one_tab_is_forgotten_in_all(server, open_page):
    page = open_page(server)
    page.get_by_role("button", name="Use a token").click()
    page.get_by_label("Keep the token in this browser").check()
    page.get_by_label("Or use an existing token").fill(server.register("ida@example.com"))
    page.get_by_role("button", name="Use token").click()
    expect(page.locator("#access-toggle")).to_have_text("Your token")
    other = open_page(server, context=page.context)
    expect(other.locator("#access-toggle")).to_have_text("Your token")
    page.get_by_role("button", name="Your token").click()
    page.get_by_role("button", name="Forget the token …").click()
    page.get_by_role("button", name="Forget the token", exact=True).click()
    expect(other.locator("#access-toggle")).to_have_text("Use a token")


def test_a_server_that_begins_to_need_a_token_is_not_asked_again_and_again(server, open_page):
    page = open_page(server)
    hold_token(page, replaced(server, "vera@example.com"))
    asked = []

    def refuse(route):
        asked.append(route.request.headers.get("authorization"))
        route.fulfill(status=401, json={"detail": "the token is invalid"})

    page.route("**/api/v1/traces/search", refuse)
    ask(page, "docker")
    expect(page.locator("#access-why")).to_be_visible()
    expect(page.locator("#access-problem")).to_contain_text("no longer accepts this token")
    page.wait_for_load_state("networkidle")
    # With the token, and once without it.
    assert [bool(token) for token in asked[-2:]] == [True, False] and len(asked) <= 3, asked
