"""The pages for people are complete, say what the dataset holds, lead somewhere, and load nothing from elsewhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from tiny import edit, tiny, write

from api.app import create_app
from api.config import Settings
from api.errors import PROBLEM_TYPES
from api.pages import ASSETS
from api.resources.catalog import LESSONS
from api.snapshot.build import build
from schemas import RESOURCES
from schemas.load import load

PROBLEM_PAGES = [one.href for one in PROBLEM_TYPES]
PAGES = ["/", "/docs", *PROBLEM_PAGES]
VOID = {"meta", "link", "img", "br", "hr", "input"}
ODD = """<script>alert("1")</script> & <b onclick='x'>"""


class Page(HTMLParser):
    """A page taken apart: its elements in order, the text of each, and whether every element that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.doctype = ""
        self.feed(text)
        self.close()

    def handle_decl(self, decl: str) -> None:
        """Note the doctype."""
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, open until its end tag unless it has none."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which has to be of this name."""
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        """Add text to every element that is open."""
        for tag in self.open:
            self.texts[tag][-1] += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of these names."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    def hrefs(self) -> list[str]:
        """Return where the links of the page lead."""
        return [str(one["href"]) for one in self.all("a")]


def read(client: FlaskClient, path: str) -> Page:
    """Return the page at a path."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    return Page(answer.get_data(as_text=True))


@pytest.fixture(params=["client", "tiny_client"])
def either(request: pytest.FixtureRequest) -> FlaskClient:
    """A client of the shipped dataset, then one of the tiny dataset."""
    client: FlaskClient = request.getfixturevalue(request.param)
    return client


def served(folder: Path) -> FlaskClient:
    """Return a client of the dataset in a folder."""
    build(load(folder), folder.parent / "made.rostrum")
    return create_app(folder.parent / "made.rostrum", Settings()).test_client()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_complete_html(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    assert page.doctype == "doctype html"
    assert not page.open
    assert not page.crossed
    assert page.all("html") == [{"lang": "en"}]
    assert page.texts["title"][0].endswith("Rostrum")
    described = {one.get("name") or one.get("property"): one.get("content") for one in page.all("meta")}
    assert all(described[name] for name in ("viewport", "description", "og:title", "og:description"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert "#main" in page.hrefs()
    assert "main" in ids


@pytest.mark.parametrize("path", PAGES)
def test_headings_stand_in_order_below_one_h1(client: FlaskClient, path: str) -> None:
    levels = [int(tag[1]) for tag, _ in read(client, path).elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_script_or_a_style_of_its_own(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    assert not page.all("style")
    assert all(one.get("src") for one in page.all("script"))
    assert not "".join(page.texts.get("script", []))
    assert not [name for _, attributes in page.elements for name in attributes if name == "style" or name.startswith("on")]
    assert path == "/docs" or not page.all("script")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_loads_anything_from_elsewhere(client: FlaskClient, path: str) -> None:
    page = read(client, path)
    loaded = [one["src"] for one in page.all("script", "img")]
    loaded += [one["href"] for one in page.all("link") if one["rel"] in {"stylesheet", "icon"}]
    assert loaded
    assert all(str(one).startswith("/assets/") and client.get(str(one)).status_code == 200 for one in loaded)


@pytest.mark.parametrize("name", sorted(name for name in ASSETS if name.endswith(".css")))
def test_no_style_sheet_loads_anything_from_elsewhere(client: FlaskClient, name: str) -> None:
    sheet = client.get(f"/assets/{name}").get_data(as_text=True)
    assert "@import" not in sheet
    assert all(one.strip("\"'").startswith("data:") for one in re.findall(r"url\(([^)]{1,8})", sheet))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_policy_that_allows_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    policy = first.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert ("script-src" in policy) == (path == "/docs")
    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"] == policy


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(either: FlaskClient, path: str) -> None:
    inner = {href.partition("#")[0] for href in read(either, path).hrefs() if href.startswith("/")}
    assert inner
    assert {href: either.get(href).status_code for href in inner} == dict.fromkeys(inner, 200)


def test_home_is_the_index_for_who_asks_for_json(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept": "application/json"})
    assert answer.content_type == "application/json"
    assert answer.json == client.get("/v1").json
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors")


def test_home_is_a_page_for_a_browser(client: FlaskClient) -> None:
    sent_by_browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert client.get("/", headers={"Accept": sent_by_browsers}).mimetype == "text/html"


def test_home_says_which_dataset_this_is_and_how_much_it_holds(either: FlaskClient) -> None:
    page, about = read(either, "/"), either.get("/v1").json
    assert about
    shown = page.texts["main"][0]
    dataset = about["data"]["dataset"]
    assert all(dataset[name] in shown for name in ("title", "version", "released", "licence", "citation"))
    assert dataset["digest"][:15] in shown
    cells = [text.strip() for text in page.texts["td"]]
    assert cells[::2] == [str(one["count"]) for one in about["data"]["resources"]]
    assert {f"/v1/{one.collection}?pretty=true" for one in RESOURCES} <= set(page.hrefs())


def test_the_example_on_home_marks_words_that_stand_in_the_source(either: FlaskClient) -> None:
    page = read(either, "/")
    (marked,) = page.texts["mark"]
    (quoted,) = page.texts["blockquote"]
    quote = next(href for href in page.hrefs() if href.startswith("/v1/quotes/"))
    record = data(either, quote)
    text = either.get(f"{record['source']['href']}/text").get_data(as_text=True)
    assert marked in quoted
    assert quoted == record["text"]
    assert marked in " ".join(text.split())


def test_the_example_on_home_is_disputed_where_any_claim_is(either: FlaskClient) -> None:
    page = read(either, "/")
    claims = [data(either, href) for href in dict.fromkeys(page.hrefs()) if re.fullmatch(r"/v1/claims/[^/?]+", href)]
    assert claims[0]["text"] in page.texts["main"][0]
    assert [one["id"] for one in claims[1:]] == [one["id"] for one in claims[0]["attacked_by"]]


def test_every_question_on_home_has_an_answer(either: FlaskClient) -> None:
    page = read(either, "/")
    commands = [text for text in page.texts["code"] if text.startswith("curl ")]
    asked = [text.removeprefix("curl 'http://localhost").removesuffix("'") for text in commands]
    assert len(asked) == 10
    assert set(asked) <= set(page.hrefs())
    assert not [path for path in asked if not path.endswith("/text") and not data(either, path)]


def test_the_commands_on_home_use_the_address_that_clients_see(tiny_client: FlaskClient) -> None:
    shown = tiny_client.get("/", base_url="https://debates.example.org").get_data(as_text=True)
    assert "curl &#39;https://debates.example.org/v1/" in shown or "curl 'https://debates.example.org/v1/" in shown


def test_home_needs_no_claims(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "data")
    for debate in ("tea", "biscuits"):
        for file in ("claims", "conditions", "events"):
            write(folder, f"{debate}/{file}.json", [])
    page = read(served(folder), "/")
    assert "mark" not in page.texts
    assert [text.strip() for text in page.texts["td"]][::2][-3:] == ["0", "0", "0"]


def test_what_a_dataset_says_is_never_markup(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "data")
    edit(folder, "dataset.json", lambda about: {**about, "title": ODD, "citation": ODD, "description": ODD})
    edit(folder, "actors.json", lambda actors: [{**one, "name": ODD} for one in actors])
    edit(folder, "tea/claims.json", lambda claims: [{**one, "text": ODD} for one in claims])
    edit(folder, "tea/sources.json", lambda sources: [{**one, "title": ODD} for one in sources])
    edit(folder, "biscuits/debate.json", lambda debate: {**debate, "title": ODD})
    client = served(folder)
    page = read(client, "/")
    assert not page.all("script", "b")
    assert sum(ODD in text for text in page.texts["a"]) >= 4
    assert ODD in page.texts["footer"][0]
    assert not read(client, PROBLEM_PAGES[0]).all("script", "b")


def test_docs_draws_the_document_of_this_service_and_asks_nobody_else(client: FlaskClient) -> None:
    page, script = read(client, "/docs"), client.get("/assets/docs.js").get_data(as_text=True)
    assert {"/", "/v1/openapi.json"} <= set(page.hrefs())
    assert {"id": "docs"} in page.all("div")
    assert 'fetch("/v1/openapi.json")' in script
    assert "validatorUrl: null" in script
    assert "://" not in script


def test_every_problem_type_has_a_lesson_and_no_other_has() -> None:
    assert list(LESSONS) == [one.slug for one in PROBLEM_TYPES]


@pytest.mark.parametrize("problem", PROBLEM_TYPES, ids=lambda one: one.slug)
def test_every_problem_type_has_its_page(client: FlaskClient, problem: Any) -> None:
    page = read(client, problem.href)
    assert page.texts["h1"] == [problem.title]
    assert str(problem.status) in page.texts["dd"][0]
    assert problem.meaning.replace("`", "") in page.texts["main"][0]
    assert set(PROBLEM_PAGES) <= set(page.hrefs())
    assert "`" not in page.texts["main"][0].replace(page.texts["pre"][1], "")


@pytest.mark.parametrize("slug", ["invalid-parameter", "not-found", "unknown-path", "method-not-allowed", "not-acceptable"])
def test_the_example_of_a_problem_is_what_the_service_answers(either: FlaskClient, slug: str) -> None:
    asked, shown = read(either, f"/problems/{slug}").texts["pre"]
    line, *fields = asked.split("\n")
    method, path = line.split()
    answer = either.open(path, method=method, headers=dict(field.split(": ") for field in fields))
    assert answer.json
    assert list(answer.json) == list(json.loads(shown))
    assert {**answer.json, "request_id": ""} == {**json.loads(shown), "request_id": ""}


@pytest.mark.parametrize("problem", PROBLEM_TYPES, ids=lambda one: one.slug)
def test_the_example_of_a_problem_is_of_its_type(client: FlaskClient, problem: Any) -> None:
    shown = json.loads(read(client, problem.href).texts["pre"][1])
    assert (shown["type"], shown["title"], shown["status"]) == (problem.href, problem.title, problem.status)


def test_an_unknown_problem_type_suggests_the_one_that_was_meant(client: FlaskClient) -> None:
    answer = client.get("/problems/not-fund")
    assert answer.status_code == 404
    assert "'/problems/not-found'" in answer.get_data(as_text=True)


def data(client: FlaskClient, path: str) -> Any:
    """Return the data of a JSON answer."""
    answer = client.get(path).json
    assert answer
    return answer["data"]
