"""One vocabulary of commodities, each publisher's codes apart, and the dated critical-mineral lists."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from layers.cells import commodities
from layers.cells.commodities import (
    SYMBOLS,
    critical_list,
    critical_lists,
    critical_members,
    elements_of,
    group_of,
    in_groups,
    normalise_commodities,
    unknown_commodities,
)
from layers.errors import ConfigError


def one(cell: str, codes: dict[str, str] | None = None) -> object:
    return normalise_commodities(pd.Series([cell]), codes).iloc[0]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("FELDSPAR (NONMETALS), URANIUM, THORIUM, RARE EARTH ELEMENTS", "feldspar; uranium; thorium; rare earths"),
        ("LIMESTONE (BUILDING STONE), GRANITE", "limestone; granite"),
        ("LIMESTONE (CHEMICAL/FLUX), GOLD", "limestone; gold"),
        ("SULPHUR/PYRITE", "pyrite"),
        ("Ni, Cu,Te", "nickel; copper; tellurium"),
        ("Terres rares; Or; Cuivre", "rare earths; gold; copper"),
        ("tierras raras, cobre y oro", "rare earths; copper; gold"),
        ("Gold, Silver, Gold", "gold; silver"),
        ("Étain/Tungstène", "tin; tungsten"),
    ],
)
def test_phrases_in_three_languages(cell: str, names: str) -> None:
    assert one(cell) == names


@pytest.mark.parametrize("cell", ["Null", "UNK", " ", "N/A/Unknown", "n.d."])
def test_not_known_is_missing(cell: str) -> None:
    assert pd.isna(one(cell))


def test_the_same_code_means_what_its_publisher_says() -> None:
    assert one("CL,RE", {"CL": "coal", "RE": "rhenium"}) == "coal; rhenium"
    assert one("CL,RE", {"CL": "coal", "RE": "rare earths"}) == "coal; rare earths"
    assert one("ZC", {"ZC": "zinc; copper"}) == "zinc; copper"
    assert one("zn, GR", {"ZN": "zinc", "GR": "granite"}) == "zinc; granite"


def test_an_undeclared_code_is_kept_counted_and_never_an_element() -> None:
    cells = pd.Series(["CL, AU", "AU", "SM"])
    assert normalise_commodities(cells).tolist() == ["CL; AU", "AU", "SM"]
    assert unknown_commodities(cells).to_dict() == {"AU": 2, "CL": 1, "SM": 1}
    assert not in_groups(normalise_commodities(cells), ("rare_earths",)).any()


def test_rare_earths_are_told_from_everything_else() -> None:
    cells = normalise_commodities(pd.Series(["Cerium", "YTTRIUM, GOLD", "monazite", "Scandium", "Rhenium", None]))
    assert in_groups(cells, ("rare_earths",)).tolist() == [True, True, True, False, False, False]
    assert elements_of("rare earths")[:3] == ("La", "Ce", "Pr")
    assert len(elements_of("rare earths")) == 15
    assert "Sc" not in elements_of("rare earths")
    assert group_of("granite") == "stone"
    assert group_of("no such thing") is None


@pytest.mark.parametrize(
    ("list_id", "count", "as_of"),
    [
        ("canada_2024", 34, datetime.date(2024, 6, 10)),
        ("ontario_2022", 33, datetime.date(2022, 3, 17)),
        ("usa_2025", 60, datetime.date(2025, 11, 7)),
        ("eu_2024", 34, datetime.date(2024, 5, 23)),
        ("japan_2024", 32, datetime.date(2024, 12, 31)),
    ],
)
def test_critical_lists_have_their_date_and_count(list_id: str, count: int, as_of: datetime.date) -> None:
    chosen = critical_list(list_id)
    assert chosen.as_of == as_of
    assert len(chosen.members) == chosen.published_count == count
    assert all(commodities.canonical_name(member) for member in chosen.members)


def test_lists_differ_as_they_should() -> None:
    cells = pd.Series(["gold; uranium; cerium; iron", "silver; lead", "silica; coal", None])
    assert critical_members(cells, "canada_2024").tolist()[0] == "uranium; cerium"
    assert critical_members(cells, "usa_2025").tolist()[:2] == ["uranium; cerium", "silver; lead"]
    assert critical_members(cells, "canada_2024").isna().tolist() == [False, True, True, True]
    assert not critical_list("eu_2024").holds("uranium")
    assert critical_list("japan_2024").holds("neodymium")
    assert set(critical_lists()) == {"canada_2024", "ontario_2022", "usa_2025", "eu_2024", "japan_2024"}


def test_an_unknown_list_stops() -> None:
    with pytest.raises(ConfigError, match=r"there is no list 'moon_2030'. Known are: canada_2024"):
        critical_list("moon_2030")


def test_every_symbol_names_a_commodity_that_holds_it() -> None:
    for symbol, name in SYMBOLS.items():
        assert elements_of(name) == (symbol,), symbol


@pytest.mark.realdata
def test_phrases_of_two_public_inventories_are_all_known(shared_realdata) -> None:
    omi = pd.read_excel(shared_realdata / "inventory/omi_ontario/OMI_filtered.xlsx", dtype=str)
    assert unknown_commodities(pd.concat([omi["P_COMMOD"], omi["S_COMMOD"]])).empty
    noami = pd.read_excel(shared_realdata / "inventory/noami_oam_canada/OAM_2024_EN.xlsx", dtype=str)
    assert unknown_commodities(noami["Commodity_Full_Name"]).to_dict() == {"KYAN": 4}
    names = normalise_commodities(omi["P_COMMOD"].str.cat(omi["S_COMMOD"], sep=", ", na_rep=""))
    assert in_groups(names, ("rare_earths",)).sum() == 10
