"""Mutations of spelling: zones and sides in other languages, months, ids, lone commas, nines, units, second columns."""

from __future__ import annotations

from collections.abc import Callable

import pyproj

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

_NORTHERN: dict[str, str] = {
    "with Norte behind": "{} Norte", "with Huso": "Huso {}", "with H and a letter": "H{}N", "with H alone": "H{}",
    "with Zona and a letter": "Zona {}N", "with Fuseau": "Fuseau {}", "with Nord behind": "{} Nord",
    "with UTM and a letter": "UTM{}N",
    "as a code of a system": "EPSG:326{}", "as the name of a system": "WGS 84 / UTM zone {}N", "with Z": "Z{}",
    "with a hyphen and a letter": "{}-N", "with a letter in brackets": "{} (N)", "with Fus.": "Fus. {}",
    "with Norte in capitals": "{} NORTE",
    "with Huso and Norte": "Huso {} Norte", "with a number sign": "#{}", "with North in words": "Zone {} North",
    "with Zone Nr.": "Zone Nr. {}",
}  # fmt: skip
for _name, _form in _NORTHERN.items():

    @mutation("zone", f"zones written {_name}", "utm_zone")
    def northern(sheet: Sheet, draw: Draw, form: str = _form) -> None:
        sheet.change("utm_zone", form.format)


_SOUTHERN = ("{} Sur", "Huso {} Sur", "H{}S", "{}S", "{} Sul", "{} South", "{}K", "Zona {} SUR", "{}-S", "{} (S)", "Fuso {}S",
             "EPSG:327{}", "WGS 84 / UTM zone {}S", "Huso {}-S")  # fmt: skip
for _form in _SOUTHERN:

    @mutation("zone", f"zones of the south written '{_form.format(19)}'", "utm_zone", "easting", "northing")
    def southern(sheet: Sheet, draw: Draw, form: str = _form) -> None:
        """Move the places to the Andes."""
        to_metres = pyproj.Transformer.from_crs(4326, 32719, always_xy=True)
        for row, own in enumerate(sheet.ids()):
            facts = sheet.truth[own]
            facts |= {"latitude": -facts["latitude"] / 2, "longitude": -69 + 0.6 * (facts["longitude"] + 81.6)}
            x, y = to_metres.transform(facts["longitude"], facts["latitude"])
            sheet.rows[row][sheet.place("easting")] = f"{x:.0f}"
            sheet.rows[row][sheet.place("northing")] = f"{y:.0f}"
        sheet.touched |= {"easting", "northing"}
        sheet.change("utm_zone", lambda _: form.format(19))


_SIDES: dict[str, tuple[str, str]] = {
    "letters O and N": ("{} O", "{} N"), "letters O before the number": ("O {}", "N {}"),
    "words of Spanish": ("{} Oeste", "{} Norte"), "words of French": ("{} Ouest", "{} Nord"),
    "words of English": ("{} West", "{} North"), "letters W and N": ("{}W", "{}N"),
}  # fmt: skip
_TONGUES = {"letters O and N": ("es", "pt", "fr", None), "letters O before the number": ("es", "pt", "fr", None)}
for _name, (_west, _north) in _SIDES.items():
    for _language in _TONGUES.get(_name, (None,)):

        @mutation("sign", f"{_name} for the sides, language {_language or 'not told'}", "latitude", "longitude")
        def sides(
            sheet: Sheet, draw: Draw, west: str = _west, north: str = _north, language: str | None = _language
        ) -> None:
            sheet.change("longitude", lambda cell: west.format(cell.lstrip("-")))
            sheet.change("latitude", north.format)
            if language:
                sheet.more["language"] = language


for _letter in ("O", "W"):

    @mutation("sign", f"letter {_letter} for west beside E in two rows", "latitude", "longitude")
    def both_sides(sheet: Sheet, draw: Draw, letter: str = _letter) -> None:
        rows = some(sheet, draw, 2)
        for row in range(len(sheet.rows)):
            own = sheet.ids()[row]
            if row in rows:
                sheet.truth[own]["longitude"] = abs(sheet.truth[own]["longitude"])
            cell = sheet.rows[row][sheet.place("longitude")].lstrip("-")
            sheet.rows[row][sheet.place("longitude")] = f"{cell} {'E' if row in rows else letter}"
        sheet.touched.add("longitude")


@mutation("sign", "letter O for west in a column beside the degrees", "latitude", "longitude")
def letter_column(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-"))
    sheet.insert("side", "EO", ["O"] * len(sheet.rows), sheet.place("longitude") + 1)
    sheet.mapping["longitude_hemisphere"] = "side"


for _heading in (
    "Longitud (O)",
    "Longitud Oeste",
    "Longitude W",
    "Longitude (Ouest)",
    "LONG_O",
    "Longitude Oeste (graus)",
):

    @mutation("sign", f"west told by the heading '{_heading}' alone", "longitude")
    def heading_side(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        sheet.change("longitude", lambda cell: cell.lstrip("-"))
        sheet.rename("longitude", heading)


_MONTHS: dict[str, str] = {
    "Jun-1972": "Jun-{}", "06/1972": "06/{}", "1972-06": "{}-06", "6.1972": "6.{}", "juin 1972": "juin {}",
    "Juni 1972": "Juni {}", "abr. 1972": "abr. {}", "1972/06": "{}/06", "1972-Jun": "{}-Jun", "June 15, 1972": "June 15, {}",
    "15 juin 1972": "15 juin {}",
    "15.06.1972": "15.06.{}", "19720615": "{}0615", "1972-06-15T00:00:00Z": "{}-06-15T00:00:00Z", "197206": "{}06",
    "Q2 1972": "Q2 {}", "1972 (June)": "{} (June)", "junho de 1972": "junho de {}", "1972.5": "{}.5", "15-JUN-1972": "15-JUN-{}",
    "1972-12": "{}-12", "12-1972": "12-{}", "Spring 1972": "Spring {}",
}  # fmt: skip
for _name, _form in _MONTHS.items():

    @mutation("dates", f"last year as '{_name}'", "last_year")
    def month(sheet: Sheet, draw: Draw, form: str = _form) -> None:
        sheet.change("last_year", form.format)


_SHORT = {
    "15-Jun-72": "15-Jun-{}",
    "06/15/72": "06/15/{}",
    "abr-72": "abr-{}",
    "12/72": "12/{}",
    "Jun-72": "Jun-{}",
    "72-06": "{}-06",
}
for _name, _form in _SHORT.items():

    @mutation("dates", f"last year with two digits, as '{_name}'", "last_year")
    def short_month(sheet: Sheet, draw: Draw, form: str = _form) -> None:
        sheet.change("last_year", lambda cell: form.format(cell[-2:]))


_OWN_IDS: dict[str, Callable[[int], str]] = {
    '="001"': lambda number: f'="{number:03d}"', "'001": lambda number: f"'{number:03d}",
    '"001" in quotes': lambda number: f'"{number:03d}"',
}  # fmt: skip
for _name, _make in _OWN_IDS.items():

    @mutation("ids", f"ids kept as text by writing {_name}", "id")
    def text_ids(sheet: Sheet, draw: Draw, make: Callable[[int], str] = _make) -> None:
        given = {old: (f"{number + 1:03d}", make(number + 1)) for number, old in enumerate(sheet.ids())}
        sheet.change("id", lambda old: given[old][1])
        sheet.truth = {given[own][0]: facts for own, facts in sheet.truth.items()}


for _key in ("mass_t", "area_m2", "La", "latitude", "easting"):

    @mutation("ids", f'{_key} kept as text by writing ="1"', _key)
    def text_numbers(sheet: Sheet, draw: Draw, key: str = _key) -> None:
        sheet.change(key, lambda cell: f'="{cell}"')


_COMMAS = ("latitude", "longitude", "La", "Al", "easting")
for _key in _COMMAS:

    @mutation("decimal", f"a lone decimal comma in {_key}", _key)
    def lone_comma(sheet: Sheet, draw: Draw, key: str = _key) -> None:
        sheet.change(key, lambda cell: cell.replace(".", ",") if "." in cell else f"{cell},0", some(sheet, draw))


for _key in ("mass_t", "area_m2"):
    for _tail, _value in ((",5", 0.5), (",25", 0.25), (",125", 0.125)):

        @mutation("decimal", f"a lone decimal comma in {_key}, '12{_tail}'", _key)
        def lone_fraction(sheet: Sheet, draw: Draw, key: str = _key, tail: str = _tail, value: float = _value) -> None:
            if key in sheet.touched:
                raise ValueError("another mutation changed the unit")
            [row] = some(sheet, draw)
            sheet.change(key, lambda _: "12" + tail, [row])
            sheet.truth[sheet.ids()[row]][key] = 12 + value


_NINES = {"La": ("9999", "999", "99.99", "99999", "-999"), "mass_t": ("999999", "9999", "99999999", "99"),
          "area_m2": ("9999", "999"), "last_year": ("9999", "99", "999")}  # fmt: skip
for _key, _codes in _NINES.items():
    for _code in _codes:

        @mutation("nodata", f"{_key} is '{_code}' in every row", _key)
        def nines(sheet: Sheet, draw: Draw, key: str = _key, code: str = _code) -> None:
            sheet.change(key, lambda _: code)
            for facts in sheet.truth.values():
                if key in facts:
                    facts[key] = None

        @mutation("nodata", f"{_key} is '{_code}' in every row but four", _key)
        def most_nines(sheet: Sheet, draw: Draw, key: str = _key, code: str = _code) -> None:
            rows = sorted(set(range(len(sheet.rows))) - set(some(sheet, draw, 4)))
            sheet.change(key, lambda _: code, rows)
            for row in rows:
                if key in sheet.truth[sheet.ids()[row]]:
                    sheet.truth[sheet.ids()[row]][key] = None


for _heading in ("unit", "Units", "UOM", "Unidad", "unité", "Unit of measure", "unit_1", "Einheit"):

    @mutation("unit", f"bare column '{_heading}' of kt beside the mass", "mass_t")
    def bare_unit(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        sheet.change("mass_t", lambda cell: f"{float(cell) / 1000:.10g}" if cell.replace(".", "").isdigit() else cell)
        sheet.insert("unit", heading, ["kt"] * len(sheet.rows), sheet.place("mass_t") + 1)

    @mutation("unit", f"bare column '{_heading}' of ppb beside the results", "La", "Ce")
    def bare_result_unit(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        for key in ("La", "Ce", "Nd", "Y", "Cu"):
            if key in sheet.keys:
                sheet.rename(key, key)
                sheet.change(
                    key,
                    lambda cell: f"{cell[: len(cell) - len(cell.lstrip('<'))]}{float(cell.lstrip('<')) * 1000:.10g}",
                )
        sheet.insert("unit", heading, ["ppb"] * len(sheet.rows), sheet.place("La"))


for _heading in ("Units", "Unit"):
    for _told in ("nothing", "a default"):

        @mutation("unit", f"'{_heading}' by row of a wide table, per cent in two rows, {_told} told", "La", "Ce")
        def unit_of_rows(sheet: Sheet, draw: Draw, heading: str = _heading, told: str = _told) -> None:
            rows = some(sheet, draw, 2)
            for key in ("La", "Ce", "Nd", "Y", "Cu"):
                if key in sheet.keys:
                    sheet.rename(key, key)
                    sheet.change(key, lambda cell: f"{float(cell) / 1e4:.9g}", rows)
            if "Al" in sheet.keys:
                sheet.remove("Al")
                for facts in sheet.truth.values():
                    facts.pop("Al", None)
            sheet.insert(
                "unit", heading, ["%" if row in rows else "ppm" for row in range(len(sheet.rows))], sheet.place("La")
            )
            if told != "nothing":
                sheet.more["options"] = {**sheet.more.get("options", {}), "default_unit": "ppm"}


_PAIRS = (("lat2", "long2"), ("LATITUDE", "LONGITUDE"), ("Lat", "Lon"), ("owner_latitude", "owner_longitude"),
          ("mill lat", "mill long"),
          ("y", "x"), ("Latitude (NAD27)", "Longitude (NAD27)"), ("lat_dd", "long_dd"), ("latitude.1", "longitude.1"),
          ("Centroid_Lat", "Centroid_Long"), ("Old latitude", "Old longitude"))  # fmt: skip
for _lat, _long in _PAIRS:
    for _side in ("before", "behind"):

        @mutation("second places", f"{_lat} and {_long} a degree away {_side} the position", "latitude", "longitude")
        def second_pair(sheet: Sheet, draw: Draw, names: tuple[str, str] = (_lat, _long), side: str = _side) -> None:
            cells = [[f"{float(cell) + 1:.5f}" for cell in sheet.column(key)] for key in ("latitude", "longitude")]
            at = 1 if side == "before" else len(sheet.keys)
            sheet.insert("latitude again", names[0], cells[0], at)
            sheet.insert("longitude again", names[1], cells[1], at + 1)


for _side in ("before", "behind"):

    @mutation("second places", f"metres of another place {_side} the degrees", "latitude", "longitude")
    def second_metres(sheet: Sheet, draw: Draw, side: str = _side) -> None:
        at = 1 if side == "before" else len(sheet.keys)
        for number, (name, base) in enumerate((("Easting", 500_000), ("Northing", 5_200_000), ("Zone", 16))):
            cells = [str(base + 100 * row if base > 100 else base) for row in range(len(sheet.rows))]
            sheet.insert(name, name, cells, at + number)


_PLANNED = ("planned_tonnes", "Design capacity (t)", "authorised_tonnes", "Projected tonnes", "permitted_t", "Tonnes (planned)",
            "expected tonnes", "Tonelaje proyectado", "Tonnage prévu", "remaining capacity (t)", "tonnes_2030_forecast",
            "Budgeted tonnes", "Tonelaje_autorizado", "Ultimate tonnage", "max_tonnes", "tonnes_removed",
            "Annual tonnage (t/y)")  # fmt: skip
for _heading in _PLANNED:
    for _side in ("before", "behind"):

        @mutation("planned amounts", f"{_heading} {_side} the actual mass", "mass_t")
        def planned(sheet: Sheet, draw: Draw, heading: str = _heading, side: str = _side) -> None:
            cells = [
                f"{float(cell) * 5:.0f}" if cell.replace(".", "").isdigit() else "" for cell in sheet.column("mass_t")
            ]
            sheet.insert("planned", heading, cells, sheet.place("mass_t") + (side == "behind"))

    @mutation("planned amounts", f"{_heading} alone", "mass_t")
    def planned_alone(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        sheet.insert("planned", heading, [f"{7000 + row}" for row in range(len(sheet.rows))], sheet.place("mass_t"))
        sheet.remove("mass_t")
        for facts in sheet.truth.values():
            facts["mass_t"] = None  # what is planned is no waste that lies there


for _heading in ("La (at%)", "La at. %", "La_atomic_pct"):

    @mutation("unit", f"atomic per cent under '{_heading}'", "La")
    def atomic(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        sheet.rename("La", heading)
        for facts in sheet.truth.values():
            facts["La"] = None  # a share of atoms is no share of mass


for _unit in (
    "Mg",
    "kt",
    "Mt",
    "t",
    "tonnes",
    "million tonnes",
    "thousand tonnes",
    "short tons",
    "x 10^6 t",
    "M",
    "acres",
):

    @mutation("unit", f"one mass with '{_unit}' behind it", "mass_t")
    def one_unit_behind(sheet: Sheet, draw: Draw, unit: str = _unit) -> None:
        [row] = some(sheet, draw)
        sheet.change("mass_t", lambda _: f"1.5 {unit}", [row])
        factor = {
            "kt": 1e3,
            "Mt": 1e6,
            "million tonnes": 1e6,
            "thousand tonnes": 1e3,
            "short tons": 0.90718474,
            "x 10^6 t": 1e6,
        }
        sheet.truth[sheet.ids()[row]]["mass_t"] = None if unit in ("M", "acres") else 1.5 * factor.get(unit, 1.0)


for _heading in ("Type", "Class", "Category", "Kind of row"):
    for _word in ("CRM", "Blank", "Spike", "Field duplicate", "Re-assay", "Lab dup"):

        @mutation("control rows", f"'{_word}' in a column called {_heading}", "geochemistry", "La")
        def control_by_word(sheet: Sheet, draw: Draw, heading: str = _heading, word: str = _word) -> None:
            row = list(sheet.rows[3])
            row[sheet.place("id")] = "T977"
            row[sheet.place("La")] = "4800"
            sheet.ghosts.add("T977")
            sheet.rows.insert(5, row)
            sheet.insert("kind", heading, [word if at == 5 else "Original" for at in range(len(sheet.rows))])


for _stated in ("kt", "Mt", "kg"):

    @mutation("unit", f"the run file says {_stated}, the heading t", "mass_t", "inventory")
    def stated_otherwise(sheet: Sheet, draw: Draw, unit: str = _stated) -> None:
        sheet.rename("mass_t", "Tailings tonnage (t)")
        sheet.more["options"] = {**sheet.more.get("options", {}), "units": {"mass_t": unit}}
