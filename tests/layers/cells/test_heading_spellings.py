"""Ways of writing a heading that change what its numbers are: powers before a per cent, isotopes, shares of a sum, standards."""

from __future__ import annotations

import itertools

import pytest

from layers.cells.heading_grammar import parse_heading
from layers.cells.heading_spellings import sieved_below_um

RARE_EARTHS = ["La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Er", "Yb", "Lu"]


@pytest.mark.parametrize("element", ["La", "Nd2O3", "Zr"])
@pytest.mark.parametrize(
    ("written", "unit", "to_ppm"),
    [
        ("(%o)", "permil", 1000.0),
        ("%0", "permil", 1000.0),
        ("(o/oo)", "permil", 1000.0),
        ("0/00", "permil", 1000.0),
        ("10-4 %", "ppm", 1.0),
        ("(10^-4%)", "ppm", 1.0),
        ("×10⁻⁴ %", "ppm", 1.0),
        ("n*10-4 %", "ppm", 1.0),
        ("1E-4 %", "ppm", 1.0),
        ("10-7 %", "ppb", 0.001),
    ],
)
def test_powers_before_a_per_cent_and_per_mille_in_plain_letters(
    element: str, written: str, unit: str, to_ppm: float
) -> None:
    heading = parse_heading(f"{element} {written}")
    assert (heading.kind, heading.unit, heading.multiplier_to_base) == ("result", unit, to_ppm)


@pytest.mark.parametrize("written", ["10-2 %", "(10-2%)", "x10^-3 %", "10⁻¹ %", "n·10⁻³%", "%00"])
def test_powers_nobody_has_a_unit_for_are_asked_about(written: str) -> None:
    heading = parse_heading(f"La {written}")
    assert heading.kind != "result"
    assert heading.unknown


@pytest.mark.parametrize(
    ("heading", "element"),
    [("139La_ppm", "La"), ("[140Ce] ppm", "Ce"), ("89Y (ppm)", "Y"), ("7Li_ppm", "Li"), ("Zr90 ppm", "Zr")],
)
def test_a_share_measured_on_one_isotope_is_a_result(heading: str, element: str) -> None:
    assert (parse_heading(heading).kind, parse_heading(heading).element) == ("result", element)


@pytest.mark.parametrize("heading", ["139La", "La139", "208Pb ppm", "238U ppm", "143Nd ppm"])
def test_counts_and_shares_of_single_isotopes_are_asked_about(heading: str) -> None:
    assert parse_heading(heading).kind != "result"
    assert parse_heading(heading).unknown


@pytest.mark.parametrize("heading", ["87Sr/86Sr", "143Nd/144Nd", "206Pb/204Pb"])
def test_ratios_of_isotopes_stay_ratios(heading: str) -> None:
    assert parse_heading(heading).kind == "ratio"


@pytest.mark.parametrize(
    "share", ["% of total", "% of TREO", "% du total", "% del total", "% der Summe", "pct of REE", "share of total (%)"]
)
def test_a_share_of_the_rare_earths_is_no_share_of_the_sample(share: str) -> None:
    assert parse_heading(f"Nd ({share})").kind != "result"


def test_a_share_of_the_dry_sample_is_a_result() -> None:
    assert parse_heading("Nd (% of dry weight)").kind == "result"


@pytest.mark.parametrize(
    ("element", "standard"),
    list(itertools.product(RARE_EARTHS, ["CN", "_CN", "cn", "N", "_N", "(N)", " PAAS", "_NASC", "/C1", " UCC", "_PM"])),
)
def test_a_rare_earth_over_a_standard_is_no_result(element: str, standard: str) -> None:
    assert parse_heading(element + standard).kind != "result"


@pytest.mark.parametrize("heading", ["CuCN ppm", "AuCN", "Cu_CN"])
def test_what_cyanide_dissolves_is_a_result(heading: str) -> None:
    assert parse_heading(heading).role == "dissolved"


@pytest.mark.parametrize("heading", ["RE2O3 %", "RE2O3", "TR2O3 (%)", "Ln2O3 %", "TREE2O3 %", "Σ REE2O3 (%)"])
def test_sums_of_rare_earth_oxides_are_totals(heading: str) -> None:
    assert parse_heading(heading).kind == "total"


def test_rhenium_in_per_cent_may_be_rare_earths() -> None:
    assert parse_heading("RE %").unknown
    assert parse_heading("Re ppb").kind == "result"


@pytest.mark.parametrize(
    ("heading", "kind"), [("Fe2O3(T)", "result"), ("FeO (t)", "result"), ("Fe(T)", "result"), ("Fe (t)", "mass")]
)
def test_total_iron_is_no_mass(heading: str, kind: str) -> None:
    assert parse_heading(heading).kind == kind


@pytest.mark.parametrize("heading", ["S(T)", "Cu (T)", "C(T)"])
def test_a_total_that_may_be_tonnes_is_asked_about(heading: str) -> None:
    assert parse_heading(heading).unknown


@pytest.mark.parametrize("heading", ["4B2-STD La ppm", "La 4LITHO ppm", "La ppm 4Lithores"])
def test_names_of_packages_are_methods(heading: str) -> None:
    assert (parse_heading(heading).kind, parse_heading(heading).method_class) == ("result", "fusion")


@pytest.mark.parametrize(
    "heading", ["Nd ppm/10", "Nd (ppm)/100", "La_ppm_50", "La (ppt)", "La (feed) ppm", "Mill feed Fe %"]
)
def test_multiples_percentiles_and_feed_are_asked_about(heading: str) -> None:
    assert parse_heading(heading).kind != "result"
    assert parse_heading(heading).unknown


@pytest.mark.parametrize("heading", ["Nd mg/100g", "Nd ppm", "Al_ppm_511"])
def test_units_and_methods_with_numbers_are_no_multiples(heading: str) -> None:
    assert parse_heading(heading).kind == "result"


@pytest.mark.parametrize(
    ("heading", "to_t"),
    [
        ("Tonelaje (TM)", 1.0),
        ("Production (TM)", 1.0),
        ("Tonelaje (MM t)", 1e6),
        ("Relaves (MM TM)", 1e6),
        ("Tailings (k t)", 1e3),
    ],
)
def test_tonnes_of_other_languages(heading: str, to_t: float) -> None:
    assert (parse_heading(heading).kind, parse_heading(heading).element) == ("mass", None)
    assert parse_heading(heading).multiplier_to_base == to_t


@pytest.mark.parametrize(
    "heading",
    ["Tailings (M t)", "Planned tonnage (Mt)", "Permitted volume (m3)", "Design tonnage (t)", "Max tonnage (t)", "Tonnage_class",
     "Minimum area (ha)"],
)  # fmt: skip
def test_amounts_that_may_not_be_there_are_asked_about(heading: str) -> None:
    assert parse_heading(heading).unknown


@pytest.mark.parametrize(
    "heading",
    ["La*10 ppm", "Ti/100 ppm", "Ce ppm *100", "Nd/1000 (ppm)", "Ce_ppm_calc", "La calculated ppm", "La ppm Lab2", "Longitud (m)",
     "Latitud [m]"],
)  # fmt: skip
def test_multiples_reckoned_elements_second_laboratories_and_lengths_are_asked_about(heading: str) -> None:
    parsed = parse_heading(heading)
    assert parsed.kind == "other"
    assert parsed.unknown


@pytest.mark.parametrize("heading", ["LA-ICP-MS", "LA ICP MS", "Tonnes/yr", "t/year", "cwt"])
def test_a_method_a_rate_and_a_hundredweight_are_no_result_date_or_mass_of_an_element(heading: str) -> None:
    parsed = parse_heading(heading)
    assert (parsed.kind, parsed.element) == ("other", None)


@pytest.mark.parametrize(
    ("heading", "element", "unit"),
    [("Gd mg/kg m.s.", "Gd", "mg/kg"), ("铈(ppm)", "Ce", "ppm"), ("釔 (ppm)", "Y", "ppm"), ("La_ICPMS ppm", "La", "ppm"),
     ("La ppm LA-ICP-MS", "La", "ppm"), ("Dy2O3_CALC_ppm", "Dy2O3", "ppm")],
)  # fmt: skip
def test_dry_matter_chinese_symbols_and_oxides_from_their_element_are_results(
    heading: str, element: str, unit: str
) -> None:
    parsed = parse_heading(heading)
    assert (parsed.kind, parsed.element, parsed.unit, parsed.unknown) == ("result", element, unit, ())


def test_datum_is_a_day_beside_a_time_a_reference_beside_coordinates_and_asked_about_elsewhere() -> None:
    day = parse_heading("Datum", ["Sampling site", "Datum", "Uhrzeit", "Temperatur"])
    assert (day.kind, day.unknown) == ("date", ())
    for beside in (["Lat", "Lon", "Datum"], ["Easting", "Northing", "Zone", "Datum"]):
        assert (parse_heading("Datum", beside).kind, parse_heading("Datum", beside).unknown) == ("datum", ())
    assert parse_heading("Datum", ["Probe", "Datum", "La ppm"]).unknown


@pytest.mark.parametrize("ends", [("De (m)", "À (m)"), ("DE", "ATE"), ("de", "a"), ("De_m", "Até_m")])
def test_from_and_to_in_french_and_portuguese_are_told_together(ends: tuple[str, str]) -> None:
    names = ["Furo", *ends, "La_ppm"]
    assert [parse_heading(end, names).kind for end in ends] == ["depth_from", "depth_to"]
    assert parse_heading(ends[0], ["Furo", ends[0], "La_ppm"]).kind != "depth_from"


@pytest.mark.parametrize(
    ("written", "unit", "to_ppm"),
    [
        ("opt", "oz/short ton", 34.2857),
        ("(opt)", "oz/short ton", 34.2857),
        ("oz/st", "oz/short ton", 34.2857),
        ("(oz/short ton)", "oz/short ton", 34.2857),
        ("troy ounces per short ton", "oz/short ton", 34.2857),
        ("oz/lt", "oz/long ton", 30.6122),
        ("(oz/long ton)", "oz/long ton", 30.6122),
        ("oz/tonne", "oz/tonne", 31.1035),
    ],
)
@pytest.mark.parametrize("element", ["Au", "Ag", "Pt"])
def test_troy_ounces_per_a_ton_that_is_named(element: str, written: str, unit: str, to_ppm: float) -> None:
    heading = parse_heading(f"{element} {written}")
    assert (heading.kind, heading.unit, heading.multiplier_to_base) == ("result", unit, to_ppm)
    assert not heading.unknown


@pytest.mark.parametrize("written", ["(oz/t)", "oz/ton", "(troy oz/ton)", "ozt/t", "oz per ton", "_oz_t"])
def test_ounces_per_a_ton_nobody_names_are_asked_about(written: str) -> None:
    heading = parse_heading(f"Ag {written}")
    assert (heading.kind, heading.multiplier_to_base) == ("other", None)
    assert heading.unknown


SIEVES = {
    "<63 µm": 63, "<2mm": 2000, "(-0.063 mm)": 63, "-200 mesh": 74.5, "minus 80 mesh": 186, "-80#": 186, "passing 75 microns": 75
}  # fmt: skip


@pytest.mark.parametrize("sieve", SIEVES)
def test_what_passed_a_sieve_is_a_result_alone(sieve: str) -> None:
    for heading in (f"La {sieve} ppm", f"La ppm {sieve}", f"La_ppm_{sieve}"):
        assert (parse_heading(heading).kind, parse_heading(heading).unit) == ("result", "ppm")
        assert sieved_below_um(heading) == pytest.approx(SIEVES[sieve], rel=0.01)


@pytest.mark.parametrize("sieve", SIEVES)
@pytest.mark.parametrize("other", ["La_ppm", "La ppm <500 µm"])
def test_what_passed_a_sieve_beside_another_part_is_asked_about(sieve: str, other: str) -> None:
    heading = parse_heading(f"La {sieve} ppm", [other, f"La {sieve} ppm", "Ce_ppm"])
    assert (heading.kind, heading.unknown) == ("other", (f"La {sieve} ppm",))


@pytest.mark.parametrize("part", ["63-125 um", "+63 um", ">2 mm", "fine fraction", "2-63um", "0-5 cm"])
def test_other_parts_of_a_sample_are_no_results(part: str) -> None:
    heading = parse_heading(f"La {part} ppm")
    assert heading.kind != "result"
    assert heading.unknown


@pytest.mark.parametrize("heading", ["<63um (%)", "-200 mesh %", "Grain <2 mm (wt %)", "wt% <63um"])
def test_shares_of_grain_sizes_are_no_results(heading: str) -> None:
    assert parse_heading(heading).kind == "other"


@pytest.mark.parametrize(
    "heading",
    [
        "Minerai usiné", "Minerai traité", "Minerai broyé", "Mineral procesado", "Mineral tratado", "Mineral molido",
        "Minério processado", "Minério lavrado", "Ore treated",
    ],
)  # fmt: skip
def test_ore_that_was_milled_is_a_mass_in_other_languages(heading: str) -> None:
    amount = parse_heading(f"{heading} (t)")
    assert (amount.kind, amount.unit, amount.unknown) == ("mass", "t", ())
    assert parse_heading(heading).kind == "mass"


@pytest.mark.parametrize(
    ("headings", "kinds"),
    [
        ("Prov|N|O|Höjd|Zon", ("northing", "easting")), ("ProbenNr|O|N|Höhe", ("northing", "easting")),
        ("Nom|N|O", ("other", "other")), ("Muestra|O|N|Cota", ("other", "other")),
    ],
)  # fmt: skip
def test_north_and_o_are_read_by_the_language_beside_them_and_asked_elsewhere(
    headings: str, kinds: tuple[str, str]
) -> None:
    names = headings.split("|")
    both = parse_heading("N", names), parse_heading("O", names)
    assert tuple(one.kind for one in both) == kinds
    assert all(bool(one.unknown) == (one.kind == "other") for one in both)
    assert parse_heading("O").unknown


@pytest.mark.parametrize(
    ("text", "kinds", "asked"),
    [
        ("La, 1000 mg/kg", {"other"}, True),
        ("Y (100 ppm)", {"other"}, True),
        ("Ø La ppm", {"statistic"}, False),
        ("La (Ø) ppm", {"statistic"}, False),
        ("⌀ Ce (ppm)", {"statistic"}, False),
        ("La head grade ppm", {"other"}, True),
        ("Head La ppm", {"other"}, True),
        ("Résidus (M tonnes)", {"mass"}, True),
        ("Tailings (k tonnes)", {"mass"}, True),
        ("Relaves (M toneladas)", {"mass", "other"}, True),
        ("La GM", {"mass", "other"}, True),
        ("Ce UT-7 ppm", {"other", "result"}, True),
        ("La UT-4M ppm", {"other", "result"}, True),
        ("La LF100 mg/kg", {"result"}, False),
        ("Résidus (Mt)", {"mass"}, False),
        ("Au g", {"mass"}, False),
    ],
)
def test_a_unit_or_a_word_in_an_unusual_place(text: str, kinds: set[str], asked: bool) -> None:
    heading = parse_heading(text)
    assert heading.kind in kinds
    assert bool(heading.unknown) == asked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("La <0.1 ppm", "other"), ("La 0.1 ppm", "other"), ("La (<0.1 ppm)", "other"), ("La_0.1_ppm", "other"),
        ("La ppm >0.5", "other"), ("La 0,1 ppm", "other"), ("U3O8 0.01%", "other"), ("La≤0.5ppm", "other"),
        ("La ppm 0.5", "result"), ("La (ppm) LDL 0.1", "result"), ("Tm ppb 0.1 ME-MS23", "result"), ("La_511P_ppm", "result"),
        ("Al2O3 %", "result"), ("Au_FA50 g/t", "result"),
    ],
)  # fmt: skip
def test_a_number_before_the_unit_or_a_comparison_is_asked(text: str, kind: str) -> None:
    heading = parse_heading(text)
    assert (heading.kind, bool(heading.unknown)) == (kind, kind == "other")


@pytest.mark.parametrize(
    "heading",
    ["C0 (ppm)", "0s ppb", "S0 (%)", "N0 (%)", "Mg0 (%)", "Fe0 %", "C03 (%)", "C1 (ppm)", "B1_ppm", "5n ppm", "5r (ppm)",
     "5iO2 (%)", "1n ppm", "8i ppm"],
)  # fmt: skip
def test_a_digit_typed_for_a_letter_of_a_symbol_is_asked_about(heading: str) -> None:
    assert (parse_heading(heading).kind, bool(parse_heading(heading).unknown)) == ("other", True)


@pytest.mark.parametrize(
    ("heading", "form"),
    [
        ("K20 (%)", "K2O"),
        ("P205 (%)", "P2O5"),
        ("Al203 %", "Al2O3"),
        ("Y1 ppm", "Y"),
        ("S0.01%", "S"),
        ("B10 ppm", "B"),
    ],
)
def test_digits_that_can_be_read_in_one_way_are(heading: str, form: str) -> None:
    assert (parse_heading(heading).kind, parse_heading(heading).element) == ("result", form)
