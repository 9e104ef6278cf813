"""The state of seeding."""

from playwright.sync_api import expect
from trace_server import Project

SEEDERS = [
    "users", "tags", "curated-traces", "sample-traces", "tools", "schemas", "prompt-templates", "model-configs",
    "transcripts", "shares", "embeddings",
]


def test_it_lists_every_seeder_with_rows_and_durations(server, open_page):
    page = open_page(server)
    aside = page.get_by_role("complementary", name="Seeding")
    expect(aside.locator("#seeding-state")).to_contain_text("11 seeders in")
    assert aside.locator("#seeders strong").all_inner_texts() == SEEDERS
    users = aside.locator("#seeders li").first
    expect(users).to_contain_text("users seeded")
    expect(users).to_contain_text("users 11 inserted")
    expect(users).to_contain_text("took ")
    expect(users.locator("time")).to_be_visible()


def test_it_is_updated_during_seeding_and_search_works_as_data_arrives(open_page, picture):
    with Project() as project:
        server = project.serve(AUTO_SEED_MODE="background", CAPACITY_IS_PART_OF_ALL="true", CAPACITY_ROWS="40000")
        page = open_page(server, "#q=docker")
        state = page.locator("#seeding-state")
        expect(state).to_have_text("Seeding is in progress. Seeded traces can be found already.")
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
        expect(state).to_contain_text("Nothing to do: 12 seeders checked")


def test_a_failed_seeder_is_shown_with_its_reason(server, open_page, picture):
    page = open_page(server)
    answer = server.ask("health/ready")[1]
    seeders = answer["seeding"]["seeders"]
    seeders[1].update(outcome="failed", failure="Seeders/Tags/Fixtures/tags.json:3: record 2, field 'name': found ''")
    seeders[2].update(outcome="skipped", failure="depends on 'tags', which was not seeded")
    answer["status"] = "degraded"
    page.route("**/health/ready", lambda route: route.fulfill(json=answer))
    page.reload()
    expect(page.locator("#seeding-state")).to_contain_text("of which 2 failed or were skipped")
    expect(page.locator("#seeders li.failed")).to_contain_text("tags failed")
    expect(page.locator("#seeders li.failed")).to_contain_text("tags.json:3")
    expect(page.locator("#seeders li.skipped")).to_contain_text("depends on 'tags'")
    picture(page, "seeding-failed")


def test_an_unresponsive_server_is_reported(server, open_page):
    page = open_page(server)
    page.route("**/health/ready", lambda route: route.abort())
    page.reload()
    expect(page.locator("#seeding-state")).to_have_text("The server is not responding.")
