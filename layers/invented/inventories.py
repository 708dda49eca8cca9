"""Two waste inventories of the invented region that overlap, disagree, and are filled in the way people fill them in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.invented.geology import DEPOSITS, REE_BEARING, Region, stream

UTM = "EPSG:26916"
CODES = {
    "carbonatite": ["NB", "FE", "AP", "NB,FE", "RR,AP"],
    "peralkaline granite": ["BE", "FL", "ZR", "GR", "RR,ZR"],
    "magnetite-apatite": ["MA", "FE", "FE", "FE,AP"],
    "uranium paleoplacer": ["UR", "UR,AU", "AU", "UR", "UR,TH"],
    "uranium pegmatite": ["UR", "UR,MO", "FL", "MO"],
    "barren granite": ["GR", "MO", "SN", "UR", "BE"],
    "volcanogenic massive sulphide": ["CU,ZN", "ZN,PB,AG", "CU", "ZN,FE"],
    "orogenic gold": ["AU", "AU,AG", "AU,WO"],
    "magmatic nickel-copper": ["NI,CU", "NI,CU,CO", "NI,FE"],
    "tungsten skarn": ["WO", "WO,MO", "CU,WO", "FE"],
}
MISLEADING = ("UR", "TH", "AP", "ZR", "RR", "NB")
"""Commodities of showings nearby that some records list though the waste holds little of them."""
SOLD_SHARE = {"FE": (0.30, 0.60), "MA": (0.30, 0.60), "AP": (0.25, 0.40), "FL": (0.25, 0.60)}
"""Least and most of the ore that was sold, by the first commodity, where that is more than a tenth."""
LISTED_SHARE = 0.85
"""Share of the sites whose commodities any inventory tells."""
MISLED_SHARE = 0.08
TYPED_SHARE = 0.15
"""Share of the records of inventory A that name a deposit type; 14 % do in a large provincial inventory."""
FRENCH = {
    "NB": "niobium", "RR": "terres rares", "AP": "apatite", "FE": "fer", "ZR": "zirconium", "BE": "béryllium", "FL": "fluorine",
    "MA": "magnétite", "UR": "uranium", "TH": "thorium", "AU": "or", "MO": "molybdène", "GR": "granite", "SN": "étain",
    "CU": "cuivre", "ZN": "zinc", "PB": "plomb", "AG": "argent", "WO": "tungstène", "NI": "nickel", "CO": "cobalt",
}  # fmt: skip


def commodity_codes(region: Region) -> NDArray[np.object_]:
    """Return the commodity codes of each true site; they name what was sold, so rare earths seldom appear.

    Some sites list none (empty text), and some that have nothing of the kind list a showing of uranium, thorium, apatite,
    zirconium, niobium or rare earths.
    """
    rng = stream(region.seed, "commodities")
    kinds = region.truth["kind"].to_numpy()
    draw, listed, misled = rng.random((3, len(kinds)))
    choices = [CODES[name] for name in DEPOSITS["deposit_type"]]
    showing = rng.choice(MISLEADING, len(kinds))
    codes = []
    for row, kind in enumerate(kinds):
        own = choices[kind][int(draw[row] * len(choices[kind]))]
        if kind >= len(REE_BEARING) and misled[row] < MISLED_SHARE:
            own = f"{own},{showing[row]}"
        codes.append(own if listed[row] < LISTED_SHARE else "")
    return np.array(codes, dtype=object)


def members(region: Region) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which true sites inventory A and inventory B list; every site is in one of them, about a third in both."""
    rng = stream(region.seed, "members")
    in_a = rng.random(region.sites) < 0.88
    in_b = ~in_a | (rng.random(region.sites) < 0.35)
    return in_a, in_b


def keys_a(region: Region) -> pd.Series:
    """Return the id inventory A gives each true site, missing where it has none."""
    in_a, _ = members(region)
    keys = "A-" + region.truth["number"].astype(str).str.zfill(6)
    return keys.where(in_a)


def inventory_a(region: Region) -> pd.DataFrame:
    """Return inventory A as its CSV: decimal degrees, two-letter codes, tonnes spelled in every way.

    The last rows are bad on purpose: no coordinates, latitude and longitude in each other's place, repeated rows.

    Returns
    -------
    DataFrame of str
        By site number, then the bad rows.
    """
    rng = stream(region.seed, "inventory a")
    in_a, _ = members(region)
    truth = region.truth.loc[in_a].reset_index(drop=True)
    n = len(truth)
    x, y = truth["x_km"].to_numpy() + rng.normal(0, 0.05, n), truth["y_km"].to_numpy() + rng.normal(0, 0.05, n)
    lon, lat = region.to_crs(x, y)
    tailings = truth["waste"] == "tailings"
    stated = _stated(region, "a").loc[in_a].reset_index(drop=True)
    milled = _rounded(_milled(region)[in_a].reset_index(drop=True) * np.exp(rng.normal(0, 0.1, n)))
    last = truth["last_year"].astype(int)
    decade = (last // 10 * 10).astype(str) + "'s"
    table = pd.DataFrame(
        {
            "SITE_NO": keys_a(region)[in_a].to_numpy(),
            "SITE_NAME": truth["name"].to_numpy(),
            "LATITUDE": np.char.mod("%.5f", lat),
            "LONGITUDE": np.char.mod("%.5f", lon),
            "PROVINCE": "Invented Province",
            "COMMODITIES": commodity_codes(region)[in_a],
            "DEPOSIT": truth["deposit_type"].where(rng.random(n) < TYPED_SHARE, "UNK").to_numpy(),
            "FEATURE": truth["waste"].map(
                {"tailings": "Tailings", "waste_rock": "Waste Rock", "slag": "Slag", "heap_leach": "Heap leach pad"}
            ),
            "DISPOSAL": truth["hold"].str.capitalize().where((rng.random(n) < 0.65) & (truth["hold"] != "pile"), "UNK"),
            "TAILINGS_T": _spelled(stated["tonnes_t"], rng).where(tailings, "0"),
            "MILLED_T": milled.where(rng.random(n) < 0.55, "0"),
            "AREA_M2": _rounded(stated["area_m2"]).where(rng.random(n) < 0.5, ""),
            "HEIGHT_M": pd.Series(np.char.mod("%.1f", stated["height_m"])).where(rng.random(n) < 0.2, ""),
            "YEAR_OPEN": truth["first_year"].astype(int).astype(str).where(rng.random(n) < 0.8, ""),
            "YEAR_CLOSE": last.astype(str).where(rng.random(n) < 0.8, decade),
            "STATUS": rng.choice(
                ["Abandoned", "Historic", "Closed", "Care and Maintenance"], n, p=[0.55, 0.25, 0.15, 0.05]
            ),
            "CLASS": rng.choice(["A", "B", "C", "D", "O"], n, p=[0.08, 0.17, 0.3, 0.25, 0.2]),
            "REMARKS": rng.choice(
                ["", "Open shaft fenced", "Tailings covered 1994", "Pond near shore"], n, p=[0.8, 0.1, 0.06, 0.04]
            ),
        }
    )
    return pd.concat([table, _bad_rows(table, rng)], ignore_index=True)


def _milled(region: Region) -> pd.Series:
    """Return the tonnes milled of every true site, as its records have them but for the usual errors.

    Concentrate took 1 to 10 % of the ore, more of what `SOLD_SHARE` names; of the mills that still ran in 1950, when sand fill
    had become common in underground mines of metals, half put 10 to 50 % of the tailings back; a quarter of the records copied
    short tons as tonnes.
    """
    rng, truth = stream(region.seed, "milled"), region.truth
    taken, fills, back, short = rng.random((4, len(truth)))
    filled = (truth["last_year"] >= 1950) & (fills < 0.5)
    usual = (0.01, 0.10)
    sold = np.array([SOLD_SHARE.get(codes.split(",")[0], usual) for codes in commodity_codes(region)])
    left = (1.0 - sold[:, 0] - (sold[:, 1] - sold[:, 0]) * taken) * np.where(
        filled & (sold[:, 1] == usual[1]), 0.9 - 0.4 * back, 1.0
    )
    return truth["tonnes_t"] / left * np.where(short < 0.25, 1.102, 1.0)


def _stated(region: Region, office: str) -> pd.DataFrame:
    """Return tonnes, area and height of every true site as one office knows them: surveyed within a tenth or so."""
    rng = stream(region.seed, f"surveys {office}")
    errors = {"tonnes_t": 0.12, "area_m2": 0.08, "height_m": 0.1}
    return pd.DataFrame(
        {name: region.truth[name] * np.exp(rng.normal(0, sd, region.sites)) for name, sd in errors.items()}
    )


def _bad_rows(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rows no reader should let through unremarked; about two in a hundred."""
    share = max(2, round(len(table) * 0.007))
    lost, turned, twice = (table.iloc[np.sort(rng.choice(len(table), share, replace=False))].copy() for _ in range(3))
    lost[["LATITUDE", "LONGITUDE"]] = ""
    lost["SITE_NO"] = [f"A-9{i:05d}" for i in range(share)]
    lost["SITE_NAME"] = [f"Invented Lost Place {i + 1}" for i in range(share)]
    turned["LATITUDE"], turned["LONGITUDE"] = turned["LONGITUDE"].to_numpy(), turned["LATITUDE"].to_numpy()
    turned["SITE_NO"] = [f"A-8{i:05d}" for i in range(share)]
    turned["SITE_NAME"] = [f"Invented Turned Place {i + 1}" for i in range(share)]
    return pd.concat([lost, turned, twice])


def _rounded(values: pd.Series) -> pd.Series:
    """Whole numbers of three leading digits, as text."""
    scale = 10.0 ** (np.floor(np.log10(values)) - 2)
    return ((values / scale).round() * scale).round().astype("int64").astype(str)


def _spelled(tonnes: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Spell tonnes in the ways seen in inventories: thousands apart, with a unit, as a bound, unknown, or 0 for unknown."""
    plain = _rounded(tonnes)
    apart = plain.astype("int64").map("{:,}".format).str.replace(",", " ")
    bound = _rounded(tonnes * 0.6).astype("int64").map("{:,}".format).str.replace(",", " ")
    ways = [
        plain,
        apart,
        apart + " t",
        ">" + bound + " tonnes",
        pd.Series("UNK", index=plain.index),
        pd.Series("0", index=plain.index),
    ]
    way = rng.choice(len(ways), len(plain), p=[0.2, 0.2, 0.12, 0.03, 0.25, 0.2])
    return pd.Series(np.choose(way, [w.to_numpy(dtype=object) for w in ways]), index=plain.index)


def requests(region: Region) -> pd.DataFrame:
    """Return what an invented steward asked to leave out: two sites of inventory A by their ids.

    Returns
    -------
    DataFrame
        ``SITE, WHY, ASKED``.
    """
    rng = stream(region.seed, "requests")
    keys = keys_a(region).dropna().to_numpy()
    picked = np.sort(rng.choice(len(keys), 2, replace=False))
    return pd.DataFrame({"SITE": keys[picked], "WHY": "Asked by the Invented Council", "ASKED": "2025-01-01"})


def inventory_b(region: Region) -> gpd.GeoDataFrame:
    """Return inventory B as its GeoPackage layer: UTM, French columns, areas in hectares, other spellings of the names.

    Shared sites lie a few hundred metres off; some rows have no point.

    Returns
    -------
    GeoDataFrame
        In `UTM`.
    """
    rng = stream(region.seed, "inventory b")
    _, in_b = members(region)
    truth = region.truth.loc[in_b].reset_index(drop=True)
    stated = _stated(region, "b").loc[in_b].reset_index(drop=True)
    n = len(truth)
    x, y = truth["x_km"].to_numpy() + rng.normal(0, 0.25, n), truth["y_km"].to_numpy() + rng.normal(0, 0.25, n)
    east, north = region.to_crs(x, y, UTM)
    substances = [
        "; ".join(FRENCH[code] for code in codes.split(",") if code) for codes in commodity_codes(region)[in_b]
    ]
    other = keys_a(region)[in_b].reset_index(drop=True)
    table = gpd.GeoDataFrame(
        {
            "NO_SITE": [f"B{i:06d}" for i in rng.permutation(n) + 1],
            "NOM_SITE": [
                _respelled(name, int(way)) for name, way in zip(truth["name"], rng.integers(0, 5, n), strict=True)
            ],
            "NO_AUTRE": other.where(rng.random(n) < 0.15),
            "SUBSTANCES": substances,
            "TYPE_RESIDU": truth["waste"].map(
                {
                    "tailings": "parc à résidus",
                    "waste_rock": "halde à stériles",
                    "slag": "scories",
                    "heap_leach": "aire de lixiviation",
                }
            ),
            "SUPERF_HA": (stated["area_m2"] / 1e4).round(2).where(rng.random(n) < 0.75),
            "TONNAGE": stated["tonnes_t"].round(-3).where(rng.random(n) < 0.25),
            "AN_DEBUT": truth["first_year"].where(rng.random(n) < 0.6),
            "AN_FIN": truth["last_year"].where(rng.random(n) < 0.6),
            "ETAT": rng.choice(["Restauré", "En restauration", "Restauration à venir"], n, p=[0.2, 0.2, 0.6]),
        },
        geometry=gpd.points_from_xy(east.round(1), north.round(1)),
        crs=UTM,
    )
    lost = table.iloc[: max(2, round(0.01 * n))].copy()
    lost["NO_SITE"] = [f"B9{i:05d}" for i in range(len(lost))]
    lost["NOM_SITE"] = [f"Lieu inventé perdu {i + 1}" for i in range(len(lost))]
    lost["NO_AUTRE"] = None
    lost.geometry = gpd.GeoSeries([None] * len(lost), index=lost.index, crs=UTM)
    return pd.concat([table, lost], ignore_index=True)


def _respelled(name: str, way: int) -> str:
    """Spell a name as another office would."""
    _, colour, thing, number = name.split()
    return (
        name,
        name.upper(),
        f"{colour} {thing} inventé no {number}",
        f"Invented {colour}-{thing} No. {number} (mill)",
        f"Invented {colour[:-1]} {thing} {number}",
    )[way]


def buildings_b(region: Region) -> gpd.GeoDataFrame:
    """Return the second layer of inventory B's file, which has nothing to do with waste."""
    rng = stream(region.seed, "buildings")
    half, n = region.side_km / 2, 12
    east, north = region.to_crs(rng.uniform(-half, half, n), rng.uniform(-half, half, n), UTM)
    names = [f"Invented hut {i + 1}" for i in range(n)]
    return gpd.GeoDataFrame({"NOM": names}, geometry=gpd.points_from_xy(east, north), crs=UTM)
