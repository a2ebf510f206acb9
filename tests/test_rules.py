"""Each rule has a broken example: a change of the tiny dataset, and every problem that it makes, word for word."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tiny import change, content, edit, tiny, write

from schemas.load import load, survey
from schemas.problems import InvalidDataset, Problem
from schemas.reading import MOST_BYTES
from schemas.rules import RULES

# What the loader itself demands, before there is anything that a rule could look at.
LOADER = {"readable", "keys_are_unique", "schema"}


class Broken(NamedTuple):
    """A way to break a rule, and the problems that are then reported."""

    rule: str
    what: str
    change: Callable[[Path], Any]
    problems: tuple[str, ...]


def relation(kind: str = "supports", to: str = "china-would-sulk", **more: str) -> dict[str, str]:
    """Return a relation of a claim of the tea debate."""
    return {"kind": kind, "to": to, "basis": "stated", **more}


def respell(folder: Path, file: str, old: str, new: str) -> None:
    """Replace one spelling in a file by another."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    write(folder, file, text.replace(old, new))


def replace_by_link(folder: Path, file: str, target: str) -> None:
    """Put a link in the place of a file."""
    (folder / file).unlink()
    (folder / file).symlink_to(target)


def replace_by_folder(folder: Path, file: str) -> None:
    """Put an empty folder in the place of a file."""
    (folder / file).unlink()
    (folder / file).mkdir()


def rename_source(folder: Path, new: str) -> None:
    """Rename the source of the biscuits, its text and all that names it."""
    change(folder, "biscuits/sources.json", "crumbs", id=new)
    (folder / "biscuits/sources/crumbs.txt").rename(folder / f"biscuits/sources/{new}.txt")
    for quote in ("dunk-twice", "no-dunking"):
        change(folder, "biscuits/quotes.json", quote, source=new)


def number_a_whole(folder: Path) -> None:
    """Give an ordinal to a condition that is a part of none."""
    edit(folder, "tea/conditions.json", lambda all_: all_.__setitem__(2, dict(sorted({**all_[2], "ordinal": 1}.items(), key=in_order))))


def in_order(item: tuple[str, Any]) -> int:
    """Return the place of a field of the condition that warns of cocoa."""
    return ("id", "kind", "antecedent", "consequent", "set_by", "ordinal", "status", "evidence").index(item[0])


def add_quote(folder: Path) -> None:
    """Add a quote to the biscuits that lies within another."""
    quote = {"id": "strong-tea", "source": "crumbs", "speaker": "tea-society", "text": "Strong tea holds a biscuit better."}
    edit(folder, "biscuits/quotes.json", lambda quotes: quotes.insert(1, quote | {"attribution": {"basis": "stated"}}))


BROKEN = (
    Broken("no_file_is_unknown", "an unknown file", lambda folder: write(folder, "tea/claim.json", []), (
        "tea/claim.json: is no file of a dataset; did you mean 'claims.json'? [no_file_is_unknown]",
    )),
    Broken("no_file_is_unknown", "the text of no source", lambda folder: write(folder, "tea/sources/kettle-hours.txt", "Hm."), (
        "tea/sources/kettle-hours.txt: is no file of a dataset; did you mean 'kettle-hour.txt'? [no_file_is_unknown]",
    )),
    Broken("no_file_is_unknown", "a file in place of the folder of texts", lambda folder: ((folder / "tea/sources/kettle-hour.txt").unlink(), (folder / "tea/sources").rmdir(), write(folder, "tea/sources", "Hm.")), (
        "tea/sources: cannot be opened as a folder: not a directory; name a folder that can be read [no_file_is_unknown]",
        "tea/sources/kettle-hour.txt: is missing; put the file there [readable]",
    )),
    Broken("no_file_is_unknown", "a hidden folder", lambda folder: (folder / ".cache").mkdir(), (
        ".cache: is no file of a dataset; remove it, or add it where a source is listed [no_file_is_unknown]",
    )),
    Broken("files_are_canonical", "a space left out", lambda folder: respell(folder, "tea/events.json", '"id": "truce"', '"id":"truce"'), (
        "tea/events.json:58:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("files_are_canonical", "an escape that is not needed", lambda folder: respell(folder, "tea/debate.json", "café", "caf\\u00e9"), (
        "tea/debate.json:13:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("files_are_canonical", "no final newline", lambda folder: respell(folder, "biscuits/events.json", "[]\n", "[]"), (
        "biscuits/events.json:2:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("files_are_canonical", "quotes out of order", lambda folder: edit(folder, "tea/quotes.json", lambda quotes: [quotes[1], quotes[0], *quotes[2:]]), (
        "tea/quotes.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("files_are_canonical", "claims out of order", lambda folder: edit(folder, "tea/claims.json", lambda claims: claims[::-1]), (
        "tea/claims.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("files_are_canonical", "keys out of order", lambda folder: edit(folder, "tea/debate.json", lambda debate: dict(reversed(debate.items()))), (
        "tea/debate.json:2:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
    )),
    Broken("text_is_clean", "a control character", lambda folder: change(folder, "tea/claims.json", "milk-goes-first", text="Milk should\a be poured first."), (
        "tea/claims.json:24:5: milk-goes-first text: holds the character U+0007, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("text_is_clean", "a line break", lambda folder: change(folder, "tea/claims.json", "milk-goes-first", text="Milk should\nbe poured first."), (
        "tea/claims.json:24:5: milk-goes-first text: holds the character U+000A, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("text_is_clean", "NUL", lambda folder: change(folder, "actors.json", "aunt-agatha", aliases=["the\0Aunt"]), (
        "actors.json:9:7: aunt-agatha aliases.0: holds the character U+0000, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("text_is_clean", "a lone surrogate", lambda folder: respell(folder, "tea/debate.json", "café", "caf\\ud800"), (
        "tea/debate.json:13:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "tea/debate.json:13:3: tea note: holds the character U+D800, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("text_is_clean", "a decomposed letter", lambda folder: respell(folder, "tea/debate.json", "café", "cafe\u0301"), (
        "tea/debate.json:13:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "tea/debate.json:13:3: tea note: is not in Unicode normalization form C; run `rostrum fix`, or save a source text as NFC [text_is_clean]",
    )),
    Broken("text_is_clean", "a decomposed letter in a source", lambda folder: respell(folder, "biscuits/sources/crumbs.txt", "A biscuit is", "A\u0301 biscuit is"), (
        "biscuits/quotes.json:6:5: dunk-twice text: is not in the source; the nearest passage is “Á biscuit is dunked twice at most. Strong tea holds a biscuit better.”; it differs in: “A” where the text says “Á” [quotes_are_verbatim]",
        "biscuits/sources/crumbs.txt:1:1: crumbs: is not in Unicode normalization form C; run `rostrum fix`, or save a source text as NFC [text_is_clean]",
    )),
    Broken("text_is_clean", "a carriage return in a source", lambda folder: respell(folder, "biscuits/sources/crumbs.txt", "\n\n", "\r\n\r\n"), (
        "biscuits/sources/crumbs.txt:1:70: crumbs: holds the character U+000D, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("text_is_clean", "a control character in dataset.json", lambda folder: edit(folder, "dataset.json", lambda about: about.update(citation="Doily,\u0085 D.")), (
        "dataset.json:12:3: the dataset citation: holds the character U+0085, which no text may hold; remove it [text_is_clean]",
    )),
    Broken("ids_are_unique", "an id twice", lambda folder: edit(folder, "tea/events.json", lambda events: events.insert(2, dict(events[1]))), (
        "tea/events.json:41:5: society-founded id: repeats the id of line 25; give each record an id of its own [ids_are_unique]",
    )),
    Broken("ids_are_not_reserved", "an actor called aggregate", lambda folder: change(folder, "actors.json", "teapotshire", id="aggregate"), (
        "actors.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "actors.json:44:5: aggregate id: 'aggregate' is reserved; choose a longer id [ids_are_not_reserved]",
        "biscuits/quotes.json:21:7: no-dunking about.0: 'teapotshire' names no actor; name a record of type actor [references_resolve]",
    )),
    Broken("ids_are_not_reserved", "a source called con", lambda folder: rename_source(folder, "con"), (
        "biscuits/sources.json:3:5: con id: 'con' is reserved; choose a longer id [ids_are_not_reserved]",
    )),
    Broken("folder_and_id_agree", "a folder of another name", lambda folder: (folder / "biscuits").rename(folder / "cookies"), (
        "cookies/debate.json:2:3: biscuits id: is not the name of the folder 'cookies'; write 'cookies', or rename the folder [folder_and_id_agree]",
    )),
    Broken("folder_and_id_agree", "a folder whose name is no slug", lambda folder: (folder / "biscuits").rename(folder / "Biscuits"), (
        "Biscuits: is no name for a debate's folder; name it by a slug such as 'final-shape': a-z, 0-9 and single hyphens, at most 80 characters [folder_and_id_agree]",
    )),
    Broken("references_resolve", "an actor that is misspelt", lambda folder: change(folder, "tea/claims.json", "milk-goes-first", made_by="milk-frist"), (
        "tea/claims.json:25:5: milk-goes-first made_by: 'milk-frist' names no actor; did you mean 'milk-first'? [references_resolve]",
    )),
    Broken("references_resolve", "an actor that is nobody", lambda folder: change(folder, "tea/claims.json", "milk-goes-first", made_by="xyzzy"), (
        "tea/claims.json:25:5: milk-goes-first made_by: 'xyzzy' names no actor; name a record of type actor [references_resolve]",
    )),
    Broken("references_resolve", "a claim where a condition should be", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation("answers", "milk-goes-first")]), (
        "tea/claims.json:59:9: milk-last-on-terms relations.0.to: 'milk-goes-first' names a record of type claim, not condition; name a record of type condition [references_resolve]",
    )),
    Broken("references_resolve", "a condition where a claim should be", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation("attacks", "warm-the-pot")]), (
        "tea/claims.json:59:9: milk-last-on-terms relations.0.to: 'warm-the-pot' names a record of type condition, not claim; name a record of type claim [references_resolve]",
    )),
    Broken("references_resolve", "a short id of another debate", lambda folder: change(folder, "biscuits/claims.json", "strong-tea-holds", relations=[relation("supports", "strength-must-be-seen")]), (
        "biscuits/claims.json:16:9: strong-tea-holds relations.0.to: 'strength-must-be-seen' names no claim; did you mean 'tea.strength-must-be-seen'? [references_resolve]",
    )),
    Broken("references_resolve", "a dangling id beside a fault", lambda folder: change(folder, "tea/events.json", "tasting", status="soon", participants=["milk-last"]), (
        "tea/events.json:46:5: tasting status: 'soon' is not allowed; write one of past, ongoing, planned, hypothetical (did you mean 'ongoing'?) [schema]",
        "tea/events.json:48:7: tasting participants.0: 'milk-last' names no actor; did you mean 'milk-first'? [references_resolve]",
    )),
    Broken("references_are_short", "a full id of the same debate", lambda folder: change(folder, "tea/claims.json", "strength-must-be-seen", evidence=[{"quote": "tea.tea-first-replies"}]), (
        "tea/claims.json:79:9: strength-must-be-seen evidence.0.quote: names a record of the same debate by its full id 'tea.tea-first-replies'; write 'tea-first-replies' [references_are_short]",
    )),
    Broken("wholes_form_no_circle", "a circle of actors", lambda folder: change(folder, "actors.json", "tea-first", part_of="tea-society"), (
        "actors.json:34:5: tea-first part_of: forms a circle: tea-first in tea-society in tea-first; leave one of them a whole of its own [wholes_form_no_circle]",
    )),
    Broken("wholes_form_no_circle", "an actor that is a part of itself", lambda folder: change(folder, "actors.json", "tea-society", part_of="tea-society"), (
        "actors.json:41:5: tea-society part_of: forms a circle: tea-society in tea-society; leave one of them a whole of its own [wholes_form_no_circle]",
    )),
    Broken("quotes_are_verbatim", "a quote with another word", lambda folder: change(folder, "biscuits/quotes.json", "no-dunking", text="Nobody has ever dunked a bun here."), (
        "biscuits/quotes.json:15:5: no-dunking text: is not in the source; the nearest passage is “Nobody has ever dunked a biscuit here.”; it differs in: “bun” where the text says “biscuit” [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote that cuts a word", lambda folder: change(folder, "biscuits/quotes.json", "no-dunking", text="Nobody has ever dunked a bis"), (
        "biscuits/quotes.json:15:5: no-dunking text: is not in the source; the nearest passage is “Nobody has ever dunked a biscuit”; it differs in: “bis” where the text says “biscuit” [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote with a run of white space", lambda folder: change(folder, "biscuits/quotes.json", "no-dunking", text="Nobody has ever dunked a biscuit  here."), (
        "biscuits/quotes.json:15:5: no-dunking text: has a run of white space; write one space between words [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote that stands twice", lambda folder: change(folder, "tea/quotes.json", "milk-first-again", after=...), (
        "tea/quotes.json:39:5: milk-first-again text: stands in the source more than once, on lines 4 and 10; name the quote that it follows in `after` [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote that follows nothing", lambda folder: change(folder, "tea/quotes.json", "milk-first-again", after="nobody"), (
        "tea/quotes.json:39:5: milk-first-again text: follows 'nobody', which is no quote found in this source; name an earlier quote of this source in `after` [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote that follows itself", lambda folder: change(folder, "tea/quotes.json", "milk-first-again", after="milk-first-again"), (
        "tea/quotes.json:39:5: milk-first-again text: follows 'milk-first-again', which is no quote found in this source; name an earlier quote of this source in `after` [quotes_are_verbatim]",
    )),
    Broken("quotes_are_verbatim", "a quote that follows what comes later", lambda folder: change(folder, "tea/quotes.json", "milk-first-again", after="terms"), (
        "tea/quotes.json:39:5: milk-first-again text: does not stand behind the quote that it is said to follow; name an earlier quote in `after` [quotes_are_verbatim]",
    )),
    Broken("quotes_do_not_overlap", "a quote within another", add_quote, (
        "biscuits/quotes.json:15:5: strong-tea text: overlaps with the quote 'dunk-twice'; let each word stand in one quote [quotes_do_not_overlap]",
    )),
    Broken("date_words_are_verbatim", "date words that nobody says", lambda folder: change(folder, "tea/events.json", "truce", date_text="rather soon"), (
        "tea/events.json:62:5: truce date_text: does not stand in the event's evidence; the nearest passage is “quite soon.”; it differs in: “rather soon” where the text says “quite soon.” [date_words_are_verbatim]",
    )),
    Broken("evidence_stands_in_its_quote", "evidence that is not in the quote", lambda folder: change(folder, "tea/conditions.json", "or-else-cocoa", evidence=[{"quote": "terms", "text": "we will drink coffee"}]), (
        "tea/conditions.json:61:9: or-else-cocoa evidence.0.text: does not stand in the quote 'terms'; the nearest passage is “we will drink cocoa.”; it differs in: “coffee” where the text says “cocoa.” [evidence_stands_in_its_quote]",
    )),
    Broken("evidence_stands_in_its_quote", "evidence with a run of white space", lambda folder: change(folder, "tea/conditions.json", "or-else-cocoa", evidence=[{"quote": "terms", "text": "drink  cocoa"}]), (
        "tea/conditions.json:61:9: or-else-cocoa evidence.0.text: has a run of white space; write one space between words [evidence_stands_in_its_quote]",
    )),
    Broken("evidence_stands_in_its_quote", "evidence from another quote", lambda folder: change(folder, "tea/claims.json", "tea-goes-first", evidence=[{"quote": "terms", "text": "Tea first!"}]), (
        "tea/claims.json:101:9: tea-goes-first evidence.0.text: does not stand in the quote 'terms'; the nearest passage is “better biscuits,”; it differs in: “Tea first!” where the text says “better biscuits,” [evidence_stands_in_its_quote]",
    )),
    Broken("evidence_stands_in_its_quote", "evidence that stands in its quote twice", lambda folder: change(folder, "tea/conditions.json", "or-else-cocoa", evidence=[{"quote": "terms", "text": "you"}]), (
        "tea/conditions.json:61:9: or-else-cocoa evidence.0.text: stands in the quote 'terms' more than once; lengthen the stretch until it stands there once [evidence_stands_in_its_quote]",
    )),
    Broken("ordinals_have_no_gap", "an ordinal left out", lambda folder: change(folder, "tea/conditions.json", "better-biscuits", ordinal=3), (
        "tea/conditions.json:12:5: better-biscuits ordinal: is 3 where 2 would follow; count from 1 without gaps [ordinals_have_no_gap]",
    )),
    Broken("ordinals_have_no_gap", "an ordinal twice", lambda folder: change(folder, "tea/conditions.json", "better-biscuits", ordinal=1), (
        "tea/conditions.json:75:5: warm-the-pot ordinal: is 1 where 2 would follow; count from 1 without gaps [ordinals_have_no_gap]",
    )),
    Broken("ordinals_have_no_gap", "an ordinal of no part", number_a_whole, (
        "tea/conditions.json:54:5: or-else-cocoa ordinal: stands with a condition that is no part; write null, or name the whole in `part_of` [ordinals_have_no_gap]",
    )),
    Broken("no_claim_relates_to_itself", "a claim that attacks itself", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation("attacks", "milk-last-on-terms")]), (
        "tea/claims.json:59:9: milk-last-on-terms relations.0.to: attacks itself; name another claim [no_claim_relates_to_itself]",
    )),
    Broken("no_claim_relates_to_itself", "a claim that supports itself", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation("supports", "milk-last-on-terms")]), (
        "tea/claims.json:59:9: milk-last-on-terms relations.0.to: supports itself; name another claim [no_claim_relates_to_itself]",
    )),
    Broken("relations_are_not_repeated", "a relation twice", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation(), relation(note="Again.")]), (
        "tea/claims.json:62:7: milk-last-on-terms relations.1: repeats that it supports 'china-would-sulk'; state it once [relations_are_not_repeated]",
    )),
    Broken("relations_are_not_repeated", "a claim that is supported and attacked", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", relations=[relation(), relation("attacks")]), (
        "tea/claims.json:63:9: milk-last-on-terms relations.1.kind: both supports and attacks 'china-would-sulk'; decide, or divide the claim [relations_are_not_repeated]",
    )),
    Broken("readable", "a file that is missing", lambda folder: (folder / "tea/events.json").unlink(), (
        "tea/events.json: is missing; put the file there [readable]",
    )),
    Broken("readable", "a text that is missing", lambda folder: (folder / "biscuits/sources/crumbs.txt").unlink(), (
        "biscuits/sources/crumbs.txt: is missing; put the file there [readable]",
    )),
    Broken("readable", "a folder in place of a file", lambda folder: replace_by_folder(folder, "tea/events.json"), (
        "tea/events.json: is no regular file; put the file there [readable]",
    )),
    Broken("readable", "a folder in place of the actors", lambda folder: replace_by_folder(folder, "actors.json"), (
        "actors.json: is no regular file; put the file there [readable]",
    )),
    Broken("readable", "a link to nowhere", lambda folder: replace_by_link(folder, "dataset.json", "nowhere"), (
        "dataset.json: is no regular file; put the file there [readable]",
    )),
    Broken("readable", "a link to itself", lambda folder: replace_by_link(folder, "dataset.json", "dataset.json"), (
        "dataset.json: is no regular file; put the file there [readable]",
    )),
    Broken("readable", "a link to a device", lambda folder: replace_by_link(folder, "dataset.json", "/dev/zero"), (
        "dataset.json: is no regular file; put the file there [readable]",
    )),
    Broken("readable", "a file over 64 MiB", lambda folder: os.truncate(folder / "tea/events.json", MOST_BYTES + 1), (
        "tea/events.json: is larger than 64 MiB; divide the debate [readable]",
    )),
    Broken("readable", "a text over 64 MiB", lambda folder: os.truncate(folder / "biscuits/sources/crumbs.txt", MOST_BYTES + 1), (
        "biscuits/sources/crumbs.txt: is larger than 64 MiB; divide the debate [readable]",
    )),
    Broken("readable", "half a file", lambda folder: os.truncate(folder / "tea/events.json", 100), (
        "tea/events.json:5:13: is not JSON: unterminated string starting at; mend the syntax here [readable]",
    )),
    Broken("readable", "an empty file", lambda folder: write(folder, "tea/events.json", ""), (
        "tea/events.json:1:1: is not JSON: expecting value; mend the syntax here [readable]",
    )),
    Broken("readable", "a byte order mark", lambda folder: write(folder, "tea/events.json", b"\xef\xbb\xbf[]\n"), (
        "tea/events.json:1:1: begins with a byte order mark; save it as UTF-8 without one [readable]",
    )),
    Broken("readable", "Latin-1", lambda folder: write(folder, "tea/debate.json", '{\n  "note": "Café"\n}\n'.encode("latin-1")), (
        "tea/debate.json:2:15: is not UTF-8; save it as UTF-8 [readable]",
    )),
    Broken("readable", "UTF-16", lambda folder: write(folder, "tea/events.json", "[]\n".encode("utf-16")), (
        "tea/events.json:1:1: is not UTF-8; save it as UTF-8 [readable]",
    )),
    Broken("readable", "a source in Latin-1", lambda folder: write(folder, "biscuits/sources/crumbs.txt", "Tea.\nA café.\n".encode("latin-1")), (
        "biscuits/sources/crumbs.txt:2:6: is not UTF-8; save it as UTF-8 [readable]",
    )),
    Broken("readable", "a hundred thousand brackets", lambda folder: write(folder, "tea/events.json", "[" * 100_000 + "]" * 100_000), (
        "tea/events.json:1:1: is nested too deeply; a record has at most a few levels [readable]",
    )),
    Broken("readable", "forty brackets", lambda folder: write(folder, "tea/events.json", "[" * 40 + "]" * 40), (
        "tea/events.json:1:1: is nested too deeply; a record has at most a few levels [readable]",
    )),
    Broken("readable", "a number of 5,000 digits", lambda folder: write(folder, "tea/events.json", "[\n  " + "9" * 5_000 + "\n]\n"), (
        "tea/events.json:2:3: has a number that cannot be read, 99999999999999999999…; write a number of at most a few digits [readable]",
    )),
    Broken("readable", "a number that is infinite", lambda folder: write(folder, "tea/events.json", '[\n  {"id": "1e999", "ordinal": 1e999}\n]\n'), (
        "tea/events.json:2:30: has a number that cannot be read, 1e999; write a number of at most a few digits [readable]",
    )),
    Broken("readable", "what is not a number", lambda folder: write(folder, "tea/events.json", "[NaN]"), (
        "tea/events.json:1:2: has a number that cannot be read, NaN; write a number of at most a few digits [readable]",
    )),
    Broken("keys_are_unique", "a key twice", lambda folder: respell(folder, "tea/debate.json", '"id": "tea",', '"id": "tea",\n  "id": "tea",'), (
        "tea/debate.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "tea/debate.json:3:3: repeats the key 'id'; keep one of the two [keys_are_unique]",
    )),
    Broken("keys_are_unique", "a key twice that holds objects", lambda folder: respell(folder, "tea/sources.json", '"media": {', '"media": {"url": "https://example.org"},\n    "media": {'), (
        "tea/sources.json:10:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "tea/sources.json:11:5: repeats the key 'media'; keep one of the two [keys_are_unique]",
    )),
    Broken("schema", "an object in place of a list", lambda folder: write(folder, "tea/events.json", {}), (
        "tea/events.json:1:1: is no list; write the records in square brackets [schema]",
    )),
    Broken("schema", "a list in place of an object", lambda folder: write(folder, "tea/debate.json", []), (
        "tea/debate.json:1:1: a record without an id: is no object; write a record in braces [schema]",
    )),
    Broken("schema", "a text in place of a record", lambda folder: write(folder, "biscuits/events.json", ["x"]), (
        "biscuits/events.json:2:3: a record without an id: is no object; write a record in braces [schema]",
    )),
    Broken("schema", "null in place of the dataset", lambda folder: write(folder, "dataset.json", None), (
        "dataset.json:1:1: the dataset: is no object; write a record in braces [schema]",
    )),
    Broken("schema", "a claim without evidence", lambda folder: change(folder, "tea/claims.json", "milk-last-on-terms", evidence=[]), (
        "tea/claims.json:50:5: milk-last-on-terms evidence: is empty; name at least 1 [schema]",
    )),
    Broken("schema", "a condition without evidence", lambda folder: change(folder, "tea/conditions.json", "or-else-cocoa", evidence=...), (
        "tea/conditions.json:48:3: or-else-cocoa evidence: is missing; write a list in square brackets [schema]",
    )),
    Broken("schema", "an event without evidence", lambda folder: change(folder, "tea/events.json", "tasting", evidence=...), (
        "tea/events.json:40:3: tasting evidence: is missing; write a list in square brackets [schema]",
    )),
    Broken("schema", "an inference without a reason", lambda folder: change(folder, "tea/quotes.json", "terms", attribution={"basis": "inferred"}), (
        "tea/quotes.json:50:5: terms attribution.reason: is inferred without a reason; say what in the words shows who speaks [schema]",
    )),
    Broken("schema", "an unknown kind", lambda folder: change(folder, "tea/claims.json", "milk-goes-first", kind="casual"), (
        "tea/claims.json:26:5: milk-goes-first kind: 'casual' is not allowed; write one of factual, causal, evaluative, predictive, prescriptive, interpretive (did you mean 'causal'?) [schema]",
    )),
    Broken("schema", "an unknown field", lambda folder: change(folder, "tea/debate.json", "tea", nota="x"), (
        "tea/debate.json:14:3: tea nota: is no field of this type; did you mean 'note'? [schema]",
    )),
    Broken("schema", "an unknown field of an object", lambda folder: change(folder, "tea/quotes.json", "terms", attribution={"basis": "stated", "reson": "x"}), (
        "tea/quotes.json:52:7: terms attribution.reson: is no field of this type; did you mean 'reason'? [schema]",
    )),
    Broken("schema", "a computed field", lambda folder: change(folder, "biscuits/debate.json", "biscuits", counts={}), (
        "biscuits/debate.json:7:3: biscuits counts: is computed by the build; remove it [schema]",
    )),
    Broken("schema", "a field with the name of marshmallow's own", lambda folder: change(folder, "tea/debate.json", "tea", _schema=1), (
        "tea/debate.json:14:3: tea _schema: is no field of this type; remove it; the fields are id, title, question, summary, language, known_gaps, tags, note [schema]",
    )),
    Broken("schema", "a date that is not in the calendar", lambda folder: change(folder, "tea/events.json", "tasting", date="2027-02-29"), (
        "tea/events.json:44:5: tasting date: '2027-02-29' names a day that is not in the calendar; write an EDTF date such as 1997, 1997-05, 1997-05-27, 199X, 1997~ or 1997/2002 [schema]",
    )),
    Broken("schema", "a date that ends before it begins", lambda folder: change(folder, "tea/events.json", "nothing-spilled", date="1912/1910"), (
        "tea/events.json:6:5: nothing-spilled date: '1912/1910' ends before it begins; write an EDTF date such as 1997, 1997-05, 1997-05-27, 199X, 1997~ or 1997/2002 [schema]",
    )),
    Broken("schema", "a recording that runs backwards", lambda folder: change(folder, "tea/quotes.json", "milk-first-opens", media_time={"start": 4, "end": 3}), (
        "tea/quotes.json:16:7: milk-first-opens media_time.end: is before the start; write the later second [schema]",
    )),
    Broken("schema", "a path for an id", lambda folder: change(folder, "tea/events.json", "truce", id="../truce"), (
        "tea/claims.json:65:7: milk-last-on-terms events.1: 'truce' names no event; name a record of type event [references_resolve]",
        "tea/events.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "tea/events.json:58:5: ../truce id: '../truce' has the wrong form; write a slug such as 'final-shape': a-z, 0-9 and single hyphens, at most 80 characters [schema]",
    )),
    Broken("schema", "an id in capitals", lambda folder: change(folder, "actors.json", "teapotshire", id="Teapotshire"), (
        "actors.json:3:1: is not in canonical form from here on; run `rostrum fix` [files_are_canonical]",
        "actors.json:44:5: Teapotshire id: 'Teapotshire' has the wrong form; write a slug such as 'final-shape': a-z, 0-9 and single hyphens, at most 80 characters [schema]",
        "biscuits/quotes.json:21:7: no-dunking about.0: 'teapotshire' names no actor; name a record of type actor [references_resolve]",
    )),
    Broken("schema", "a day that is not in the calendar", lambda folder: edit(folder, "dataset.json", lambda about: about.update(released="2026-02-30")), (
        "dataset.json:4:3: the dataset released: '2026-02-30' is not in the calendar; write a day such as 1997-05-27 [schema]",
    )),
    Broken("schema", "a tag twice", lambda folder: change(folder, "tea/debate.json", "tea", tags=["made-up", "made-up"]), (
        "tea/debate.json:12:5: tea tags.1: is repeated; name it once [schema]",
    )),
)  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what)
def test_each_way_to_break_a_rule_is_reported_with_its_place_and_what_would_be_right(broken: Broken, tmp_path: Path):
    """Every problem is told as the table has it, and there are no others."""
    folder = tiny(tmp_path)
    broken.change(folder)
    assert [str(problem) for problem in survey(folder)[1]] == list(broken.problems)


def test_every_rule_has_a_broken_example_in_which_it_is_broken():
    """A rule without an example cannot be trusted to find anything."""
    names = {rule.__name__ for rule in RULES} | LOADER
    assert {broken.rule for broken in BROKEN} == names
    assert [broken.what for broken in BROKEN if not any(f"[{broken.rule}]" in problem for problem in broken.problems)] == []


def test_every_rule_says_in_one_sentence_what_it_demands():
    """The data dictionary prints these sentences."""
    for rule in RULES:
        assert (rule.__doc__ or "").count("\n") == 0
        assert (rule.__doc__ or "").endswith(".")


def test_the_tiny_dataset_keeps_every_rule(tmp_path: Path):
    """All that is broken in this module is broken by its example."""
    assert survey(tiny(tmp_path))[1] == []


def test_the_shipped_dataset_keeps_every_rule():
    """What is served by `make serve` is valid."""
    assert [str(problem) for problem in survey(Path(__file__).parents[1] / "data")[1]] == []


def test_all_problems_are_reported_at_once_in_order_of_file_and_line(tmp_path: Path):
    """A curator sees everything that is wrong in one run, whatever kind of thing it is."""
    folder = tiny(tmp_path)
    write(folder, "tea/sources.json", "[")
    write(folder, "biscuits/claims.jsn", "")
    change(folder, "tea/claims.json", "milk-goes-first", made_by="milk-frist", kind="casual")
    change(folder, "biscuits/quotes.json", "no-dunking", text="Nobody dunks here.", speaker=7)
    with pytest.raises(InvalidDataset, match="the dataset has 5 problems") as refusal:
        load(folder)
    assert [(problem.file, problem.line, problem.rule) for problem in refusal.value.problems] == [
        ("biscuits/claims.jsn", 0, "no_file_is_unknown"),
        ("biscuits/quotes.json", 14, "schema"),
        ("tea/claims.json", 25, "references_resolve"),
        ("tea/claims.json", 26, "schema"),
        ("tea/sources.json", 1, "readable"),
    ]


def test_a_problem_is_one_printable_line_whatever_the_dataset_holds(tmp_path: Path):
    """A line break, an escape sequence or a lone surrogate in the data does not reach the terminal."""
    folder = tiny(tmp_path)
    change(folder, "tea/debate.json", "tea", **{"a\nb\x1b[31m": 1, "\ud800": 2})
    lines = [str(problem) for problem in survey(folder)[1]]
    assert any(r"a\nb\x1b[31m" in line for line in lines)
    assert all(line.isprintable() and line.encode() for line in lines)


def test_a_problem_as_json_has_every_part_by_name(tmp_path: Path):
    """`rostrum check --json` is for tools, which need no parsing of lines."""
    folder = tiny(tmp_path)
    change(folder, "tea/claims.json", "milk-goes-first", made_by="milk-frist")
    assert survey(folder)[1][0].as_json() == {
        "file": "tea/claims.json",
        "line": 25,
        "column": 5,
        "record": "milk-goes-first",
        "field": "made_by",
        "rule": "references_resolve",
        "problem": "'milk-frist' names no actor",
        "remedy": "did you mean 'milk-first'?",
    }


@pytest.mark.parametrize("path", ["nowhere", "dataset.json"])
def test_a_dataset_that_is_no_folder_is_one_problem(tmp_path: Path, path: str):
    """A wrong argument is reported like anything else."""
    problems = survey(tiny(tmp_path) / path)[1]
    assert {problem.rule for problem in problems} == {"readable"}
    assert problems[0].problem.startswith("cannot be opened as a folder: no")


def test_a_record_of_another_debate_may_be_named_by_its_full_id(tmp_path: Path):
    """The biscuits rest their case on a claim about tea."""
    dataset = load(tiny(tmp_path))
    entry = dataset.index["claim"]["biscuits.strong-tea-holds"]
    meant = dataset.resolve(entry, "claim", entry.data["relations"][0]["to"])
    assert meant is dataset.index["claim"]["tea.strength-must-be-seen"]


def test_a_debate_may_be_a_link_to_a_folder(tmp_path: Path):
    """Where a dataset is put together by links, each is followed."""
    folder = tiny(tmp_path / "data")
    (folder / "biscuits").rename(tmp_path / "elsewhere")
    (folder / "biscuits").symlink_to(tmp_path / "elsewhere")
    assert load(folder).debates == ["biscuits", "tea"]


def many(folder: Path, number: int, spoil: Callable[[str], str]) -> list[Problem]:
    """Return the problems of a tiny dataset with many quotes in one source, each spoiled in some way."""
    words = [f"Cup {place} is {'very ' * (place % 7)}hot and number {place * 7919 % 1009} is not." for place in range(number)]
    quotes = [
        {"id": f"q-{place:05}", "source": "crumbs", "speaker": "tea-society", "text": spoil(text), "attribution": {"basis": "stated"}}
        for place, text in enumerate(words)
    ]
    write(folder, "biscuits/sources/crumbs.txt", "\n".join(words) + "\n")
    write(folder, "biscuits/quotes.json", quotes)
    write(folder, "biscuits/claims.json", [])
    return survey(folder)[1]


def test_a_source_of_five_thousand_quotes_is_checked_in_seconds(tmp_path: Path):
    """The work grows with the text, not with the text times its quotes."""
    began = time.perf_counter()
    assert many(tiny(tmp_path), 5_000, str) == []
    assert time.perf_counter() - began < 20


def test_five_thousand_wrong_quotes_are_all_reported_in_seconds(tmp_path: Path):
    """The nearest passage is looked for a hundred times, and everything else is said of each."""
    began = time.perf_counter()
    problems = many(tiny(tmp_path), 5_000, lambda text: text.replace("hot", "cold"))
    assert time.perf_counter() - began < 20
    assert len(problems) == 5_000
    assert sum("the nearest passage is" in problem.remedy for problem in problems) == 100


def test_a_long_chain_of_wholes_is_followed_once(tmp_path: Path):
    """Each actor being a part of the next, a circle is found in the time it takes to walk it."""
    folder = tiny(tmp_path)
    first = content(folder, "actors.json")
    names = [f"z-{place:05}" for place in range(3_000)]
    chain = [
        {"id": name, "kind": "group", "name": name, "named": True, "description": "A box.", "part_of": names[(place + 1) % len(names)]}
        for place, name in enumerate(names)
    ]
    write(folder, "actors.json", first + chain)
    problems = survey(folder)[1]
    assert [(problem.rule, problem.record) for problem in problems] == [("wholes_form_no_circle", "z-00000")]
