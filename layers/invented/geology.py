"""The hidden geology of the invented region: camps, deposits, fertility, and what each waste really holds.

How well the rich wastes can be found: a random forest of 300 trees on ideal features (all samples and grids, every site's true
label) reaches an area under the curve of 0.93 for seed 7 and 0.90, 0.83, 0.90, 0.90 and 0.90 for seeds 1 to 5 when whole
blocks of 30 km are held out (300 sites). Tonnage alone reaches 0.6 to 0.7; the deposit type 0.90 to 0.96, but one record in
seven tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS
from scipy.spatial import cKDTree

from layers.transformer import transformer

Array = NDArray[np.float64]

RICH_TREO_PPM = 1000.0
RICH_SHARE = 0.135

CENTRE_LON, CENTRE_LAT = -87.0, 59.0
"""In open water of a large bay and on the middle meridian of UTM zone 16: an island that does not exist is nobody's land."""

DEPOSITS = pd.DataFrame(
    # share of camps, log10 of the usual TREO of its waste, loads on regional chemistry, thorium and magnetics, log10 tonnes
    [
        ("carbonatite", 0.085, 3.45, 1.00, 0.80, 0.9, 6.1),
        ("peralkaline granite", 0.05, 3.25, 0.90, 1.00, 0.1, 5.7),
        ("magnetite-apatite", 0.075, 3.30, 0.85, 0.55, 1.2, 6.1),
        ("uranium paleoplacer", 0.08, 3.15, 0.80, 0.90, 0.0, 6.1),
        ("uranium pegmatite", 0.045, 2.55, 0.35, 0.65, 0.0, 5.6),
        ("barren granite", 0.085, 2.30, 0.20, 0.5, 0.1, 5.1),
        ("volcanogenic massive sulphide", 0.18, 1.85, -0.05, -0.1, 0.5, 5.9),
        ("orogenic gold", 0.245, 2.05, 0.00, 0.0, 0.0, 5.7),
        ("magmatic nickel-copper", 0.085, 1.75, -0.15, -0.2, 1.0, 6.2),
        ("tungsten skarn", 0.07, 2.25, 0.08, 0.1, 0.2, 5.5),
    ],
    columns=["deposit_type", "share", "treo_log10", "sediment", "thorium", "magnetics", "tonnes_log10"],
)
REE_BEARING = tuple(DEPOSITS["deposit_type"][:5])
LIKES_FAULTS = (0, 1, 7)
"""Carbonatite, peralkaline granite and gold: rows of `DEPOSITS` found along major faults."""

WASTES = {"tailings": 1.4, "waste_rock": 1.9, "slag": 2.0, "heap_leach": 1.7}
"""Kinds of waste and their dry bulk density, t/m3."""
HEAVY = {"magnetite-apatite": 1.8, "volcanogenic massive sulphide": 1.9, "magmatic nickel-copper": 1.7}
"""Tailings with much magnetite, pyrite or pyrrhotite are denser, t/m3."""
HOLD_DEX = {"impoundment": 0.8, "unconfined": -0.3, "lake": -0.3, "river": -0.3, "pile": 1.0}
"""How much more waste a footprint holds than an average one, log10, by how it is held."""

COLOURS = [
    "Amber", "Azure", "Beige", "Bronze", "Cobalt", "Coral", "Crimson", "Ebony", "Green", "Indigo", "Ivory", "Jade",
    "Lilac", "Maroon", "Ochre", "Olive", "Pearl", "Purple", "Ruby", "Scarlet", "Sepia", "Teal", "Violet", "White",
]  # fmt: skip
THINGS = [
    "Anchor", "Anvil", "Basket", "Bellows", "Bobbin", "Bridle", "Buckle", "Button", "Candle", "Chisel", "Compass",
    "Cradle", "Curtain", "Drum", "Fiddle", "Funnel", "Garland", "Hammer", "Hinge", "Kettle", "Ladder", "Lantern",
    "Mallet", "Mirror", "Needle", "Paddle", "Pulley", "Ribbon", "Saddle", "Shovel", "Spindle", "Teapot", "Thimble",
    "Trumpet", "Umbrella", "Violin", "Wagon", "Whistle", "Window", "Zither",
]  # fmt: skip


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random numbers of one part of the region, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, *part.encode()])


@dataclass(frozen=True)
class Waves:
    """A smooth random field of zero mean and unit variance, as a sum of cosine waves (random Fourier features).

    Parameters
    ----------
    numbers : ndarray, shape (m, 2)
        Wave numbers in radians per km.
    phases : ndarray, shape (m,)
        Phases in radians.
    """

    numbers: Array
    phases: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, length_km: float, count: int = 48) -> Waves:
        """Draw a field whose covariance falls off as a Gaussian with the given length."""
        return cls(rng.normal(0, 1 / length_km, (count, 2)), rng.uniform(0, 2 * np.pi, count))

    def at(self, x_km: Array, y_km: Array) -> Array:
        """Return the field at points, one wave at a time so that memory stays that of the points."""
        total = np.zeros(np.shape(x_km))
        for (kx, ky), phase in zip(self.numbers, self.phases, strict=True):
            total += np.cos(kx * x_km + ky * y_km + phase)
        return total * np.sqrt(2 / len(self.phases))


@dataclass(frozen=True)
class Region:
    """The plane on which everything is invented: kilometres east and north of the middle, and what lies under it.

    Parameters
    ----------
    sites : int
        Number of true waste sites.
    seed : int
        Every number of the region follows from it.
    assayed_by : {"types", "halo", "richness"}
        What made a waste three times likelier to be assayed: its true deposit type, the halo of its camp in the ground, which
        regional samples show, or that it is rich.
    assay_scatter_dex : float
        How far single samples of one waste lie apart, log10 of ppm: ponds are layered, and sand and slimes part on their way.
    """

    sites: int
    seed: int
    assayed_by: str = "types"
    assay_scatter_dex: float = 0.25

    @cached_property
    def side_km(self) -> float:
        """Edge of the square region; grows with the fourth root of the sites, so that it stays a region."""
        return float(280 * (self.sites / 300) ** 0.25)

    @cached_property
    def plane(self) -> CRS:
        """Equal-area plane about the middle of the region, in kilometres."""
        return CRS.from_proj4(f"+proj=laea +lat_0={CENTRE_LAT} +lon_0={CENTRE_LON} +units=km +datum=WGS84 +no_defs")

    def to_crs(self, x_km: Array, y_km: Array, crs: str = "EPSG:4326") -> tuple[Array, Array]:
        """Return plane coordinates in another CRS, as (east or longitude, north or latitude)."""
        return transformer(self.plane, crs).transform(x_km, y_km)

    def from_crs(self, x: Array, y: Array, crs: str) -> tuple[Array, Array]:
        """Return coordinates of another CRS on the plane, in kilometres."""
        return transformer(crs, self.plane).transform(x, y)

    @cached_property
    def structures(self) -> list[Array]:
        """Major faults as bent lines across the region, km; alkaline and gold camps prefer them."""
        rng = stream(self.seed, "structures")
        half = self.side_km / 2
        lines = []
        for _ in range(max(4, round(self.side_km / 45))):
            angle, offset = rng.normal(0.6, 0.35), rng.uniform(-0.95, 0.95) * half
            along = np.linspace(-0.8, 0.8, 17) * half * rng.uniform(0.7, 1.2)
            bent = offset + np.cumsum(rng.normal(0, half * 0.018, 17))
            lines.append(
                np.column_stack(
                    [along * np.cos(angle) - bent * np.sin(angle), along * np.sin(angle) + bent * np.cos(angle)]
                )
            )
        return [np.clip(line, -half, half) for line in lines]

    @cached_property
    def camps(self) -> pd.DataFrame:
        """Mining camps, one row each.

        ``x_km, y_km, kind`` (row of `DEPOSITS`), ``strength`` (about 1), ``exposure`` (about 1: how much of the camp shows
        through its cover in samples and gamma rays, though not in magnetics), ``radius_km``, ``weight``.
        """
        rng = stream(self.seed, "camps")
        count = max(10, round(self.sites / 6))
        half = self.side_km / 2
        kind = _kinds(rng, count)
        cells = int(np.ceil(np.sqrt(1.25 * count)))
        picked = rng.choice(cells * cells, count, replace=False)
        size = 2 * half / cells
        x = (picked % cells + 0.5 + rng.uniform(-0.3, 0.3, count)) * size - half
        y = (picked // cells + 0.5 + rng.uniform(-0.3, 0.3, count)) * size - half
        fault_km = cKDTree(np.vstack(self.structures)).query(np.column_stack([x, y]))[0]
        order = np.argsort(fault_km + rng.exponential(self.side_km / 12, count))
        wish = np.argsort(np.where(np.isin(kind, LIKES_FAULTS), 0.0, 0.5) + rng.random(count))
        kind[order] = kind[wish]
        return pd.DataFrame(
            {
                "x_km": x,
                "y_km": y,
                "kind": kind,
                "strength": np.exp(rng.normal(0, 0.35, count)),
                "exposure": np.exp(stream(self.seed, "exposure").normal(-0.06, 0.35, count)),
                "radius_km": rng.uniform(7, 14, count),
                "weight": rng.gamma(1.6, 1.0, count) + 0.25,
            }
        )

    def footprint(self, x_km: Array, y_km: Array, load: str) -> Array:
        """Return the halo of the camps at points: loads of the nearest camps, falling off with distance.

        Parameters
        ----------
        x_km, y_km : ndarray
            Points on the plane.
        load : str
            Column of `DEPOSITS`: ``sediment``, ``thorium`` or ``magnetics``.

        Returns
        -------
        ndarray
            Dimensionless; about 1 in the middle of a strong camp.
        """
        camps = self.camps
        near = min(6, len(camps))
        tree = cKDTree(camps[["x_km", "y_km"]].to_numpy())
        points = np.column_stack([np.ravel(x_km), np.ravel(y_km)])
        seen = 1.0 if load == "magnetics" else camps["exposure"]
        amount = (DEPOSITS[load].to_numpy()[camps["kind"]] * camps["strength"] * seen).to_numpy()
        radius = camps["radius_km"].to_numpy()
        total = np.zeros(len(points))
        for start in range(0, len(points), 200_000):
            distance, index = tree.query(points[start : start + 200_000], k=near)
            total[start : start + 200_000] = (amount[index] * np.exp(-0.5 * (distance / radius[index]) ** 2)).sum(
                axis=1
            )
        return total.reshape(np.shape(x_km))

    @cached_property
    def truth(self) -> pd.DataFrame:
        """The true sites, one row each; see `plant_sites`."""
        return plant_sites(self)


def _kinds(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Deal deposit types to camps in their shares, each type at least once, so that no seed leaves one out."""
    share = DEPOSITS["share"].to_numpy()
    edges = np.cumsum(share) / share.sum()
    kind = np.searchsorted(edges, (np.arange(count) + 0.5) / count)
    kind[: min(count, len(share))] = np.arange(min(count, len(share)))
    return rng.permutation(kind)


def plant_sites(region: Region) -> pd.DataFrame:
    """Return the true waste sites: where they are, what they are, and the rare earths they really hold.

    The waste's TREO follows from the deposit type, the strength of its camp, whether the mill sold the minerals that carry
    rare earths, how old the mill was, and chance; it is shifted as a whole so that `RICH_SHARE` of the sites exceed
    `RICH_TREO_PPM`.

    Parameters
    ----------
    region : Region
        Size, seed and camps.

    Returns
    -------
    DataFrame
        ``number, name, x_km, y_km, camp, kind, deposit_type, recovered, first_year, last_year, tonnes_t, height_m, area_m2,
        waste, hold, treo_ppm, rich, why``; as many rows as sites, by number.
    """
    rng = stream(region.seed, "sites")
    n, camps, half = region.sites, region.camps, region.side_km / 2
    weight = camps["weight"].to_numpy() / camps["weight"].sum()
    camp = rng.choice(len(camps), n, p=weight)
    spread = camps["radius_km"].to_numpy()[camp] * 0.36
    kind = camps["kind"].to_numpy()[camp]
    stray = rng.random(n) < 0.04
    kind = np.where(stray, rng.choice(len(DEPOSITS), n, p=_common()), kind)
    x = np.where(stray, rng.uniform(-half, half, n), camps["x_km"].to_numpy()[camp] + rng.normal(0, 1, n) * spread)
    y = np.where(stray, rng.uniform(-half, half, n), camps["y_km"].to_numpy()[camp] + rng.normal(0, 1, n) * spread)
    first = np.clip(rng.normal(1948, 18, n).round(), 1890, 1992)
    bearing = kind < len(REE_BEARING)
    recovered = bearing & (rng.random(n) < 0.12)
    treo = (
        DEPOSITS["treo_log10"].to_numpy()[kind]
        + 0.9 * np.log10(camps["strength"].to_numpy()[camp])
        - np.where(recovered, 0.35, 0.0)
        - 0.004 * (first - 1948)
        + rng.normal(0, 0.2, n)
    )
    treo += np.log10(RICH_TREO_PPM) - np.quantile(treo, 1 - RICH_SHARE)
    tonnes = 10 ** (DEPOSITS["tonnes_log10"].to_numpy()[kind] + rng.normal(0, 0.65, n))
    scatter = rng.normal(0, 1, n)
    rich = treo > np.log10(RICH_TREO_PPM)
    names, length = _names(rng, n), rng.gamma(2, 7, n)
    fill = rng.normal(0, 1, n)
    waste = rng.choice(list(WASTES), n, p=[0.68, 0.24, 0.05, 0.03])
    hold = _hold(region, waste)
    height, area = _shape(tonnes, waste, kind, hold, scatter, fill)
    table = pd.DataFrame(
        {
            "number": np.arange(1, n + 1),
            "name": names,
            "x_km": np.clip(x, -half, half),
            "y_km": np.clip(y, -half, half),
            "camp": np.where(stray, -1, camp),
            "kind": kind,
            "deposit_type": DEPOSITS["deposit_type"].to_numpy()[kind],
            "recovered": recovered,
            "first_year": first,
            "last_year": first + np.clip(length.round(), 1, 45),
            "tonnes_t": tonnes,
            "height_m": height,
            "area_m2": area,
            "waste": waste,
            "hold": hold,
            "treo_ppm": 10**treo,
            "rich": rich,
        }
    )
    table["why"] = _why(table)
    return table


def _hold(region: Region, waste: Array) -> Array:
    """Return how each waste is held: tailings behind dams, spread out, or in water; the rest in piles."""
    rng = stream(region.seed, "hold")
    held = rng.choice(["impoundment", "unconfined", "lake", "river"], len(waste), p=[0.58, 0.31, 0.08, 0.03])
    return np.where(waste == "tailings", held, "pile")


def _shape(tonnes: Array, waste: Array, kind: Array, hold: Array, scatter: Array, fill: Array) -> tuple[Array, Array]:
    """Return greatest height (m) and footprint (m2) of the wastes.

    Footprints grow with tonnage by a power of 0.8, and scatter about it by 0.6 dex, as those of the tailings registers of
    Nova Scotia and Chile do; what lies behind a dam or in a pile is thicker. The body fills 0.44 of footprint times height,
    give or take a fifth (a cone fills 1/3, a frustum half as wide at its top 0.58).
    """
    held = pd.Series(hold).map(HOLD_DEX).to_numpy(float)
    heavy = DEPOSITS["deposit_type"].map(HEAVY).fillna(WASTES["tailings"]).to_numpy(float)[kind]
    density = np.where(waste == "tailings", heavy, pd.Series(waste).map(WASTES).to_numpy(float))
    area = 10 ** ((np.log10(tonnes) + 1.2 - held - 0.6 * scatter) / 1.23)
    share = 0.44 * np.exp(0.19 * fill)
    height = np.clip(tonnes / (density * area * share), 0.3, 60)
    return height, tonnes / (density * height * share)


def _common() -> Array:
    """Shares for lone sites: few of the types that carry rare earths."""
    share = DEPOSITS["share"].to_numpy().copy()
    share[: len(REE_BEARING)] *= 0.3
    return share / share.sum()


def _names(rng: np.random.Generator, count: int) -> list[str]:
    """Names nobody can take for a real mine, unlike one another though numbered."""
    colour, thing = rng.integers(0, len(COLOURS), count), rng.integers(0, len(THINGS), count)
    return [f"Invented {COLOURS[c]} {THINGS[t]} {i}" for i, (c, t) in enumerate(zip(colour, thing, strict=True), 1)]


def _why(table: pd.DataFrame) -> pd.Series:
    """Say in words what made a site rich or poor."""
    bearing = table["kind"] < len(REE_BEARING)
    part = np.select(
        [bearing & table["recovered"], bearing],
        ["; its rare-earth minerals were partly sold", "; its rare-earth minerals went to the waste"],
        "; no rare-earth minerals to speak of",
    )
    return table["deposit_type"] + part
