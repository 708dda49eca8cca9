"""One printable page per site."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from maps import assets, pages, words
from maps.nearby import Communities, areas_by_layer, line_in_words, water_in_words
from maps.publication import Publication, about, of_sites
from maps.reasons import neighbours, of_weight, phrase_reason
from maps.rows import grade_looked_for, kinds_shown, present, records, rows, sites_with_sheets, tied_ranks
from maps.sheets.companion_bars import companion_bars
from maps.sheets.mini_map import AREA, HALF_KM, MiniMaps
from maps.sheets.next_steps import next_step
from maps.sheets.print_size import print_size
from maps.sheets.site_chemistry import metals, waste_elements
from maps.sheets.site_score import OF_SUITE, score_rows
from maps.sheets.site_targets import target_lines
from maps.sovereignty import publishable
from maps.verdict import score_key

QUESTIONS = (
    "question_sampling",
    "question_water",
    "question_cleanup",
    "question_benefit",
    "question_rights",
    "question_knowledge",
)
OF_WASTE = (
    "question_water", "question_cleanup", "sheet_unknown_chemistry", "sheet_unknown_amount", "sheet_unknown_area",
    "sheet_unknown_disposal", "sheet_unknown_status", "waste_type", "disposal", "amount",
)  # fmt: skip
"""What is asked and told of a waste: not of a showing, where there is none as far as is known."""

COMMUNITIES_KM = 150.0
"""Communities listed on a sheet lie within this distance."""

ACCESS = ("road_km", "rail_km", "power_km", "water_km")
"""Distances to lines; those of which the run has no layer are not told."""

REASONS = 4
SIMILAR = 3

Beside = Sequence[tuple[str, str]]
"""Pages beside the sheets: address and key of words."""

BESIDE_RUN: Beside = (("../map.html#site={site_id}", "sheet_to_map"), ("../report.html", "sheet_to_report"))
BESIDE_SCREENING: Beside = (("../index.html", "screen_to_brief"), ("../map.html#site={site_id}", "sheet_to_map"))

Row = dict[Any, Any]
"""One row of a table by column."""

_STRAIGHT = {"office_point": "straight_line_office", "place": "straight_line_place"}


def write_sheets(
    publication: Publication,
    folder: Path,
    max_sheets: int = 200,
    site_ids: Iterable[str] | None = None,
    lang: str = "en",
    beside: Beside = (),
) -> None:
    """Write ``<site_id>.html`` for the best-ranked sites and the best-ranked wastes assayed.

    A sheet is one page of A4 or Letter paper in black and white, in English and French with a switch that works without a
    script; print shows the language chosen. The name of the file is the id of the site, never its name.

    Parameters
    ----------
    publication : Publication
        What may be published of a run.
    folder : Path
        Made where it does not exist.
    max_sheets : int
        So many best-ranked sites, and so many of those assayed, get a sheet. Other sheets are written on demand, by
        `site_ids` (``minewaste screen``).
    site_ids : iterable of str, optional
        Write these sites instead, ranked or not.
    lang : {"en", "fr"}
        Language the pages open in.
    beside : sequence of tuple of str
        Pages that a sheet leads back to: an address, in which ``{site_id}`` is filled, and the key of the words for it.
    """
    chosen = sites_with_sheets(publication.ranking, max_sheets) if site_ids is None else list(site_ids)
    writer = SheetWriter(publishable(publication), chosen, lang, beside)
    folder.mkdir(parents=True, exist_ok=True)
    for site_id in chosen:
        (folder / f"{site_id}.html").write_text(writer.page(site_id), encoding="utf-8")


class SheetWriter:
    """Makes sheets of some sites of one publication; everything that they share is prepared once."""

    def __init__(
        self, publication: Publication, site_ids: Collection[str], lang: str = "en", beside: Beside = ()
    ) -> None:
        self.p = publication
        self.beside = beside
        self.first = lang
        self.maps = MiniMaps(publication)
        self.communities = Communities(publication)
        self.score_key = score_key(publication.validation)
        chosen = about(publication, site_ids)
        sites = of_sites(publication.sites.drop(columns="geometry"), site_ids)
        self.sites = _by_site(sites.assign(site_kind=kinds_shown(sites, publication.flags)))
        self.neighbours = {
            language: dict(zip(sites["site_id"], neighbours(sites, language), strict=True))
            for language in words.LANGUAGES
        }
        self.ranking = _by_site(of_sites(publication.ranking, site_ids))
        self.tied = tied_ranks(publication.ranking)
        self.grade_ppm = grade_looked_for(publication.ranking)
        self.companion = _by_site(chosen.companion)
        self.access = _by_site(chosen.access)
        self.access_known = [
            key for key in ACCESS if key in publication.access and publication.access[key].notna().any()
        ]
        strongest = of_weight(chosen.reasons[chosen.reasons["position"] <= REASONS])
        strongest = strongest.sort_values("position", kind="stable")
        self.reasons = _grouped(strongest)
        self.flags = _grouped(chosen.flags)
        self.sources = {language: sources_by_licence(publication, language) for language in words.LANGUAGES}
        self.areas = {language: areas_by_layer(chosen, language) for language in words.LANGUAGES}
        self.like = self._alike(set(site_ids))
        self.targets = {language: target_lines(publication, list(site_ids), language) for language in words.LANGUAGES}
        self.titles = {row["source_id"]: str(row["title"] or row["source_id"]) for row in records(publication.sources)}
        self.looked_up = {
            lang: words.areas_looked_up(publication.territories["layer"], lang) for lang in words.LANGUAGES
        }
        self.coarse = bool((publication.territories["publish"] == "generalised").any())

    def page(self, site_id: str) -> str:
        """Return the sheet of one site as HTML."""
        site = self.sites[site_id]
        ranked = self.ranking.get(site_id)
        name = site["name"] if present(site["name"]) else site_id
        near = self.communities.near(site["longitude"], site["latitude"], COMMUNITIES_KM).head(3).to_dict("records")
        languages = [self._in(lang, site, ranked, near) for lang in words.LANGUAGES]
        mini_map, kinds = self.maps.draw(site["longitude"], site["latitude"], str(name))
        areas_drawn = sum(kind.startswith(AREA) for kind in kinds)
        return pages.render(
            "sheets/templates/sheet.html",
            print_pt=[print_size(page_words, len(self.p.sources), areas_drawn) for page_words in languages],
            p=self.p,
            first=self.first,
            coarse=self.coarse,
            name=name,
            site_id=site_id,
            links=assets.safe_links(site["url"]),
            mini_map=mini_map,
            beside=[(address.replace("{site_id}", site_id), key) for address, key in self.beside],
            keys={lang: self.maps.key_of(kinds, lang) for lang in words.LANGUAGES},
            next_step=next_step(site["jurisdiction"]),
            pages=languages,
        )

    def _in(self, lang: str, site: Row, ranked: Row | None, near: list[dict[Any, Any]]) -> dict[str, Any]:
        site_id = site["site_id"]
        colon = words.word("colon", lang)
        return {
            "lang": lang,
            "under": self._under(site, lang),
            "lead": self._lead(ranked, lang),
            "map_caption": words.phrase("sheet_map_caption", lang, km=2 * HALF_KM),
            "known": self._known(site, ranked, lang),
            "unknown": ", ".join(words.word(key, lang) for key in self._unknown(site, ranked)) + ".",
            "sampled": _whole(site.get("waste_n")) > 0,
            "not_sampled": self._not_sampled(site, ranked, lang),
            "next": words.word("next_showing" if site["site_kind"] == "showing" else "next_general", lang),
            "questions": [key for key in QUESTIONS if site["site_kind"] != "showing" or key not in OF_WASTE],
            "score_note": self._score_note(ranked),
            "score": score_rows(ranked, self.score_key, self.grade_ppm, lang, *map(site.get, OF_SUITE)),
            "bars": companion_bars(self.companion[site_id], site, ranked, lang) if site_id in self.companion else [],
            "reasons": self._reasons(site, lang),
            "similar": words.in_list((names[lang] for names in self.like.get(site_id, [])), lang),
            "metals": _by_kind(metals(site, lang, self.titles)),
            "elements": waste_elements(site, lang),
            "targets": self.targets[lang].get(site_id, []),
            "access": self._access(site_id, lang),
            "flags": list(dict.fromkeys(_flag(flag, lang) for flag in self.flags.get(site_id, []))),
            "areas": self.areas[lang].get(site_id, []),
            "looked_up": self.looked_up[lang],
            "communities": [
                f"{nearby['community']}{colon}{words.number(nearby['distance_km'], lang, 1)} "
                f"{words.word(_STRAIGHT[nearby['kind']], lang)}"
                for nearby in near
            ],
            "sources": self.sources[lang],
        }

    def _under(self, site: Row, lang: str) -> str:
        location = ("; " if lang == "fr" else ", ").join(
            words.marks(f"{site[axis]:.4f}", lang) for axis in ("latitude", "longitude")
        )
        if present(site["coordinate_precision_km"]) and site["coordinate_precision_km"] >= 0.05:
            location += f" ({words.phrase('coordinates_to', lang, km=float(site['coordinate_precision_km']))})"
        run = words.phrase("run_line", lang, run_id=self.p.run_id, date=words.date(self.p.run_date, lang))
        where = words.jurisdiction(site["jurisdiction"], lang) if present(site["jurisdiction"]) else None
        parts = [site["site_id"], site["official_ids"], where, location, run]
        return " · ".join(str(part) for part in parts if present(part) and part)

    def _lead(self, ranked: Row | None, lang: str) -> str:
        if ranked is None:
            return words.word("not_scored_sentence", lang)
        if present(ranked.get("ranked_last_reason")):
            return words.ranked_last(str(ranked["ranked_last_reason"]), lang)
        ends = {key: int(ranked[f"rank_{key}"]) for key in ("low", "high")}
        if ranked["site_id"] in self.tied:
            first, last = self.tied[ranked["site_id"]]
            key = "rank_sentence_tied_pair" if last - first == 1 else "rank_sentence_tied"
            text = words.phrase(key, lang, first=first, last=last, n=len(self.p.ranking), others=last - first, **ends)
            amounts = self.p.ranking.loc[self.p.ranking["rank"].between(first, last), "tonnage_t"]
            cap = words.rounded(float(ranked["order_cap_t"]), lang) if amounts.nunique(dropna=False) > 1 else ""
            return f"{text} {words.phrase('tied_capped', lang, cap=cap)}" if cap else text
        if ends["low"] == ends["high"]:
            return words.phrase("rank_sentence_sure", lang, rank=int(ranked["rank"]), n=len(self.p.ranking))
        return words.phrase("rank_sentence", lang, rank=int(ranked["rank"]), n=len(self.p.ranking), **ends)

    def _known(self, site: Row, ranked: Row | None, lang: str) -> list[tuple[str, str]]:
        years = "–".join(
            dict.fromkeys(f"{year:.0f}" for year in (site["first_year"], site["last_year"]) if present(year))
        )
        rows = [
            ("site_kind_label", words.word(f"kind_{site['site_kind']}", lang)),
            ("other_names", site["aliases"]),
            ("commodities", words.commodities(site["commodities"], lang) if present(site["commodities"]) else None),
            ("deposit_type", words.deposit_type(site["deposit_type"], lang) if present(site["deposit_type"]) else None),
            ("second_deposit_type", site.get("second_deposit_type")),
            ("minerals", site.get("minerals")),
            (
                "waste_type",
                None if site["waste_type"] == "unknown" else words.word(f"waste_type_{site['waste_type']}", lang),
            ),
            ("disposal", None if site["disposal"] == "unknown" else words.word(f"disposal_{site['disposal']}", lang)),
            ("years", years),
            ("status", words.status(site["status"], lang) if present(site["status"]) else None),
            ("hazard_class", site["hazard_class"]),
            ("owner", site.get("owner")),
            ("area", words.ground(site["area_m2"], lang) if present(site["area_m2"]) else None),
            ("height", _with_unit(site["height_m"], "m", lang)),
        ]
        if ranked is not None and present(ranked["tonnage_t"]):
            rule = words.word(f"tonnage_rule_{ranked['tonnage_rule']}", lang)
            rows.append(
                ("amount", f"{words.span(ranked['tonnage_low_t'], ranked['tonnage_high_t'], 't', lang)} ({rule})")
            )
        showing = site["site_kind"] == "showing"
        return [
            (words.word(key, lang), str(value))
            for key, value in rows
            if value is not None and present(value) and value != "" and not (showing and key in OF_WASTE)
        ]

    def _unknown(self, site: Row, ranked: Row | None) -> list[str]:
        access = self.access.get(site["site_id"])
        missing = {
            "sheet_unknown_chemistry": _whole(site.get("waste_n")) == 0,
            "sheet_unknown_amount": ranked is None or not present(ranked["tonnage_t"]),
            "sheet_unknown_area": not present(site["area_m2"]),
            "sheet_unknown_disposal": site["disposal"] == "unknown",
            "sheet_unknown_commodities": not present(site["commodities"]),
            "sheet_unknown_deposit": not present(site["deposit_type"]),
            "sheet_unknown_years": not present(site["first_year"]) and not present(site["last_year"]),
            "sheet_unknown_road": access is None or not present(access["road_km"]),
            "sheet_unknown_tenure": True,
            "sheet_unknown_status": True,
        }
        showing = site["site_kind"] == "showing"
        return [key for key, is_missing in missing.items() if is_missing and not (showing and key in OF_WASTE)]

    def _not_sampled(self, site: Row, ranked: Row | None, lang: str) -> str:
        """Say that no waste was sampled, or not for rare earths; empty where it was."""
        n = _whole(site.get("waste_n"))
        if not n:
            return words.not_sampled(site["site_kind"], lang)
        measured = ranked is None or present(ranked["treo_ppm"])
        return "" if measured else words.phrase("sampled_other", lang, n=n)

    def _score_note(self, ranked: Row | None) -> str:
        """Return the key of what the chance means; of an assayed waste it is that none is given."""
        if ranked is not None and present(ranked["treo_ppm"]):
            return "score_note_assayed"
        if ranked is not None and ranked["site_kind"] == "showing":
            return "score_note_showing"
        return "score_note" if self.score_key == "score" else "score_note_companion"

    def _reasons(self, site: Row, lang: str) -> list[str]:
        return [
            phrase_reason(
                reason["feature"],
                reason["contribution"],
                reason["value"],
                lang,
                site["commodities"],
                site["site_kind"],
                self.neighbours[lang].get(site["site_id"]),
                self.p.target,
            )
            for reason in self.reasons.get(site["site_id"], [])
        ]

    def _access(self, site_id: str, lang: str) -> list[tuple[str, str]]:
        row = self.access.get(site_id, {})
        sentences = []
        for key in self.access_known:
            km = float(row.get(key, math.nan))
            distance = water_in_words(km, lang) if key == "water_km" else line_in_words(km, lang)
            sentences.append((words.word(key, lang), distance))
        return sentences

    def _rank(self, row: Any, lang: str) -> str:
        """Return a rank, of tied sites the span they share."""
        return "–".join(words.number(int(end), lang) for end in self.tied.get(row.site_id, (row.rank,)))

    def _ranked_name(self, row: Any) -> dict[str, str]:
        return {
            lang: f"{_text(row.name, row.site_id)} ({words.word('rank', lang).lower()} {self._rank(row, lang)})"
            for lang in words.LANGUAGES
        }

    def _alike(self, chosen: set[str]) -> dict[str, list[dict[str, str]]]:
        """Return per chosen and ranked site the nearest ranks among sites of its deposit type and commodities."""
        about = self.p.sites[["site_id", "deposit_type", "commodities"]]
        table = self.p.ranking[["site_id", "rank", "name"]].merge(
            pd.DataFrame(about), on="site_id", how="left", validate="one_to_one"
        )
        table = table[table["deposit_type"].notna() | table["commodities"].notna()]
        groups: dict[str, list[dict[str, str]]] = {}
        for _, group in table.groupby(["deposit_type", "commodities"], dropna=False):
            members = list(rows(group))
            for at, site_id in enumerate(group["site_id"]):
                if site_id not in chosen:
                    continue
                first = max(0, at - SIMILAR)
                window = sorted((abs(other - at), other) for other in range(first, min(len(members), at + SIMILAR + 1)))
                groups[site_id] = [self._ranked_name(members[other]) for gap, other in window if gap][:SIMILAR]
        return groups


def sources_by_licence(publication: Publication, lang: str) -> str:
    """Return titles with their dates, put together by licence."""
    by_licence: dict[str, list[str]] = {}
    for record in records(publication.sources):
        title = str(record["title"] or record["source_id"])
        dated = f"{title} ({words.date(record['date'], lang)})" if record["date"] else title
        licence = (
            words.licence(str(record["licence"]), lang) if record["licence"] else words.word("licence_unstated", lang)
        )
        by_licence.setdefault(licence, []).append(dated)
    colon = words.word("colon", lang)
    under = (f"{licence}{colon}{', '.join(dict.fromkeys(titles))}" for licence, titles in by_licence.items())
    return words.in_list(under, lang)


def _by_kind(results: list[tuple[str, str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return elements and values under the kind of evidence they share."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for element, kind, value in results:
        kinds.setdefault(kind, []).append((element, value))
    return list(kinds.items())


def _flag(row: Row, lang: str) -> str:
    wording = words.flag(row["flag"], lang)
    told_below = row["flag"] == "permit_ontario_recovery"
    if told_below:
        return wording
    reason = words.finding(row["finding"], json.loads(row["values"]), lang)
    return f"{wording}{words.word('colon', lang)}{reason}"


def _by_site(table: pd.DataFrame) -> dict[str, Row]:
    return {row["site_id"]: row for row in table.to_dict("records")}


def _grouped(table: pd.DataFrame) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in table.to_dict("records"):
        groups.setdefault(row["site_id"], []).append(row)
    return groups


def _with_unit(value: Any, unit: str, lang: str) -> str | None:
    return None if not present(value) else f"{words.number(float(value), lang)}\u00a0{unit}"


def _whole(value: Any) -> int:
    return 0 if value is None or not present(value) else int(value)


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise
