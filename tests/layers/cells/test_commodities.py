"""One vocabulary of commodities, each publisher's codes apart."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.cells.commodities import (
    SYMBOLS,
    elements_of,
    group_of,
    mentions,
    normalise_commodities,
    order_tells,
    unknown_commodities,
)
from layers.own_tables import own_table

RARE_EARTHS = tuple(name for name in own_table("layers.cells", "commodities.yml") if group_of(name) == "rare_earths")


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
    cells = pd.Series(["CL, AU", "AU", "SM", "CER"])
    assert normalise_commodities(cells).tolist() == ["CL; AU", "AU", "SM", "CER"]
    assert unknown_commodities(cells).to_dict() == {"AU": 2, "CL": 1, "SM": 1, "CER": 1}
    assert not mentions(normalise_commodities(cells), RARE_EARTHS).any()


@pytest.mark.parametrize(
    ("cell", "codes", "names"),
    [
        ("Au Ag Cu", {}, "gold; silver; copper"),
        ("metal; Hg U", {}, "metal; mercury; uranium"),
        ("U V", {"U": "uranium", "V": "vanadium"}, "uranium; vanadium"),
        ("BE F Cerium", {"BE": "beryllium", "F": "fluorite"}, "beryllium; fluorite; cerium"),
    ],
)
def test_symbols_and_codes_of_a_cell_may_stand_apart_by_blanks_alone(
    cell: str, codes: dict[str, str], names: str
) -> None:
    assert one(cell, codes) == names


@pytest.mark.parametrize("cell", ["La plata", "U V", "AU AG", "iron ore fines", "Au something"])
def test_words_of_a_sentence_are_no_symbols_and_codes_nobody_declared_stay_whole(cell: str) -> None:
    assert one(cell) == cell


def test_rare_earths_are_told_from_everything_else() -> None:
    cells = normalise_commodities(pd.Series(["Cerium", "YTTRIUM, GOLD", "monazite", "Scandium", "Rhenium", None]))
    assert mentions(cells, RARE_EARTHS).tolist() == [True, True, True, False, False, False]
    assert elements_of("rare earths")[:3] == ("La", "Ce", "Pr")
    assert len(elements_of("rare earths")) == 15
    assert "Sc" not in elements_of("rare earths")
    assert group_of("granite") == "stone"
    assert group_of("no such thing") is None


def test_lists_that_follow_the_alphabet_of_names_or_symbols_tell_nothing_by_their_order() -> None:
    assert not order_tells(pd.Series(["copper; gold; zinc", "gold; lead; silver", "zinc; copper; gold", "lead", None]))
    assert not order_tells(pd.Series(["silver; gold; copper", "silver; copper; lead; zinc"]))
    assert order_tells(pd.Series(["gold; silver; copper", "zinc; lead; silver", "copper; zinc; gold"]))
    assert order_tells(pd.Series(["gold; silver", None]))


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
    assert mentions(names, RARE_EARTHS).sum() == 10
