"""An invented region of any size with a planted answer: messy files in the forms people have, all from one seed.

The region is an island that does not exist, in open water, so that no place, Nation or mine of it can be taken for a real
one. Its hidden geology puts camps of ten deposit types on a plane; what each waste holds follows from its type, its camp,
whether the mill sold the minerals that carry rare earths, and chance. Files then show parts of that truth, with the faults of
real files. ``truth/planted.csv`` holds the answer and is read by tests only.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import geopandas as gpd
import pyogrio

from layers.errors import SourceError
from layers.invented import chemistry, context, inventories
from layers.invented.geology import Region
from layers.invented.grids import write_grids
from layers.invented.truth import planted

__all__ = ["write_region"]

_FIXED_DATE = "2025-01-01T00:00:00.000Z"


def write_region(
    folder: Path, sites: int = 300, seed: int = 7, assayed_by: str = "types", assay_scatter_dex: float = 0.25
) -> Path:
    """Write the invented region and its run file.

    The same ``sites`` and ``seed`` give the same bytes with the same versions of the libraries; the date GeoPackages carry
    is fixed.

    Parameters
    ----------
    folder : Path
        Made if missing; files of an earlier region in it are overwritten.
    sites : int
        Number of true waste sites, at least 20. The inventories hold about 1.4 records per site.
    seed : int
        Every random number follows from it.
    assayed_by : {"types", "halo", "richness"}
        What made a waste three times likelier to be assayed; see `Region`.
    assay_scatter_dex : float
        How far single samples of one waste lie apart, log10 of ppm.

    Returns
    -------
    Path
        The run file ``region.yml``; its sources are relative to ``folder``.

    Raises
    ------
    ValueError
        If ``sites`` is less than 20.
    SourceError
        If the folder holds files and no invented region.
    """
    if sites < 20:
        raise ValueError(
            f"write_region: sites is {sites}; an invented region has at least 20, or nothing can be learned."
        )
    run_file = folder / "region.yml"
    there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if there and not {"region.yml", "truth"} <= set(there):
        raise SourceError(
            f"{folder}: holds {len(there)} files and folders ({', '.join(there[:3])} …) and no invented region, so nothing is "
            "written there. Give another --out."
        )
    run_file.parent.mkdir(parents=True, exist_ok=True)
    (folder / "truth").mkdir(exist_ok=True)
    run_file.touch()
    for part in ("inventory", "geochemistry", "areas", "context", "rasters", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    region = Region(sites, seed, assayed_by, assay_scatter_dex)
    _write_tables(region, folder)
    _write_shapes(region, folder)
    write_grids(region, folder / "rasters")
    run_file.write_text((resources.files("layers.configs") / "demo.yml").read_text(encoding="utf-8"), encoding="utf-8")
    return run_file


def _write_tables(region: Region, folder: Path) -> None:
    """Write everything that is a CSV file."""
    tables = {
        "inventory/inventory_a.csv": inventories.inventory_a(region),
        "geochemistry/stream_sediments.csv": chemistry.stream_sediments(region),
        "geochemistry/till.csv": chemistry.till(region),
        "geochemistry/rocks.csv": chemistry.rocks(region),
        "geochemistry/waste_assays.csv": chemistry.waste_assays(region, inventories.keys_a(region)),
        "areas/communities.csv": context.communities(region),
        "areas/requests.csv": inventories.requests(region),
        "truth/planted.csv": planted(region),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, lineterminator="\n")


def _write_shapes(region: Region, folder: Path) -> None:
    """Write everything that has shapes, with the dates inside the files held fast."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        waste = folder / "inventory" / "inventory_b.gpkg"
        waste.unlink(missing_ok=True)
        inventories.inventory_b(region).to_file(waste, layer="residus_miniers", driver="GPKG")
        inventories.buildings_b(region).to_file(waste, layer="batiments", driver="GPKG", mode="a")
        for publish in context.AREAS:
            _geojson(context.territories(region, publish), folder / "areas" / f"areas_{publish}.geojson")
        roads = folder / "context" / "roads.gpkg"
        roads.unlink(missing_ok=True)
        context.roads(region).to_file(roads, layer="roads", driver="GPKG")
        context.rail(region).to_file(
            folder / "context" / "rail.shp", driver="ESRI Shapefile", DBF_DATE_LAST_UPDATE="2025-01-01"
        )
        for name in ("power", "structures", "lakes", "parks", "province"):
            _geojson(getattr(context, name)(region), folder / "context" / f"{name}.geojson")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _geojson(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoJSON in degrees of about a metre, without the folder's name inside."""
    table.to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=5)
