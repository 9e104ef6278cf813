"""Fixtures of the page tests: a seeded service, a browser, and a page that must not report errors."""

import os
import pathlib
import re
import subprocess

import pytest
from playwright.sync_api import expect, sync_playwright
from trace_server import BINARIES, ROOT, Project

PICTURES = pathlib.Path(os.environ.get("PAGE_PICTURES", ROOT / ".build" / "page"))
# Debian's package, which Scripts/setup --tests installs.
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def project():
    with Project() as project:
        yield project


@pytest.fixture(scope="session")
def server(project):
    """A seeded server without tokens for search."""
    return project.serve()


@pytest.fixture(scope="session")
def strict_server(project, server):
    """A server on the same database that requires a token for search."""
    return project.serve(SEARCH_NEEDS_TOKEN="true")


@pytest.fixture(scope="session")
def hostile_trace(project, server):
    """A trace with hostile text and its embedding."""
    from hostile import TRACE

    token = server.register("mallory@example.com")
    project.establish()
    status, trace = server.ask("api/v1/traces", TRACE, token)
    assert status == 201, trace
    subprocess.run(
        [BINARIES / "seed-runner", "--embeddings"],
        env=project.environment(), cwd=project.folder, check=True, capture_output=True,
    )
    return trace


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens the page of a server in a new browser context. Console errors and warnings fail the test."""
    contexts, complaints = [], []

    def listen(message):
        # The browser itself logs failed requests.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def opened(server, path="", width=1280, height=900, **options):
        if "context" in options:
            context = options["context"]
        else:
            options.setdefault("color_scheme", "light")
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def picture(request):
    """Stores a screenshot for review."""

    def take(page, name=None, **options):
        PICTURES.mkdir(parents=True, exist_ok=True)
        default = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
        page.screenshot(path=PICTURES / f"{name or default}.png", **options)

    return take
