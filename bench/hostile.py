"""Requests that are valid and ask for as much as they may, each in three spellings, so that no answer can be a kept one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from bench.generator import MOST_QUOTES_PER_DEBATE
from bench.material import SEED
from bench.servers import Client
from bench.vocabulary import vocabulary

CLAIM_FACETS = "made_by,kind,about,quote,source,event,condition,supports,attacks,tag"
CLAIM_FIELDS = "text,made_by,kind,evidence,relations,about,events,conditions,supported_by,attacked_by,restated_by,standing,note"
QUOTE_FACETS = "debate,source,speaker,speaks_for,about,attribution,claim,condition,event,tag"
SIXTEEN = " ".join(f"{letter}*" for letter in "abcdefghijklmnop")


@dataclass(frozen=True)
class Hostile:
    """A kind of request, and its spellings."""

    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the requests are made of: ids and words that there are."""

    ids: Mapping[str, Sequence[str]]
    rare: str
    text: str
    cursors: Mapping[str, str]

    def some(self, collection: str, count: int, turn: int) -> str:
        """Return so many ids as one value, others each turn."""
        ids = self.ids[collection]
        return ",".join(ids[(turn * 7 + step) % len(ids)] for step in range(min(count, len(ids))))


def facts(client: Client) -> Facts:
    """Ask a server for what the requests need."""

    def ask(path: str) -> Any:
        return json.loads(client.get(path).body)

    collections = ("debates", "sources", "actors", "quotes", "claims", "conditions", "events")
    ids = {name: [one["id"] for one in ask(f"/v1/{name}?select=id&per_page=200")["data"]] for name in collections}
    ids["actors"] = [one["id"] for one in ask("/v1/actors?select=id&per_page=200&sort=-quotes")["data"]]
    words = vocabulary(SEED).content[::-1]
    rare = next((word for word in islice(words, 300) if ask(f"/v1/quotes?q={quote(word)}&per_page=0")["meta"]["total"]), "the")
    deep = {name: _deep(client, name) for name in ("quotes", "claims")}
    text = max((one["text"] for one in ask("/v1/quotes?per_page=100")["data"]), key=len)
    return Facts(ids, rare, text, deep)


def _deep(client: Client, collection: str, pages: int = 100) -> str:
    """Return a cursor far into a collection, as it stands in a link."""
    at = f"/v1/{collection}?cursor=*&per_page=200&sort=-id"
    for _ in range(pages):
        following = json.loads(client.get(at).body)["links"]["next"]
        if following is None:
            break
        at = following
    return at


def requests(known: Facts) -> Iterator[Hostile]:
    """Yield all kinds of requests."""
    for make in (paging, filters, counts, words, shapes, lookups):
        for name, path in make(known):
            yield Hostile(name, tuple(path(turn) for turn in range(3)))


def paging(known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield requests for what lies deep, and in costly orders."""
    yield "quotes: last page by number", lambda n: f"/v1/quotes?page={50 - n}&per_page=200"
    yield "quotes: last page by number, ten a page", lambda n: f"/v1/quotes?page={1000 - n}&per_page=10"
    yield "quotes: last page, other order", lambda n: f"/v1/quotes?page={50 - n}&per_page=200&sort=-speaker,sequence"
    yield "claims: last page by text", lambda n: f"/v1/claims?page={50 - n}&per_page=200&sort=text"
    yield "claims: seven keys", lambda n: f"/v1/claims?per_page={200 - n}&sort=-kind,made_by,-directness,standing,-fidelity,text,id"
    yield (
        "claims: seven keys, last page",
        lambda n: f"/v1/claims?page={50 - n}&per_page=200&sort=-kind,made_by,-directness,standing,-fidelity,text,id",
    )
    yield "events by date, descending, last page", lambda n: f"/v1/events?page={50 - n}&per_page=200&sort=-date"
    yield "quotes: a cursor far in, 200 a page", lambda n: f"{known.cursors['quotes']}&pretty={'true' if n else 'false'}"
    yield (
        "claims: a cursor with filters that hold for most",
        lambda n: f"/v1/claims?cursor=*&per_page={200 - n}&kind__not=causal&sort=-text",
    )
    yield "claims: a cursor over five keys", lambda n: f"/v1/claims?cursor=*&per_page={200 - n}&sort=-kind,made_by,-standing,text"
    yield "quotes: a cursor with a word of every text", lambda n: f"/v1/quotes?cursor=*&q=the&per_page={200 - n}"


def filters(known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield requests with filters that hold for nearly all, or for very many values."""
    debates = known.ids["debates"]
    yield "quotes: 100 speakers", lambda n: f"/v1/quotes?speaker={known.some('actors', 100, n)}"
    yield "quotes: none of 100 speakers", lambda n: f"/v1/quotes?speaker__not={known.some('actors', 100, n)}"
    yield "claims: 100 actors about, by text", lambda n: f"/v1/claims?about={known.some('actors', 100, n)}&sort=text"
    yield "claims: all of two actors about", lambda n: f"/v1/claims?about__all={known.some('actors', 2, n)}"
    yield "claims: about none of 100", lambda n: f"/v1/claims?about__not={known.some('actors', 100, n)}&sort=-text"
    yield "claims: on 100 quotes", lambda n: f"/v1/claims?quote={known.some('quotes', 100, n)}"
    yield "claims: on none of 100 quotes", lambda n: f"/v1/claims?quote__not={known.some('quotes', 100, n)}"
    yield (
        "claims: four not, four exist",
        lambda n: (
            f"/v1/claims?kind__not=causal&standing__not=out&directness__not=reported&debate__not={debates[n % len(debates)]}"
            "&event__exists=true&condition__exists=true&about__exists=true&supported_by__exists=false"
        ),
    )
    yield "claims: nothing attacks, counted", lambda n: f"/v1/claims?attacked_by__exists=false&attacks__exists=false&per_page={n}"
    yield (
        "claims: 50 debates × 6 kinds × 3 standings",
        lambda n: (
            f"/v1/claims?debate={known.some('debates', 50, n)}&kind=factual,causal,evaluative,predictive,prescriptive,interpretive"
            "&standing=in,out,undecided&sort=-fidelity"
        ),
    )
    yield "events: dates from and to", lambda n: f"/v1/events?date__gte=195{n}&date__lte=2039&sort=-date"
    yield "events: dates, by title, last page", lambda n: f"/v1/events?date__gt=195{n}&sort=title&page=50&per_page=200"
    yield "quotes: sequence from one", lambda n: f"/v1/quotes?sequence__gte=1&sequence__lt={1000 + n}&sort=-sequence"
    yield "quotes: a speaker and a basis", lambda n: f"/v1/quotes?speaker={_busiest(known, n)}&attribution=inferred"
    yield (
        "quotes: a speaker and a basis, facet, sort, select",
        lambda n: f"/v1/quotes?speaker={_busiest(known, n)}&attribution=stated&facets=debate&sort=-sequence&select=text,speaker",
    )
    yield "an actor's quotes, last page", lambda n: f"/v1/actors/{_busiest(known, n)}/quotes?page=40"
    yield "an actor's claims by text", lambda n: f"/v1/actors/{_busiest(known, n)}/claims?sort=-text"


def _busiest(known: Facts, turn: int) -> str:
    return known.ids["actors"][turn]


def counts(_known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield facets and aggregates."""
    yield "claims: ten facets × 200", lambda n: f"/v1/claims?facets={CLAIM_FACETS}&facet_limit={200 - n}&per_page=0"
    yield "quotes: ten facets × 200", lambda n: f"/v1/quotes?facets={QUOTE_FACETS}&facet_limit={200 - n}&per_page=0"
    yield (
        "claims: ten facets, filtered",
        lambda n: f"/v1/claims?facets={CLAIM_FACETS}&facet_limit={200 - n}&kind=factual,causal&standing=in",
    )
    yield "claims: ten facets, none of", lambda n: f"/v1/claims?facets={CLAIM_FACETS}&facet_limit={200 - n}&kind__not=causal"
    yield "quotes: ten facets with a common word", lambda n: f"/v1/quotes?q=the&facets={QUOTE_FACETS}&facet_limit={200 - n}"
    yield "claims: ten facets with two words", lambda n: f"/v1/claims?q=the+of&facets={CLAIM_FACETS}&facet_limit={200 - n}"
    for kind, by in (
        ("quotes", "claim,about"), ("quotes", "event,condition"), ("quotes", "speaker,source"), ("claims", "about,quote"),
        ("claims", "tag,about"), ("claims", "supports,supported_by"), ("claims", "event,condition"), ("claims", "made_by,kind"),
        ("events", "participant,date:year"), ("events", "claim,participant"), ("conditions", "addressed_to,quote"),
    ):  # fmt: skip
        yield f"{kind}: counted by {by}", lambda n, kind=kind, by=by: f"/v1/{kind}/aggregate?by={by}&per_page={200 - n}"
    yield "claims: counted by about,quote, last page", lambda n: f"/v1/claims/aggregate?by=about,quote&page={50 - n}&per_page=200"
    yield "quotes: counted by claim,about with a word", lambda n: f"/v1/quotes/aggregate?by=claim,about&q=the&per_page={200 - n}"
    yield "integrity of all debates", lambda n: f"/v1/integrity?pretty={'true' if n else 'false'}"


def words(known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield full-text searches that hit nearly everything, and those that have to look hard."""
    rare = quote(known.rare)
    asked = {
        "a common word": "the", "three common words": "the of and", "a letter*": "a*", "another letter*": "t*", "two letters*": "th*",
        "sixteen letters*": SIXTEEN, "common without common": "the -of", "common without letter*": "the -a*", "a common phrase": '"of the"',
        "a long common phrase": '"the of and to in a is that"', "a phrase with a rare word": f'"the {known.rare}"',
        "a phrase of a common word repeated": '"the the the the the the the the"', "a rare word": known.rare,
        "a common and a rare word": f"the {known.rare}", "sixteen common words": " ".join(vocabulary(SEED).words[:16]),
        "sixteen phrases": " ".join(f'"{one} the"' for one in vocabulary(SEED).words[:16]), "a common, a letter*": "the of a* b*",
    }  # fmt: skip
    for name, q in asked.items():
        yield f"search: {name}", lambda n, q=q: f"/v1/search?q={quote(q)}&per_page={25 - n}"
        yield f"quotes: {name}", lambda n, q=q: f"/v1/quotes?q={quote(q)}&per_page={25 - n}"
    yield "search: a common word, last page", lambda n: f"/v1/search?q=the&page={50 - n}&per_page=200"
    yield "quotes: a common word, last page", lambda n: f"/v1/quotes?q=the&page={50 - n}&per_page=200"
    yield "quotes: a common word, other order", lambda n: f"/v1/quotes?q=the&sort=-speaker&page={50 - n}&per_page=200"
    yield "quotes: highlights of 200", lambda n: f"/v1/quotes?q=the+of&highlight=true&per_page={200 - n}"
    yield "search: highlights of 200", lambda n: f"/v1/search?q=the+of&per_page={200 - n}"
    yield "claims: a common word and filters", lambda n: f"/v1/claims?q=the&kind__not=causal&debate={known.some('debates', 50, n)}"
    yield "quotes: a common word and a rare filter", lambda n: f"/v1/quotes?q=the&source={known.some('sources', 1, n)}"
    yield "search: in one debate", lambda n: f"/v1/search?q=the&debate={known.some('debates', 1, n)}"
    yield "search: a rare word in 50 debates", lambda n: f"/v1/search?q={rare}&debate={known.some('debates', 50, n)}"
    for q in ("a", "t", "the", "the a", "é", "if the of a"):
        yield f"completion of {q!r}", lambda n, q=q: f"/v1/autocomplete?q={quote(q)}&per_page={50 - n}"
    yield "completion of 'a' in one debate", lambda n: f"/v1/autocomplete?q=a&debate={known.some('debates', 1, n)}"


def shapes(known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield requests that make much of what they find."""
    debates = known.ids["debates"]
    per_debate = min(10_000, MOST_QUOTES_PER_DEBATE)
    include = "evidence.quote.speaker,relations.to.made_by,about.part_of,made_by.part_of,events.participants,conditions.set_by"
    yield "claims: include, two steps × 200", lambda n: f"/v1/claims?include={include}&per_page={200 - n}"
    yield "claims: include, two steps × 40", lambda n: f"/v1/claims?include={include}&per_page={40 - n}"
    yield "quotes: include claims and theirs × 200", lambda n: f"/v1/quotes?include=claims.relations.to,speaker,source&per_page={200 - n}"
    yield (
        "claims: select everything × 200",
        lambda n: f"/v1/claims?select={CLAIM_FIELDS}&per_page={200 - n}",
    )
    yield (
        "claims: select dotted × 200",
        lambda n: f"/v1/claims?select=evidence.quote.label,relations.to.id,made_by.label&per_page={200 - n}",
    )
    yield "actors: 200, whole", lambda n: f"/v1/actors?per_page={200 - n}"
    yield "debates: whole", lambda n: f"/v1/debates?per_page={200 - n}"
    yield "the busiest actor", lambda n: f"/v1/actors/{_busiest(known, n)}"
    for form in ("csv", "jsonl"):
        yield f"{form} of 10,000 quotes", lambda n, form=form: f"/v1/quotes?format={form}&debate={_worth(debates, per_debate // 2_000, n)}"
        yield f"{form} of 9,700 claims", lambda n, form=form: f"/v1/claims?format={form}&debate={_worth(debates, 3, n)}"
    yield (
        "csv of 9,700 claims, selected",
        lambda n: f"/v1/claims?format=csv&select=text,made_by.label&debate={_worth(debates, 3, n)}&sort=text",
    )
    yield "csv of all: refused", lambda n: f"/v1/quotes?format=csv&attribution={'stated,inferred' if n else 'inferred,stated'}"
    yield "sample of 200 quotes over all", lambda n: f"/v1/quotes?sample=200&seed={n}"
    yield "sample of 200 claims, filtered", lambda n: f"/v1/claims?sample=200&seed={n}&kind__not=causal"
    yield "sample of 200 with a common word", lambda n: f"/v1/quotes?sample=200&seed={n}&q=the"
    for kind in ("json", "dot", "mermaid", "graphml", "argdown", "aif", "svg"):
        yield f"graph of a debate as {kind}", lambda n, kind=kind: f"/v1/debates/{debates[n % len(debates)]}/graph?format={kind}"
    yield "timeline of a debate", lambda n: f"/v1/debates/{debates[n % len(debates)]}/timeline"


def _worth(debates: Sequence[str], count: int, turn: int) -> str:
    return ",".join(debates[(turn + step) % len(debates)] for step in range(count))


def lookups(known: Facts) -> Iterator[tuple[str, Any]]:
    """Yield look-ups: what was said, ids by the hundred, and ids that there are not."""
    said = {
        "two words repeated to 1,000": ("the of " * 143)[:1000], "one letter repeated": ("a " * 500).strip(), "one word": "within",
        "a common phrase": "of the and", "a quote": known.text[:1000], "a quote, every fifth word changed": _changed(known.text[:1000]),
        "1,000 common characters": " ".join(vocabulary(SEED).words[:250])[:1000], "1,000 characters in a row": "a" * 1000,
        "digits": "1 2 3 4 5 6 7 8 9 " * 55, "a quote twice": f"{known.text[:490]} {known.text[:490]}",
    }  # fmt: skip
    for name, text in said.items():
        yield f"verify: {name}", lambda n, text=text: f"/v1/verify?text={quote(text[n:].strip())}"
    for kind in ("quotes", "claims", "actors"):
        yield f"{kind}: 100 ids", lambda n, kind=kind: f"/v1/{kind}?id={known.some(kind, 100, n)}&per_page=100"
        yield f"{kind}: 100 ids that there are not", lambda n, kind=kind: f"/v1/{kind}?id={_wrong(known, kind, n)}"
    yield "claims: 100 unknown quotes, nearest of each", lambda n: f"/v1/claims?quote={_wrong(known, 'quotes', n)}"
    yield "quotes: 100 unknown speakers, nearest of each", lambda n: f"/v1/quotes?speaker={_wrong(known, 'actors', n)}"
    yield (
        "claims: five filters of 15 unknown ids",
        lambda n: (
            "/v1/claims?"
            + "&".join(
                f"{name}={_wrong(known, kind, n, 15)}"
                for name, kind in (
                    ("quote", "quotes"),
                    ("event", "events"),
                    ("condition", "conditions"),
                    ("made_by", "actors"),
                    ("supports", "claims"),
                )
            )
        ),
    )
    yield "an unknown id", lambda n: f"/v1/quotes/{known.ids['quotes'][n]}x"
    yield "an unknown id, 161 characters", lambda n: f"/v1/quotes/{'a-' * 39}a{n}.{'b-' * 39}b"
    yield "an unknown path", lambda n: f"/v1/quote{n}/{'a' * 1000}"
    yield "unknown parameters", lambda n: "/v1/claims?" + "&".join(f"k{n}{step}=x" for step in range(900))


def _wrong(known: Facts, kind: str, turn: int, count: int = 100) -> str:
    return ",".join(f"{one[:60].strip('-')}-x{turn}" for one in known.some(kind, count, turn).split(","))


def _changed(text: str) -> str:
    return " ".join("changed" if number % 5 == 4 else word for number, word in enumerate(text.split()))
