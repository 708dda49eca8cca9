"""The two pages of a screening: what lies near, how sure that is, what to watch, whom to call, what to ask, what to do next."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd

from layers.jurisdictions import lie_in
from maps import words
from maps.amounts import amount_told
from maps.list_order import expected_line
from maps.nearby import Place, distance_to_place_km, kilometres
from maps.publication import Publication, of_sites
from maps.report.target_tables import targets_of_list
from maps.rows import assayed, grade_looked_for, kinds_shown, marks, records
from maps.screening.bearers import bearers
from maps.screening.caution_lines import CLERICAL, NAMES, caution_lines
from maps.screening.coverage import coverage_told, uncovered
from maps.screening.whom_to_ask import permits, record_keepers, speak_first
from maps.verdict import rests_on_companion
from maps.word_file import looked_for

SHORT = 5
"""Sites in each of the three short tables."""

ANYWHERE_KM = 21_000.0
"""No two places lie farther apart."""

CAUTIONS_IN_ROW = 2
SAME = "″"
"""Stands in a cell of a site that an earlier table describes."""

PERMITS = ("permit_ontario_recovery",)
"""Cautions that are no hazard but a permit: said once, below."""

NUCLEAR = ("uranium_mill_tailings", "radioactivity_measured")
"""Cautions that ask for a nuclear licence."""

URANIUM = ("uranium_recorded", "uranium_rock", "uranium_rock_canada")
"""Findings of a possible radioactivity that rest on uranium on record."""

NEXT_STEPS = ("brief_next_look", "brief_next_ask", "brief_next_visit", "brief_next_sample", "brief_next_return")
STEPS_WITHOUT_SITES = ("brief_next_unlisted", "brief_next_wider")


class Brief:
    """The content of the pages for one place.

    Parameters
    ----------
    publication : Publication
        What the run published.
    place : Place
        Where somebody looks from.
    table : DataFrame
        From `maps.screening.screening.screen`.
    within_km : float
        As given to it.
    """

    def __init__(self, publication: Publication, place: Place, table: pd.DataFrame, within_km: float) -> None:
        self.p = publication
        self.place = place
        table = table.assign(site_kind=kinds_shown(table, publication.flags))
        self.table = table
        self.within_km = within_km
        sampled = assayed(table)
        self.inside = table["distance_km"].eq(0) & (place.kind != "community")
        """Which sites lie inside an area; they come first in its tables."""
        ranked = table[table["rank"].notna()].sort_values(["rank_first", "distance_km", "rank"], kind="stable")
        ranked = pd.concat([ranked[self.inside[ranked.index]], ranked[~self.inside[ranked.index]]])
        self.short = {
            "brief_sampled": ranked[assayed(ranked)].head(SHORT),
            "brief_best": ranked[~assayed(ranked)].head(SHORT),
            "brief_nearest": table.sort_values(["distance_km", "rank_first"], kind="stable").head(SHORT),
        }
        last = "brief_nearest"
        if self.inside.any() and not self.inside.all():
            last = "brief_outside"
            self.short[last] = ranked[~self.inside[ranked.index]].head(SHORT)
            self.short.pop("brief_nearest")
        if self._says_nothing_new(last):
            self.short.pop(last)
            self.short["brief_best"] = ranked[~assayed(ranked)].head(2 * SHORT)
        self.n_sampled = int(sampled.sum())
        self.gap = uncovered(publication, place, within_km)
        shown_rows = pd.concat(list(self.short.values()))
        self.amounts_known = bool(shown_rows[["tonnage_high_t", "contained_treo_high_t"]].notna().any(axis=None))
        """Whether any site of the short tables has an amount: where none has, the tables leave the columns out."""
        shown = shown_rows["site_id"].drop_duplicates()
        self.numbered = {site: at for at, site in enumerate(shown, start=1)}
        self.every_flag = of_sites(publication.flags, list(table["site_id"]))
        self.flags = self.every_flag.drop_duplicates(["site_id", "flag"])
        self.codes: dict[str, list[str]] = {}
        for site, code in zip(self.flags["site_id"], self.flags["flag"], strict=True):
            self.codes.setdefault(site, []).append(code)

        counts = self.flags["flag"].value_counts()
        self.of_all = [code for code in PERMITS if counts.get(code, 0) == len(table)]
        """Permits that every site of the list needs: said once."""

    def _says_nothing_new(self, last: str) -> bool:
        """Say whether a table's sites are those of the tables before, or all inside, where none is nearer than another."""
        shown = self.short[last]
        before = pd.concat([self.short["brief_sampled"], self.short["brief_best"]])["site_id"]
        return bool((self.inside[shown.index].all() and len(shown) == SHORT) or shown["site_id"].isin(before).all())

    def tables(self, lang: str, has_sheet: set[str]) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return the short tables that hold anything: heading and rows; a site that stands in two is described in the first."""
        before: set[str] = set()
        tables = []
        for key, chosen in self.short.items():
            described = {"about": "", "band": "", "judged": words.word("brief_above", lang)}
            described |= dict.fromkeys(("amount", "contained", "cautions"), SAME)
            rows = [
                self._row(row, lang, has_sheet) | (described if row["site_id"] in before else {})
                for row in records(chosen)
            ]
            before |= set(chosen["site_id"])
            tables += [(self._head(key, lang), rows)] if rows else []
        return tables

    def _head(self, key: str, lang: str) -> str:
        """Return the heading of a short table, which says where sites inside an area come first."""
        first = key in ("brief_sampled", "brief_best") and self.inside.any() and not self.inside.all()
        return words.word(key, lang) + (words.word("brief_inside_first", lang) if first else "")

    def _row(self, row: dict[str, Any], lang: str, has_sheet: set[str]) -> dict[str, Any]:
        kinds = [] if row["site_kind"] == "waste" else [words.word(f"kind_short_{row['site_kind']}", lang)]
        kinds += [] if row["waste_type"] == "unknown" else [words.word(f"waste_type_{row['waste_type']}", lang)]
        mined = words.commodity_names(row["commodities"] or "", lang)
        kinds += [", ".join(mined[:NAMES]) + (" …" if len(mined) > NAMES else "")] if mined else []
        cautions = [words.flag(code, lang) for code in self.hazards_of(row["site_id"])]
        more = f" +{len(cautions) - CAUTIONS_IN_ROW}" if len(cautions) > CAUTIONS_IN_ROW else ""
        return {
            "number": self.numbered[row["site_id"]],
            "name": row["name"] or row["site_id"],
            "about": " · ".join(kinds),
            "href": f"sheets/{row['site_id']}.html" if row["site_id"] in has_sheet else "",
            "distance": distance(row, lang, coarse=self.place.coarse),
            "rank": rank(row, lang),
            "band": rank_band(row, lang),
            "judged": judged(row, lang),
            "amount": self.amount(row, lang).replace(" (", "\n("),
            "contained": words.span(row["contained_treo_low_t"], row["contained_treo_high_t"], "t", lang),
            "cautions": (", ".join(cautions[:CAUTIONS_IN_ROW]) + more) or words.word("brief_no_caution", lang),
        }

    def amount(self, row: dict[str, Any], lang: str) -> str:
        """Return the amount of waste at a site with what is doubtful about it."""
        return amount_told(row["tonnage_low_t"], row["tonnage_high_t"], self.codes.get(row["site_id"], []), lang)

    def hazards_of(self, site_id: str) -> list[str]:
        """Return the codes of a site's cautions, hazards first, permits left out."""
        codes = [code for code in self.codes.get(site_id, []) if code not in PERMITS]
        return sorted(codes, key=lambda code: code in CLERICAL)

    def permits_of(self, site_id: str) -> list[str]:
        """Return the codes of a site's permits."""
        return [code for code in self.codes.get(site_id, []) if code in PERMITS]

    def summary(self, lang: str) -> list[str]:
        """Return what lies near in a few sentences."""
        n = len(self.table)
        inside = int(self.inside.sum())
        keys = {"n": n, "km": float(self.within_km), "place": self.place.name or words.word("screen_own_area", lang)}
        within = self.within_km == 0 and self.place.kind != "community"
        first = words.phrase("screen_summary_inside" if within else "screen_summary", lang, **keys) + "."
        if not n:
            return [words.phrase("screen_none", lang, **keys), *self._beyond(lang), *self._gap(lang)]
        sentences = [first]
        sentences += [words.phrase("brief_inside", lang, n=inside)] if inside and not within else []
        sentences.append(words.tally(words.count_kinds(self.table["site_kind"]), lang))
        sentences.append(
            words.phrase("brief_none_sampled" if not self.n_sampled else "brief_n_sampled", lang, n=self.n_sampled)
        )
        return [*sentences, *self._reach(lang), *self._gap(lang)]

    def _gap(self, lang: str) -> list[str]:
        return coverage_told(self.gap, self.place, self.within_km, lang)

    def _reach(self, lang: str) -> list[str]:
        """Return whether the wastes that were sampled reach the grade looked for; nothing where none was sampled."""
        grade = grade_looked_for(self.p.ranking)
        here = of_sites(self.p.ranking, list(self.table["site_id"]))
        measured = here.loc[(here["evidence"] == "measured").to_numpy(), "treo_ppm"].dropna()
        if math.isnan(grade) or measured.empty or looked_for() != "REE":
            return []
        k = int((measured >= grade).sum())
        return [words.phrase("brief_reach" if k else "brief_reach_none", lang, k=k, grade=words.number(grade, lang, 0))]

    def _beyond(self, lang: str) -> list[str]:
        """Return how far the nearest site lies, where none is near."""
        beyond = self._nearest_of_all()
        if beyond is None:
            return []
        nearest, km = beyond
        name = _text(nearest["name"], nearest["site_id"])
        return [words.phrase("brief_beyond", lang, km=words.number(km, lang, 0), site=name)]

    def _nearest_of_all(self) -> tuple[pd.Series, float] | None:
        """Return the nearest site of the run, however far, and its distance in km."""
        sites = self.p.sites
        at = sites["longitude"].to_numpy(), sites["latitude"].to_numpy()
        km = distance_to_place_km(self.place.geometry, *at, ANYWHERE_KM)
        if not len(km) or not math.isfinite(km.min()):
            return None
        return sites.iloc[int(km.argmin())], float(km.min())

    def as_text(self, lang: str) -> list[str]:
        """Return the short tables for a terminal."""
        lines = [" ".join(self.summary(lang))]
        for key, chosen in self.short.items():
            if len(chosen):
                lines += ["", self._head(key, lang)]
                lines += [self._line(row, lang) for row in records(chosen)]
        return lines

    def _line(self, row: dict[str, Any], lang: str) -> str:
        name = f"{row['name']} ({row['site_id']})" if row["name"] else str(row["site_id"])
        known = [
            _ranked(row, lang),
            distance(row, lang, coarse=self.place.coarse).replace("\n", ", "),
            judged(row, lang).replace("\n(", " (").replace("\n", words.word("between_clauses", lang)),
        ]
        return f"  {name}{words.word('colon', lang)}{words.word('between_clauses', lang).join(known)}".replace(
            "\u00a0", " "
        )

    def amounts(self, lang: str) -> list[str]:
        """Return how much there may be: for how many sites that is known, and the largest ranges."""
        return [
            self._largest("brief_amount", "tonnage", lang),
            self._largest("brief_contained", "contained_treo", lang),
            words.word("brief_ranges", lang),
        ]

    def _largest(self, key: str, column: str, lang: str) -> str:
        low, high = f"{column}_low_t", f"{column}_high_t"
        known = self.table[self.table[high].notna()]
        if known.empty:
            return words.word(f"{key}_none", lang)
        central = self.p.ranking.set_index("site_id")[f"{column}_t"]  # by the high end the least known would come first
        known = known.assign(central=central.reindex(known["site_id"]).to_numpy())
        ordered = known.sort_values("central", ascending=False, kind="stable")
        tabled = ordered[ordered["site_id"].isin(list(self.numbered))]
        counts = {"k": len(known), "n": len(self.table)}
        if tabled.empty:
            return words.phrase(f"{key}_annex", lang, amount=_most(known[high], lang), **counts)
        listed = [self._amount_of(row, low, high, lang) for row in records(tabled.head(NAMES))]
        larger = known[known["central"] > tabled["central"].iloc[0]]
        if len(larger):
            listed.append(words.phrase("brief_larger", lang, n=len(larger), amount=_most(larger[high], lang)))
        return words.phrase(key, lang, sites=words.in_list(listed, lang), **counts)

    def _amount_of(self, row: dict[str, Any], low: str, high: str, lang: str) -> str:
        """Return a site of the tables with its number there and its range in tonnes."""
        amount = amount_told(row[low], row[high], self.codes.get(row["site_id"], []), lang)
        return f"{row['name'] or row['site_id']} (#{self.numbered[row['site_id']]}){words.word('colon', lang)}{amount}"

    def cautions(self, lang: str) -> list[str]:
        """Return every caution with the number of its sites and some names, hazards first."""
        mine = self.every_flag[~self.every_flag["flag"].isin(PERMITS)]
        lines = caution_lines(mine, self.table, self.numbered, lang)
        return lines + [words.word("brief_one_mine_twice", lang)] * bool(self._may_stand_twice())

    def _may_stand_twice(self) -> bool:
        """Say whether a record that seems to be a site of the list is one of another site of it."""
        elsewhere = self.every_flag[self.every_flag["finding"] == "elsewhere"]
        asked = {str(json.loads(values)["record"]) for values in elsewhere["values"]}
        here = of_sites(self.p.sites, list(self.table["site_id"]))["record_ids"].dropna()
        return bool(asked & {record for cell in here for record in str(cell).split("; ")})

    def liability(self, lang: str) -> list[str]:
        """Return the states of work on record, and who answers for the sites as far as the files say."""
        states = [words.status(text, lang) for text in self.table["status"].dropna()]
        counts = pd.Series(states, dtype=object).value_counts()
        missing = len(self.table) - len(states)
        counted = [f"{state} {count}" for state, count in counts.items()]
        counted += [f"{words.word('not_known', lang)} {missing}"] if missing else []
        return [
            words.phrase("brief_states", lang, states=", ".join(counted)),
            *bearers(self.p, list(self.table["site_id"]), lang),
        ]

    def permits(self, lang: str) -> list[str]:
        """Return what each province asks for and whom to call there, and the licence that uranium needs.

        Where no site is near, the province is that of the nearest.
        """
        beyond = self._nearest_of_all() if self.table.empty else None
        jurisdictions = [beyond[0]["jurisdiction"]] if beyond else list(self.table["jurisdiction"])
        jurisdictions += self.gap.lands
        asking = self.every_flag["flag"].isin(NUCLEAR) | self.every_flag["finding"].isin(URANIUM)
        named = self.table["jurisdiction"].fillna("").astype(str)
        longitude, latitude = (self.table[axis].to_numpy(float) for axis in ("longitude", "latitude"))
        canada = bool(lie_in("CA", named, longitude, latitude).any())
        nuclear = "" if not asking.any() else "brief_nuclear_canada" if canada else "brief_nuclear"
        keepers = record_keepers(self.p, self.table, lang)
        return permits(jurisdictions, nuclear=nuclear, keepers=keepers, lang=lang)

    def speak_first(self, lang: str) -> list[str]:
        """Return with whom to speak before anything is done on the ground."""
        return speak_first(self.p, self.place, self.table, self.within_km, lang)

    def other_targets(self, lang: str) -> list[str]:
        """Return one line for each of the other targets a run looked for, and where their orders stand."""
        lines = targets_of_list(self.p, list(self.table["site_id"]), lang)
        return [*lines, words.word("brief_targets_where", lang)] if lines else []

    def unknown(self, lang: str) -> list[str]:
        """Return what nobody can tell from these files."""
        n, table = len(self.table), self.table
        counts = {
            "brief_unknown_chemistry": n - self.n_sampled,
            "brief_unknown_amount": int(table["tonnage_high_t"].isna().sum()),
            "brief_unknown_road": int(table["road_km"].isna().sum()),
        }
        sentences = [words.phrase(key, lang, k=k, n=n) for key, k in counts.items() if k]
        return [*sentences, *(words.word(key, lang) for key in ("brief_unknown_rights", "brief_unknown_others"))]

    def sure(self, lang: str) -> str:
        """Return what the numbers of a list that no model orders are worth, or how a chance is meant."""
        return words.word(
            "brief_score_companion" if rests_on_companion(self.p.validation) else "brief_score_note", lang
        )


def _ranked(row: dict[str, Any], lang: str) -> str:
    """Return the place in the list with the word before it, for a line that has no heading."""
    return rank(row, lang) if row["rank"] is None else f"{words.word('rank', lang).lower()} {rank(row, lang)}"


def distance(row: dict[str, Any], lang: str, *, coarse: bool) -> str:
    """Return the straight-line distance, ``inside`` for none within an area, and that by road where roads are given.

    To an outline that is kept coarse it is told as about so far.
    """
    km = float(row["distance_km"])
    straight = words.word("screen_inside", lang) if km == 0 else kilometres(km, coarse, lang)
    road = row["road_km"]
    if road is None or not math.isfinite(road) or km == 0:
        return straight
    return f"{straight}\n{words.phrase('brief_road', lang, km=words.number(road, lang, 0))}"


def rank(row: dict[str, Any], lang: str) -> str:
    """Return the place in the list of the run: a number, the span it is tied in, or that there is none."""
    if row["rank"] is None:
        return words.word("not_scored", lang)
    first, last = int(row["rank_first"]), int(row["rank_last"])
    return words.number(first, lang) if first == last else words.phrase("tied", lang, first=first, last=last)


def rank_band(row: dict[str, Any], lang: str) -> str:
    """Return the ranks a site may have when uncertainty is counted; empty where it has none."""
    return "" if row["rank"] is None else "–".join(words.number(row[f"rank_{end}"], lang) for end in ("low", "high"))


def judged(row: dict[str, Any], lang: str) -> str:
    """Return what the place in the list rests on: samples of the waste, or the chance that its grade is reached."""
    if row["evidence"] == "measured" and looked_for() == "REE":
        grade = words.measured_grade(row["treo_ppm"], row["treo_low_ppm"], row["treo_high_ppm"], lang)
        sampled = words.phrase(
            "brief_judged_sampled", lang, grade=grade.replace(" (", "\n("), n=int(row["waste_n"] or 0)
        )
        return "\n".join(filter(None, [sampled, expected_line(row, lang)]))
    if row["rank"] is None:
        return words.word("not_scored", lang)
    kind = row["grade_rule"] == "hosts" or row["score_low"] == row["score_high"]
    chance = words.phrase("brief_judged_kind", lang, score=words.chance(float(row["score"]), lang)) if kind else ""
    beside = marks(row["evidence"], row["waste_n"], row.get("applicability"))
    figure = chance or words.banded_chance("brief_judged", row, lang)
    lines = [figure, expected_line(row, lang), *(words.word(key, lang) for key in beside)]
    return "\n".join(filter(None, lines))


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise


def _most(high: pd.Series, lang: str) -> str:
    """Return the highest end of some ranges, in tonnes."""
    return words.span(None, float(high.max()), "t", lang)
