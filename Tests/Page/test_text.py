"""Links, code and everything that scrolls, in the texts of traces."""

import pytest
from playwright.sync_api import expect
from test_search import SEARCH, ask

SAFE = [
    "https://example.com",
    "http://example.com:8080/a?b=c#d",
    "https://EXAMPLE.com/Path",
    "https://en.wikipedia.org/wiki/Lock_(computer_science)",
    "https://127.0.0.1/x",
    "http://[::1]:8080/",
    "https://müller.example.de/ü",
    "https://пример.рф/",
]
UNSAFE = [
    # Odd schemes.
    "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.com/", "//example.com/",
    "vbscript:x", "JAVASCRIPT:x", "httpss://example.com", "https:example.com", "blob:https://example.com/1",
    # User information.
    "https://user@example.com/", "https://user:word@example.com/", "https://bank.com%40x@evil.com/",
    "https://bank.com\\@evil.com/",
    # Hosts that are not what they look like: mixed scripts, punycode, look-alikes, other spellings of an address.
    "https://pаypal.com/", "https://аррӏе.com/", "https://xn--pypal-4ve.com/", "https://bank.com∕path.evil.com/",
    "https://ｅxample.com/", "https://example。com/", "https://0x7f.1/", "https://2130706433/", "https://127.1/",
    "https://exa\u200bmple.com/", "https://exa\u00admple.com/", "https://example.com/\u202egpj.exe",
    # Broken.
    "https://", "https://?", "https://[::1", "https://example.com:99999/", "https://" + "a" * 3000,
]


def module(page, name, expression, value):
    """Evaluates an expression with a module of the page as `it`."""
    return page.evaluate(
        f"async (value) => {{ const it = await import('/page/{name}'); return {expression}; }}", value)


@pytest.fixture(scope="module")
def blank(server, browser):
    page = browser.new_page()
    page.goto(server.url)
    yield page
    page.close()


@pytest.mark.parametrize("address", SAFE)
def test_an_address_that_cannot_mislead_becomes_a_link(blank, address):
    assert module(blank, "links.js", "it.safeURL(value) !== null", address)


@pytest.mark.parametrize("address", UNSAFE, ids=lambda address: ascii(address)[:40])
def test_every_other_address_stays_text(blank, address):
    assert module(blank, "links.js", "it.safeURL(value)", address) is None
    for text in (f"see {address} now", f"[label]({address})", f"![label]({address})", f"<{address}>"):
        made = rendered(blank, text)
        assert [link for link in made["links"] if link[0] != "https://evil.com/"] == [], text
        assert "label" not in text or made["text"] == text


def rendered(page, text):
    """The visible text and the links of Markdown."""
    return page.evaluate(
        "async (text) => { const { markdown } = await import('/page/markdown.js'); const box ="
        " document.createElement('div'); box.append(markdown(text, new Set())); const clean = box.textContent"
        ".replace(/U\\+[0-9A-F]{4}/g, (sign) => String.fromCodePoint(parseInt(sign.slice(2), 16)));"
        " return { text: clean, links: [...box.querySelectorAll('a')].map((a) => [a.href, a.textContent]) }; }", text)


@pytest.mark.parametrize(("text", "shown", "href"), [
    ("[the docs](https://example.com/a)", "the docs (example.com)", "https://example.com/a"),
    ("[`run()`](https://example.com/a \"Title\")", "run() (example.com)", "https://example.com/a"),
    ("[a](<https://example.com/a>)", "a (example.com)", "https://example.com/a"),
    ("[lock](https://example.com/Lock_(x))", "lock (example.com)", "https://example.com/Lock_(x)"),
    ("![chart](https://example.com/a.png)", "Image: chart (example.com)", "https://example.com/a.png"),
    ("<https://example.com/a>", "https://example.com/a", "https://example.com/a"),
    ("(https://example.com/a_(b)).", "https://example.com/a_(b)", "https://example.com/a_(b)"),
    ("**https://example.com/a**", "https://example.com/a", "https://example.com/a"),
    ("[https://example.com/a](https://example.com/a)", "https://example.com/a", "https://example.com/a"),
    ("[go](https://пример.рф/)", "go (xn--e1afmkfd.xn--p1ai)", "https://xn--e1afmkfd.xn--p1ai/"),
])
def test_a_link_shows_where_it_leads(blank, text, shown, href):
    assert rendered(blank, text)["links"] == [[href, shown]]


@pytest.mark.parametrize("text", [
    "[https://bank.com](https://evil.com)", "[ https://bank.com ](https://evil.com/)", "[www.bank.com](https://evil.com)",
    "`[a](https://example.com)`", "[key](member, path)", "items[0](x)", "[a] (https:x)",
])
def test_what_is_no_honest_link_stays_as_written(blank, text):
    made = rendered(blank, text)
    assert [link for link in made["links"] if "evil" not in link[1]] == []
    assert made["text"] == text.strip("`")


def test_links_are_isolated_from_the_page(blank):
    link = blank.evaluate(
        "async () => { const { markdown } = await import('/page/markdown.js'); const box ="
        " document.createElement('div'); box.append(markdown('[a](https://example.com)', new Set()));"
        " return box.querySelector('a').rel; }")
    assert set(link.split()) == {"noopener", "noreferrer", "nofollow", "ugc"}


@pytest.mark.parametrize(("language", "code", "expected"), [
    ("python", "def f(a=1):  # why\n    return \"x # y\"",
     [("keyword", "def"), ("name", "f"), ("number", "1"), ("comment", "# why"), ("keyword", "return"),
      ("string", '"x # y"')]),
    ("python", "x = '''a\n\"b\"''' + rb'\\''", [("string", "'''a\n\"b\"'''"), ("string", "rb'\\''")]),
    ("tsx", "const a = <Box b={`c ${d}`} />; // e",
     [("keyword", "const"), ("name", "<Box"), ("string", "`c ${d}`"), ("comment", "// e")]),
    ("typescript", "let x: Map<string, number> = y / 2 / z", [("keyword", "let"), ("keyword", "string"),
     ("keyword", "number"), ("number", "2")]),
    ("javascript", "s.split(/[/'\"]+/g)", [("name", "split"), ("string", "/[/'\"]+/g")]),
    ("bash", "if grep -q \"$A\" b#c; then # d\n  echo ${E}\nfi",
     [("keyword", "if"), ("name", "-q"), ("string", '"$A"'), ("keyword", "then"), ("comment", "# d"),
      ("variable", "${E}"), ("keyword", "fi")]),
    ("sh", "cat <<'X'\nif $y\nX\nfor", [("string", "<<'X'\nif $y\nX"), ("keyword", "for")]),
    ("sql", "select 'it''s' from t where id = $1::int -- x",
     [("keyword", "select"), ("string", "'it''s'"), ("keyword", "from"), ("keyword", "where"), ("variable", "$1"),
      ("type", "int"), ("comment", "-- x")]),
    ("yaml", "a-b: true # c\n- d: \"e\"\n  f: ${{ g }}\n",
     [("name", "a-b"), ("number", "true"), ("comment", "# c"), ("name", "d"), ("string", '"e"'), ("name", "f"),
      ("variable", "${{ g }}")]),
    ("dockerfile", "FROM a AS b\n# c\nRUN d --e=$F", [("keyword", "FROM"), ("keyword", "AS"), ("comment", "# c"),
     ("keyword", "RUN"), ("name", "--e"), ("variable", "$F")]),
    ("toml", "[a]\nb = \"c\" # d", [("keyword", "[a]"), ("name", "b"), ("string", '"c"'), ("comment", "# d")]),
    ("ini", "; a\n[b]\nc = 1", [("comment", "; a"), ("keyword", "[b]"), ("name", "c"), ("number", "1")]),
    ("nginx", "proxy_pass http://$host; # a", [("keyword", "proxy_pass"), ("variable", "$host"), ("comment", "# a")]),
    ("json", '{"a": ["b", 1, null]}', [("name", '"a"'), ("string", '"b"'), ("number", "1"), ("number", "null")]),
    ("hcl", "variable \"a\" {\n  b = true\n}", [("keyword", "variable"), ("string", '"a"'), ("name", "  b"),
     ("number", "true")]),
    ("diff", "@@ 1\n-a\n+b", [("keyword", "@@ 1"), ("removed", "-a"), ("added", "+b")]),
    ("text", "if 'a' # b", []),
    ("unknown", "if 'a' # b", []),
], ids=lambda value: value if isinstance(value, str) and value.isalpha() else "")
def test_code_is_colored_by_language(blank, language, code, expected):
    tokens = module(blank, "highlight.js", "it.tokens(value[1], value[0])", [language, code])
    assert [tuple(token) for token in tokens if token[0]] == expected
    assert "".join(text for _, text in tokens) == code


def test_the_code_of_every_seeded_language_is_colored_and_unchanged(server, blank):
    colored = set()
    for question in ("python", "react component", "docker compose", "sql index", "nginx", "terraform", "toml", "yaml"):
        for trace in server.ask("api/v1/traces/search", {"q": question, "limit": 50})[1]["results"]:
            blocks = blank.evaluate(
                "async (text) => { const { markdown } = await import('/page/markdown.js'); const box ="
                " document.createElement('div'); box.append(markdown(text, new Set()));"
                " return [...box.querySelectorAll('figure.code')].map((block) =>"
                " [block.querySelector('.language').textContent, block.querySelector('code').textContent,"
                " block.querySelectorAll('code span').length]); }", trace["solution"])
            for language, text, spans in blocks:
                assert text in trace["solution"], trace["title"]
                if spans > 0:
                    colored.add(language)
    assert colored >= {"python", "tsx", "typescript", "javascript", "bash", "sql", "yaml", "dockerfile", "toml", "nginx"}


def test_highlighted_words_and_control_characters_are_visible_in_colored_code(blank):
    made = blank.evaluate(
        "async (text) => { const { colored } = await import('/page/highlight.js');"
        " const { termsOf } = await import('/page/text.js'); const box = document.createElement('pre');"
        " box.append(colored(text, 'python', termsOf('valve'))); return"
        " [[...box.querySelectorAll('mark')].map((mark) => mark.textContent), box.querySelector('.unseen').textContent]; }",
        "valve = 'valve'  # \u202e")
    assert made == [["valve", "valve"], "U+202E"]


def long_lines(server, page):
    """Shows a trace with a long line of code, a short one and a wide table."""
    trace = server.ask("api/v1/traces/search", {"q": "nginx 502"})[1]["results"][0]
    cells = " | ".join("unbreakable" * 3 for _ in range(8))
    trace["solution"] = "\n".join(
        ["```python", f"value = '{'long ' * 80}'", "```", "", "```bash", "ls", "```", "", f"| {cells} |",
         f"|{'---|' * 8}", f"| {cells} |"])
    page.route(SEARCH, lambda route: route.fulfill(json={"results": [trace]}))
    ask(page, "nginx 502")
    page.keyboard.press("Enter")


def test_what_scrolls_sideways_says_so_until_its_end(server, open_page, picture):
    page = open_page(server, width=390)
    long_lines(server, page)
    block = page.locator("#results figure.code", has_text="long")
    edges = block.locator(".edges")
    expect(block.get_by_text("scroll ↔")).to_be_visible()
    expect(edges).to_have_class("edges more-after")
    picture(page, "scroll-hint")
    block.locator("pre").focus()
    page.keyboard.press("ArrowRight")
    expect(edges).to_have_class("edges more-after more-before")
    block.locator("pre").evaluate("pre => pre.scrollTo(pre.scrollWidth, 0)")
    expect(edges).to_have_class("edges more-before")
    short = page.locator("#results figure.code", has_text="ls")
    expect(short.get_by_text("scroll ↔")).to_be_hidden()
    expect(short.locator("pre")).not_to_have_attribute("tabindex", "0")
    table = page.locator("#results div.scrolls")
    expect(table).to_have_attribute("tabindex", "0")
    expect(page.locator("#results .edges", has=page.locator("table"))).to_have_class("edges more-after")


def test_copying_works_without_the_clipboard_of_secure_pages(server, open_page):
    page = open_page(server)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    ask(page, "roll back after each test")
    page.keyboard.press("Enter")
    block = page.locator("#results figure.code").first
    button = block.get_by_role("button", name="Copy")
    button.click()
    expect(block.get_by_role("button", name="Copied")).to_be_focused()
    expect(page.locator("#said")).to_have_text("Code copied")
    assert page.evaluate("window.copied") == block.locator("code").text_content()


@pytest.mark.parametrize("text", [
    "[" * 50_000, "[a](" * 12_000, "![" * 25_000, "[a](https://" * 4_000, "https://(" * 5_000, "<https://a" * 5_000,
    "[a](https://a.b (" * 3_000,
], ids=lambda text: text[:12])
def test_a_text_of_the_greatest_length_is_rendered(blank, text):
    """A pattern that backtracks without limit would not end."""
    assert len(rendered(blank, text)["text"]) >= len(text) / 2


@pytest.mark.parametrize(("language", "part"), [
    ("python", '"""'), ("javascript", "(/["), ("bash", "<<A\n"), ("bash", "${"), ("yaml", " "), ("yaml", "- "),
    ("sql", "'"), ("toml", "["), ("hcl", "a "), ("nginx", ";  "), ("json", '"\\'), ("tsx", "<a"),
])
def test_code_of_the_greatest_length_is_colored(blank, language, part):
    code = (part * 20_000)[:20_000]
    assert module(blank, "highlight.js", "it.tokens(value[1], value[0]).length", [language, code]) > 0


@pytest.mark.parametrize("text, terms, length", [
    ("Run `docker compose up --build --force-recreate` again.", [], 30),
    ("First. Then `a. b. c` fails with `x. y`. Last words are here.", ["last"], 24),
    ("`" + "x" * 60 + " y`", [], 40),
    ("It fails:\n```\ncode\n```\n```\ncode\n```\nand more words that are long enough to be cut", [], 20),
])
def test_an_excerpt_neither_splits_inline_code_nor_repeats_the_dots(server, open_page, text, terms, length):
    page = open_page(server)
    found = page.evaluate(
        "async ([text, terms, length]) => (await import('/page/text.js')).excerpt(text, new Set(terms), length)",
        [text, terms, length])
    assert found.count("`") % 2 == 0, found
    assert "… …" not in found
    assert "\ue000" not in found
