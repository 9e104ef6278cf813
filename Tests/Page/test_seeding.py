"""The state of seeding."""

import pytest
from playwright.sync_api import expect
from trace_server import Project

SEEDERS = [
    "users", "tags", "curated-traces", "sample-traces", "tools", "schemas", "prompt-templates", "model-configs",
    "transcripts", "shares", "embeddings",
]


# The color of failures in the light scheme.
RED = "rgb(163, 36, 27)"


def color(page, selector):
    return page.locator(selector).evaluate("element => getComputedStyle(element).color")


def details(page):
    page.get_by_role("button", name="Details of seeding").click()


def test_visitors_see_one_small_line(server, open_page):
    page = open_page(server)
    expect(page.locator("#seeding-state")).to_contain_text("11 seeders in")
    expect(page.locator("#seeding-line")).to_have_attribute("data-look", "good")
    expect(page.locator("#seeders")).to_be_hidden()
    assert page.locator("#seeding").bounding_box()["height"] < 40
    assert page.locator("#seeding-line").evaluate("line => getComputedStyle(line).fontSize") == "13px"


def test_it_lists_every_seeder_with_rows_and_durations(server, open_page):
    page = open_page(server)
    region = page.get_by_role("region", name="Seeding")
    expect(region.locator("#seeding-state")).to_contain_text("11 seeders in")
    details(page)
    assert region.locator("#seeders strong").all_inner_texts() == SEEDERS
    users = region.locator("#seeders li").first
    expect(users).to_contain_text("users seeded")
    expect(users).to_contain_text("users 11 inserted")
    expect(users).to_contain_text("took ")
    expect(users.locator("time")).to_be_visible()


def test_it_is_updated_during_seeding_and_search_works_as_data_arrives(open_page, picture):
    with Project() as project:
        server = project.serve(AUTO_SEED_MODE="background", CAPACITY_IS_PART_OF_ALL="true", CAPACITY_ROWS="40000")
        page = open_page(server, "#q=docker")
        state = page.locator("#seeding-state")
        expect(state).to_have_text("Seeding is in progress. Traces seeded so far can already be found.")
        expect(page.locator("#seeding-line")).to_have_attribute("data-look", "busy")
        details(page)
        expect(page.get_by_role("progressbar", name="Finished seeders")).to_be_visible()
        expect(page.locator("#seeders li.none").first).to_contain_text("not finished yet")
        expect(page.locator("#seeders li.seeded").first).to_be_visible()
        picture(page, "seeding")
        expect(state).to_contain_text("12 seeders in", timeout=300_000)
        expect(page.get_by_role("progressbar")).to_be_hidden()
        expect(page.locator("#results > li")).to_have_count(10)
        expect(page.locator("#tags button").first).to_be_visible()
        # After a restart, everything is unchanged.
        server.stop()
        page.goto(project.serve(CAPACITY_IS_PART_OF_ALL="true", CAPACITY_ROWS="40000").url)
        expect(state).to_contain_text("Seed data is up to date (12 seeders checked")


def test_failures_are_red_and_first(server, open_page, picture):
    page = open_page(server)
    answer = server.ask("health/ready")[1]
    seeders = answer["seeding"]["seeders"]
    seeders[1].update(outcome="skipped", failure="depends on 'users', which was not seeded")
    seeders[3].update(outcome="failed", failure="Seeders/Tags/Fixtures/tags.json:3: record 2, field 'name': found ''")
    answer["status"] = "degraded"
    page.route("**/health/ready", lambda route: route.fulfill(json=answer))
    page.reload()
    expect(page.locator("#seeding-state")).to_have_text("Start-up seeding: 1 seeder failed, 1 skipped.")
    assert color(page, "#seeding-line") == RED
    details(page)
    rows = page.locator("#seeders li")
    expect(rows.nth(0)).to_contain_text(f"{seeders[3]['id']} failed")
    expect(rows.nth(0)).to_contain_text("tags.json:3")
    assert color(page, "#seeders li:first-child .failure") == RED
    expect(rows.nth(1)).to_contain_text(f"{seeders[1]['id']} skipped")
    expect(rows.nth(1)).to_contain_text("depends on 'users'")
    expect(rows.nth(2)).to_contain_text("users seeded")
    expect(rows).to_have_count(len(SEEDERS))
    picture(page, "seeding-failed")


def test_a_failure_of_an_earlier_run_is_red_too(server, open_page):
    page = open_page(server)
    answer = server.ask("health/ready")[1]
    answer["seeding"].update(phase="off", seeders=[])
    runs = server.ask("api/v1/seeding")[1]
    runs["runs"][-1].update(outcome="failed", failure="the embedding service is unavailable")
    page.route("**/health/ready", lambda route: route.fulfill(json=answer))
    page.route("**/api/v1/seeding", lambda route: route.fulfill(json=runs))
    page.reload()
    expect(page.locator("#seeding-state")).to_have_text("Start-up seeding is off. 1 seeder failed.")
    assert color(page, "#seeding-line") == RED
    details(page)
    expect(page.locator("#seeders li").first).to_contain_text("the embedding service is unavailable")


@pytest.mark.parametrize(("changes", "text", "look"), [
    ({"database": "unreachable", "status": "unavailable"}, "The database is unavailable.", "bad"),
    ({"database": "not-migrated", "status": "unavailable"}, "The database is not migrated.", "bad"),
    ({"database": "other-environment", "status": "unavailable"}, "The database belongs to another environment.", "bad"),
    ({}, "Start-up seeding has ended.", "good"),
])
def test_the_line_names_the_state_of_the_database_and_of_seeding(server, open_page, changes, text, look):
    page = open_page(server)
    answer = server.ask("health/ready")[1] | changes
    # A server may show only the phase.
    answer["seeding"]["seeders"] = []
    page.route("**/health/ready", lambda route: route.fulfill(json=answer))
    page.reload()
    expect(page.locator("#seeding-state")).to_have_text(text)
    expect(page.locator("#seeding-line")).to_have_attribute("data-look", look)


def test_a_server_that_keeps_the_details_shows_no_line(server, open_page):
    page = open_page(server)
    page.route("**/health/ready", lambda route: route.fulfill(json={"status": "ready"}))
    page.reload()
    expect(page.locator("#tags button").first).to_be_visible()
    expect(page.locator("#seeding-line")).to_be_hidden()


def test_an_unresponsive_server_is_reported(server, open_page):
    page = open_page(server)
    page.route("**/health/ready", lambda route: route.abort())
    page.reload()
    expect(page.locator("#seeding-state")).to_have_text("The server is not responding.")
    assert color(page, "#seeding-line") == RED
