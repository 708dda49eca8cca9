"""With whom to speak first about the sites of a list, and whom to ask for permits and records."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from maps import words
from maps.nearby import Place, distance_to_place_km, kilometres, search_key
from maps.publication import Publication, of_sites
from maps.rows import records
from maps.screening.names import bare_key
from maps.sheets.next_steps import next_step

AREAS = 8
"""Names of areas, and of communities, printed; the annex holds all."""

BESIDE_DEGREES = 0.05
"""Areas so near the point of a community lie beside it."""

_NUMBERED = re.compile(r"\b\d+\w?\b")


def of_the_place(place: Place, name: str) -> bool:
    """Say whether a community or an area is the place itself, by its name: a band and its numbered reserve are one."""
    own, other = (_NUMBERED.sub(" ", bare_key(text)).split() for text in (place.name, name))
    return bool(own) and own == other


def _same_community(place: Place, name: str) -> bool:
    """Say whether a community is the place itself: two that differ by their numbers alone are two communities."""
    own, other = (_NUMBERED.findall(bare_key(text)) for text in (place.name, name))
    return of_the_place(place, name) and not (own and other and own != other)


def speak_first(publication: Publication, place: Place, table: pd.DataFrame, within_km: float, lang: str) -> list[str]:
    """Return the areas that the sites lie in and the communities around, all of equal weight, or that none is known here.

    A community or Nation whose brief it is is not told to speak with itself; readers from elsewhere are.

    Parameters
    ----------
    publication : Publication
        Areas and communities in EPSG:4326.
    place : Place
        Where somebody looks from.
    table : DataFrame
        Sites of the list.
    within_km : float
        How far from the place a community counts as near.
    lang : {"en", "fr"}
        Language.
    """
    relations = of_sites(publication.site_territories, list(table["site_id"]))
    holding = relations[relations["relation"] != "near"]
    colon = words.word("colon", lang)
    lines = []
    for layer, group in holding.groupby("layer", sort=True):
        names = sorted({str(name) for name in group["territory"] if not of_the_place(place, str(name))}, key=search_key)
        holding_one = words.phrase("brief_holding", lang, layer=words.layer(str(layer), lang))
        lines += [f"{holding_one}{colon}{_some(names, lang)}"] if names else []
    if holding.empty and not table.empty:
        looked_up = words.areas_looked_up(publication.territories["layer"], lang)
        lines = [f"{words.word('brief_no_area', lang)} {looked_up}"]
    here = areas_here(publication, place)
    lines = [f"{words.word(here_key(place), lang)}{colon}{_some(here, lang)}", *lines] if here else lines
    near = _communities(publication, place, within_km, lang)
    lines += [f"{words.word('communities_layer', lang)}{colon}{_some(near, lang)}"] if near else []
    lines += _kept_by(publication, bool(here or len(holding)), bool(near), lang)
    if not place.name:
        return lines
    return [
        *(lines or [words.word("brief_nobody_else", lang)]),
        words.phrase("brief_from_elsewhere", lang, place=place.name),
    ]


def _kept_by(publication: Publication, areas: bool, communities: bool, lang: str) -> list[str]:
    """Return who keeps the layers of the areas and communities named, with address: no layer holds the office of a Nation."""
    tables: list[tuple[pd.DataFrame, bool]] = [(publication.territories, areas), (publication.communities, communities)]
    ids = {str(source) for table, listed in tables if listed for source in table["source"].dropna()}
    keepers = []
    for row in records(publication.sources):
        keeper = row.get("steward") or row["publisher"]
        if row["source_id"] in ids and keeper:
            keepers.append(" ".join([str(keeper), *_bracketed(row.get("address"))]))
    keepers = list(dict.fromkeys(keepers))
    return [words.phrase("brief_kept_by", lang, keepers=words.in_list(keepers, lang))] if keepers else []


def record_keepers(publication: Publication, table: pd.DataFrame, lang: str) -> str:
    """Return who publishes the records of the sites, with the addresses that the sources of the run give; empty for none."""
    ids = of_sites(publication.sites[["site_id", "sources"]], list(table["site_id"]))["sources"].dropna()
    held = {source for cell in ids for source in str(cell).split("; ")}
    kept = [row for row in records(publication.sources) if row["source_id"] in held]
    named = [" ".join([str(row["title"] or row["source_id"]), *_bracketed(row.get("address"))]) for row in kept]
    return words.phrase("brief_keepers", lang, keepers=words.in_list(named, lang)) if named else ""


def _bracketed(text: object) -> list[str]:
    return [f"({text})"] if isinstance(text, str) else []


def permits(jurisdictions: Sequence[object], *, nuclear: str, keepers: str, lang: str) -> list[str]:
    """Return what each province asks for and whom to call there, the licence that uranium needs, and who holds the records.

    Parameters
    ----------
    jurisdictions : sequence
        Of the sites.
    nuclear : str
        Key of the words where uranium is on record or radioactivity was measured, else empty.
    keepers : str
        From `record_keepers`.
    lang : {"en", "fr"}
        Language.
    """
    steps = list(dict.fromkeys(next_step(jurisdiction) for jurisdiction in jurisdictions))
    calls = [words.word(key, lang) for key in steps if key != "next_elsewhere"]
    calls += [words.word(key.replace("next_", "call_"), lang) for key in steps]
    return [*calls, *([words.word(nuclear, lang)] if nuclear else []), *([keepers] if keepers else [])]


def areas_here(publication: Publication, place: Place) -> list[str]:
    """Return the areas of others that a community lies in or beside, or that lie in an area or across its edge, alphabetical."""
    areas = publication.territories
    if areas.empty:
        return []
    if place.kind == "community":
        around = areas[areas.geometry.intersects(place.geometry.buffer(BESIDE_DEGREES)).to_numpy()]
    else:
        meeting = areas[areas.geometry.intersects(place.geometry).to_numpy()]
        around = meeting[~meeting.geometry.touches(place.geometry).to_numpy()]
    return sorted({str(name) for name in around["territory"] if not of_the_place(place, str(name))}, key=search_key)


def here_key(place: Place) -> str:
    """Return the key of the words for `areas_here`."""
    return "brief_here" if place.kind == "community" else "brief_over"


def communities_around(publication: Publication, place: Place, within_km: float) -> list[tuple[float, str]]:
    """Return kilometres (geodesic, 0 inside an area) and name of other communities inside or near the place, nearest first."""
    table = publication.communities
    if table.empty:
        return []
    at = table["longitude"].to_numpy(), table["latitude"].to_numpy()
    km = distance_to_place_km(place.geometry, *at, within_km)
    return sorted(
        (float(far), str(name))
        for far, name in zip(km, table["community"], strict=True)
        if far <= within_km and not _same_community(place, str(name))
    )


def _communities(publication: Publication, place: Place, within_km: float, lang: str) -> list[str]:
    inside = words.word("screen_inside", lang)
    return [
        f"{name} ({inside if far == 0 and place.kind != 'community' else _far(far, place.coarse, lang)})"
        for far, name in communities_around(publication, place, within_km)
    ]


def _far(km: float, coarse: bool, lang: str) -> str:
    return kilometres(km, coarse, lang) if coarse else f"{words.number(km, lang, 0)} km"


def _some(names: Sequence[str], lang: str) -> str:
    more = words.phrase("brief_more", lang, n=len(names) - AREAS) if len(names) > AREAS else ""
    return ", ".join(names[:AREAS]) + more
