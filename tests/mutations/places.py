"""Mutations of position: sign, axis, zone, datum, notation of angles, stated systems."""

from __future__ import annotations

from collections.abc import Callable

import pyproj

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet


@mutation("sign", "longitude unsigned throughout", "longitude")
def unsigned(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-"))


@mutation("axis", "places on another continent than the state they name", "latitude", "longitude", "inventory")
def state_far_off(sheet: Sheet, draw: Draw) -> None:
    sheet.insert("jurisdiction", "state", [str(draw.choice(["Norrbotten", "Shaanxi", "Valparaíso"]))] * len(sheet.rows))
    sheet.mapping["jurisdiction"] = "jurisdiction"
    sheet.touched.add("longitude")
    for facts in sheet.truth.values():
        facts["longitude"] = 1e9  # any value read must be told


@mutation("sign", "longitude unsigned in one row", "longitude")
def one_unsigned(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-"), some(sheet, draw))


@mutation("sign", "latitude negative in one row", "latitude")
def one_south(sheet: Sheet, draw: Draw) -> None:
    sheet.change("latitude", lambda cell: "-" + cell, some(sheet, draw))


@mutation("sign", "true minus sign", "longitude")
def true_minus(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.replace("-", "\u2212"))


@mutation("sign", "en dash as minus", "longitude")
def en_dash(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.replace("-", "\u2013"))


@mutation("sign", "minus behind the number", "longitude")
def minus_behind(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-") + "-")


@mutation("sign", "letter W behind an unsigned longitude", "longitude")
def letter_west(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-") + " W")


@mutation("sign", "letter E behind a longitude of the west in one row", "longitude")
def letter_east(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-") + " E", some(sheet, draw))


@mutation("sign", "longitude counted 0 to 360", "longitude")
def eastward(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: f"{float(cell) + 360:.5f}")


@mutation("sign", "heading says west, numbers are positive", "longitude")
def heading_west(sheet: Sheet, draw: Draw) -> None:
    sheet.change("longitude", lambda cell: cell.lstrip("-"))
    sheet.rename("longitude", "longitude_W")


def _exchange(sheet: Sheet, first: str, second: str, rows: list[int] | None) -> None:
    one, two = sheet.column(first), sheet.column(second)
    for row in range(len(sheet.rows)) if rows is None else rows:
        sheet.rows[row][sheet.place(first)], sheet.rows[row][sheet.place(second)] = two[row], one[row]
    sheet.touched |= {first, second}


for _pair in (("latitude", "longitude"), ("easting", "northing")):

    @mutation("axis", f"{_pair[0]} and {_pair[1]} exchanged throughout", *_pair)
    def exchanged(sheet: Sheet, draw: Draw, pair: tuple[str, str] = _pair) -> None:
        _exchange(sheet, *pair, None)

    @mutation("axis", f"{_pair[0]} and {_pair[1]} exchanged in one row", *_pair)
    def one_exchanged(sheet: Sheet, draw: Draw, pair: tuple[str, str] = _pair) -> None:
        _exchange(sheet, *pair, some(sheet, draw))


@mutation("axis", "columns of position called x and y", "latitude", "longitude")
def called_x_y(sheet: Sheet, draw: Draw) -> None:
    sheet.rename("longitude", "x")
    sheet.rename("latitude", "y")


@mutation("axis", "degrees among metres in one row", "easting", "northing")
def degrees_among_metres(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    facts = sheet.truth[sheet.ids()[row]]
    sheet.change("easting", lambda _: f"{facts['longitude']:.5f}", [row])
    sheet.change("northing", lambda _: f"{facts['latitude']:.5f}", [row])


@mutation("axis", "a digit of the easting lost in one row", "easting")
def digit_lost(sheet: Sheet, draw: Draw) -> None:
    sheet.change("easting", lambda cell: cell[:-1], some(sheet, draw))


@mutation("axis", "two digits of the latitude exchanged by ten degrees in one row", "latitude")
def ten_degrees(sheet: Sheet, draw: Draw) -> None:
    sheet.change("latitude", lambda cell: f"{float(cell) + 20:.5f}", some(sheet, draw))


@mutation("axis", "coordinates in scientific notation", "easting")
def scientific(sheet: Sheet, draw: Draw) -> None:
    sheet.change("easting", lambda cell: f"{float(cell):.2E}")
    sheet.change("northing", lambda cell: f"{float(cell):.2E}")


_ZONES: dict[str, Callable[[str], str]] = {
    "zone with a band letter": lambda cell: f"{cell}U",
    "zone with N after a blank": lambda cell: f"{cell} N",
    "zone with the word UTM": lambda cell: f"UTM {cell}",
    "zone as a decimal number": lambda cell: f"{cell}.0",
    "zone with a leading zero": lambda cell: f"0{cell}",
    "zone with the word Zone": lambda cell: f"Zone {cell}",
}
for _name, _make in _ZONES.items():

    @mutation("zone", _name, "utm_zone")
    def zone_written(sheet: Sheet, draw: Draw, make: Callable[[str], str] = _make) -> None:
        sheet.change("utm_zone", make)


@mutation("zone", "zone empty in one row", "utm_zone")
def zone_empty(sheet: Sheet, draw: Draw) -> None:
    sheet.change("utm_zone", lambda _: "", some(sheet, draw))


@mutation("zone", "neighbouring zone in one row", "utm_zone")
def zone_neighbour(sheet: Sheet, draw: Draw) -> None:
    sheet.change("utm_zone", lambda cell: str(int(cell) + 1), some(sheet, draw))


@mutation("zone", "neighbouring zone in two rows whose state reaches that far", "utm_zone", "inventory")
def zone_neighbour_in_state(sheet: Sheet, draw: Draw) -> None:
    sheet.insert("jurisdiction", "province", ["Ontario"] * len(sheet.rows))
    sheet.mapping["jurisdiction"] = "jurisdiction"
    sheet.change("utm_zone", lambda cell: str(int(cell) - 1), some(sheet, draw, 2))


for _axis in ("latitude", "longitude", "easting", "northing"):

    @mutation("dragged down", f"{_axis} dragged down from one row over five", _axis)
    def dragged(sheet: Sheet, draw: Draw, axis: str = _axis) -> None:
        first = int(draw.integers(0, len(sheet.rows) - 5))
        start = float(sheet.column(axis)[first])
        decimals = len(sheet.column(axis)[first].partition(".")[2])
        for step, row in enumerate(range(first, first + 6)):
            sheet.change(axis, lambda _, value=start + step: f"{value:.{decimals}f}", [row])  # type: ignore[misc]


@mutation("zone", "zone on another continent in one row", "utm_zone")
def zone_far(sheet: Sheet, draw: Draw) -> None:
    sheet.change("utm_zone", lambda _: "42", some(sheet, draw))


def _in_chile(sheet: Sheet) -> None:
    """Read the metres as those of zone 19 south of the equator, where the truth is then."""
    to_degrees = pyproj.Transformer.from_crs(32719, 4326, always_xy=True)
    for own, east, north in zip(sheet.ids(), sheet.column("easting"), sheet.column("northing"), strict=True):
        longitude, latitude = to_degrees.transform(float(east), float(north))
        sheet.truth[own] |= {"latitude": latitude, "longitude": longitude}
    sheet.change("utm_zone", lambda _: "19")
    sheet.touched.clear()


@mutation("zone", "southern zones that name no side of the equator", "utm_zone", "inventory")
def side_unstated(sheet: Sheet, draw: Draw) -> None:
    if "quebec" in sheet.name:
        raise ValueError("the name of the file says north")
    _in_chile(sheet)


for _stated in ("S", "Sur", "south"):

    @mutation(
        "zone", f"southern zones, '{_stated}' in a column of hemispheres, empty in two rows", "utm_zone", "inventory"
    )
    def side_empty(sheet: Sheet, draw: Draw, stated: str = _stated) -> None:
        _in_chile(sheet)
        sheet.insert("utm_hemisphere", "hemisphere", [stated] * len(sheet.rows))
        sheet.mapping["utm_hemisphere"] = "utm_hemisphere"
        sheet.change("utm_hemisphere", lambda _: "", some(sheet, draw, 2))


@mutation("zone", "letter of a band far from the northing in one row", "utm_zone", "inventory")
def wrong_band(sheet: Sheet, draw: Draw) -> None:
    sheet.change("utm_zone", lambda cell: f"{cell}U")
    sheet.change("northing", lambda cell: f"{float(cell) - 1_000_000:.0f}", some(sheet, draw))


@mutation("zone", "zones of another grid", "utm_zone")
def zone_mtm(sheet: Sheet, draw: Draw) -> None:
    sheet.rename("utm_zone", "mtm_zone")
    sheet.change("utm_zone", lambda _: "12")
    sheet.change("easting", lambda cell: f"{304_800 + (int(cell) - 500_000) % 90_000:.0f}")
    for facts in sheet.truth.values():
        facts["longitude"] = 1e9  # any value read must be told


@mutation("datum", "NAD83 throughout", "datum")
def nad83(sheet: Sheet, draw: Draw) -> None:
    sheet.change("datum", lambda _: "NAD83")


@mutation("datum", "NAD27 throughout", "datum")
def nad27(sheet: Sheet, draw: Draw) -> None:
    _restated(sheet, range(len(sheet.rows)), "NAD27", 4267)


@mutation("datum", "NAD27 in some rows", "datum")
def some_nad27(sheet: Sheet, draw: Draw) -> None:
    _restated(sheet, some(sheet, draw, 5), "NAD 27", 4267)


def _restated(sheet: Sheet, rows: object, word: str, code: int) -> None:
    """State the same points in UTM of another datum."""
    for row in list(rows):  # type: ignore[call-overload]
        facts = sheet.truth[sheet.ids()[row]]
        zone = int(sheet.column("utm_zone")[row])
        target = 26700 + zone
        x, y = pyproj.Transformer.from_crs(4326, target, always_xy=True).transform(
            facts["longitude"], facts["latitude"]
        )
        sheet.change("easting", lambda _, x=x: f"{x:.0f}", [row])
        sheet.change("northing", lambda _, y=y: f"{y:.0f}", [row])
        sheet.change("datum", lambda _: word, [row])


@mutation("datum", "datum empty in one row", "datum")
def datum_empty(sheet: Sheet, draw: Draw) -> None:
    sheet.change("datum", lambda _: "", some(sheet, draw))


@mutation("datum", "datum nobody knows in one row", "datum")
def datum_unknown(sheet: Sheet, draw: Draw) -> None:
    sheet.change("datum", lambda _: "Local mine grid", some(sheet, draw))


@mutation("datum", "heading of latitude says NAD27", "latitude", "longitude")
def heading_nad27(sheet: Sheet, draw: Draw) -> None:
    sheet.rename("latitude", "lat_nad27")
    sheet.rename("longitude", "long_nad27")


def _side(cell: str, letters: str) -> str:
    return letters[float(cell) < 0]


def _dms(cell: str, style: str) -> str:
    value = abs(float(cell))
    seconds = round(value * 3600, 1)
    parts = {"d": int(seconds // 3600), "m": int(seconds % 3600 // 60), "s": seconds % 60}
    return style.format(**parts)


_ANGLES = {
    "degrees, minutes and seconds with marks": "{d}°{m:02d}'{s:04.1f}\"",
    "degrees, minutes and seconds with blanks": "{d} {m:02d} {s:04.1f}",
    "degrees, minutes and seconds with colons": "{d}:{m:02d}:{s:04.1f}",
    "degrees, minutes and seconds with hyphens": "{d}-{m:02d}-{s:04.1f}",
    "degrees, minutes and seconds with typographic marks": "{d}º{m:02d}′{s:04.1f}″",
}
for _name, _style in _ANGLES.items():

    @mutation("angle", _name, "latitude", "longitude")
    def angle_written(sheet: Sheet, draw: Draw, style: str = _style) -> None:
        sheet.change("latitude", lambda cell: f"{_dms(cell, style)} {_side(cell, 'NS')}")
        sheet.change("longitude", lambda cell: f"{_dms(cell, style)} {_side(cell, 'EW')}")


def _in_parts(sheet: Sheet) -> None:
    """Put degrees, minutes and seconds without a sign into columns of their own."""
    for key in ("latitude", "longitude"):
        places = {own: facts[key] for own, facts in sheet.truth.items()}
        texts = [_dms(cell, "{d} {m} {s:.2f}").split() for cell in sheet.column(key)]
        sheet.remove(key)
        for own, degrees in places.items():
            sheet.truth[own][key] = degrees
        for place, part in enumerate(("degrees", "minutes", "seconds")):
            sheet.insert(f"{key}_{part}", f"{key[:3]}_{part}", [parts[place] for parts in texts])
            sheet.mapping[f"{key}_{part}"] = f"{key}_{part}"


@mutation("angle", "degrees, minutes and seconds in columns, no sign", "latitude", "longitude")
def parts_unsigned(sheet: Sheet, draw: Draw) -> None:
    sheet.touched.add("longitude")
    _in_parts(sheet)


for _name, _letters in (("empty in one row", ""), ("east and negative in one row", "-")):

    @mutation("angle", f"degrees, minutes and seconds in columns, letters in another, {_name}", "latitude", "longitude")
    def parts_lettered(sheet: Sheet, draw: Draw, odd: str = _letters) -> None:
        sides = {
            key: [_side(cell, two) for cell in sheet.column(key)]
            for key, two in (("latitude", "NS"), ("longitude", "EW"))
        }
        _in_parts(sheet)
        for key, letters in sides.items():
            sheet.insert(f"{key}_hemisphere", f"{key[:3]}_side", letters)
            sheet.mapping[f"{key}_hemisphere"] = f"{key}_hemisphere"
        (row,) = some(sheet, draw)
        if odd == "-":
            sheet.change("longitude_degrees", lambda cell: f"-{cell}", [row])
            sheet.change("longitude_hemisphere", lambda _: "E", [row])
        else:
            sheet.change("longitude_hemisphere", lambda _: "", [row])


@mutation("angle", "degrees and decimal minutes", "latitude", "longitude")
def decimal_minutes(sheet: Sheet, draw: Draw) -> None:
    for key, letters in (("latitude", "NS"), ("longitude", "EW")):
        sheet.change(
            key,
            lambda cell, two=letters: f"{int(abs(float(cell)))}° {abs(float(cell)) % 1 * 60:.3f}' {_side(cell, two)}",
        )


@mutation("angle", "67 minutes in one row", "latitude")
def too_many_minutes(sheet: Sheet, draw: Draw) -> None:
    sheet.change("latitude", lambda cell: f"{abs(int(float(cell)))}°67'00\" {_side(cell, 'NS')}", some(sheet, draw))


@mutation("angle", "packed degrees, minutes and seconds", "latitude", "longitude")
def packed(sheet: Sheet, draw: Draw) -> None:
    sheet.change("latitude", lambda cell: _dms(cell, "{d}{m:02d}{s:02.0f}"))
    sheet.change("longitude", lambda cell: "-" * (float(cell) < 0) + _dms(cell, "{d}{m:02d}{s:02.0f}"))


@mutation("angle", "radians", "latitude", "longitude")
def radians(sheet: Sheet, draw: Draw) -> None:
    for key in ("latitude", "longitude"):
        sheet.change(key, lambda cell: f"{float(cell) * 0.01745329252:.7f}")


_SYSTEMS = {
    "projected system declared for degrees": "EPSG:26917",
    "system nobody knows": "EPSG:999999",
    "system misspelt": "EPSG 4326",
    "system by a common name": "WGS84",
    "system of the other great register": "ESRI:102001",
    "system of the southern hemisphere": "EPSG:32717",
}
for _name, _text in _SYSTEMS.items():

    @mutation("crs", _name, "latitude")
    def declared(sheet: Sheet, draw: Draw, text: str = _text) -> None:
        sheet.more["crs"] = text


@mutation("sign", "degrees of 0 in a column of their own lost their minus", "latitude", "longitude")
def zero_unsigned(sheet: Sheet, draw: Draw) -> None:
    for own in sheet.ids():
        sheet.truth[own]["longitude"] = round(sheet.truth[own]["longitude"] + 82.0, 5)
    sheet.change("longitude", lambda cell: f"{-abs(float(cell) + 82.0) - 0.02:.5f}")
    for own, cell in zip(sheet.ids(), sheet.column("longitude"), strict=True):
        sheet.truth[own]["longitude"] = float(cell)
    signs = [cell.split(".")[0] == "-0" for cell in sheet.column("longitude")]
    _in_parts(sheet)
    sheet.change("longitude_degrees", lambda cell: cell if cell == "0" else f"-{cell}")
    if not any(signs) or all(signs):
        raise ValueError("needs degrees of 0 and others")
