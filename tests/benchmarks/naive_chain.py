"""The whole chain as a careful script of today does it: rows, default joins, buffers, rasterstats, a marker per site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from shapely.geometry import Point

from tests.benchmarks.workload import CRS, ELEMENTS, Workload

RADIUS_M = 25_000.0
OXIDES = {
    "La": 1.1728, "Ce": 1.2284, "Pr": 1.2082, "Nd": 1.1664, "Sm": 1.1596, "Eu": 1.1579, "Gd": 1.1526, "Tb": 1.1762,
    "Dy": 1.1477, "Ho": 1.1455, "Er": 1.1435, "Tm": 1.1421, "Yb": 1.1387, "Lu": 1.1371, "Y": 1.2699,
}  # fmt: skip


def read_rows(path: Path) -> gpd.GeoDataFrame:
    """Read an inventory row by row."""
    rows = []
    for _, row in pd.read_csv(path, dtype={"SITE_NO": str}).iterrows():
        rows.append({**row.to_dict(), "geometry": Point(float(row["LONGITUDE"]), float(row["LATITUDE"]))})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


def run_naive(work: Workload, out: Path) -> dict[str, float]:
    """Do it all and return the figures to compare."""
    country = work.context
    sites = read_rows(work.folder / "inventory.csv").to_crs(CRS)
    table = pd.read_csv(work.folder / "samples.csv")
    samples = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["LON"], table["LAT"]), crs=4326).to_crs(CRS)
    areas = gpd.read_file(country / "areas.gpkg").to_crs(CRS)
    lines = gpd.read_file(country / "lines.gpkg").to_crs(CRS)
    communities = gpd.read_file(country / "communities.gpkg").to_crs(CRS)

    inside = gpd.sjoin(sites, areas[["territory", "geometry"]])
    sites["territories"] = inside.groupby("SITE_NO")["territory"].agg("; ".join).reindex(sites["SITE_NO"]).to_numpy()
    for name, layer in (("area", areas), ("road", lines), ("community", communities)):
        found = gpd.sjoin_nearest(sites[["SITE_NO", "geometry"]], layer[["geometry"]], distance_col="metres")
        sites[f"{name}_km"] = found.groupby("SITE_NO")["metres"].min().reindex(sites["SITE_NO"]).to_numpy() / 1000
    near = _chemistry(sites, samples)
    features = near.reindex(sites["SITE_NO"]).reset_index(drop=True)
    footprints = sites.geometry.buffer(np.sqrt(sites["AREA_M2"] / np.pi))
    _raster_means(work, footprints, features)
    _score(work, sites, features)
    _surface(work, sites, features, out / "surface.tif")
    _map(sites, out / "map.html")
    sites.drop(columns="geometry").sort_values("score", ascending=False).to_csv(out / "ranking.csv", index=False)
    sites.to_file(out / "ranking.gpkg", driver="GPKG")
    return {
        "sites": len(sites), "pairs": len(inside), "road_km": sites["road_km"].mean(), "near_n": features["near_n"].sum(),
        "raster": features["grid_0"].mean(),
    }  # fmt: skip


def _chemistry(sites: gpd.GeoDataFrame, samples: gpd.GeoDataFrame) -> pd.DataFrame:
    logs = np.log10(samples[[f"{element}_ppm" for element in ELEMENTS]])
    scores = (logs - logs.median()) / (1.4826 * (logs - logs.median()).abs().median())
    samples = samples.join(scores.rename(columns=lambda name: name.replace("_ppm", "_z")))
    buffers = gpd.GeoDataFrame(
        {"SITE_NO": sites["SITE_NO"], "site_point": sites.geometry}, geometry=sites.buffer(RADIUS_M), crs=CRS
    )
    joined = gpd.sjoin(samples, buffers)
    km = joined.geometry.distance(gpd.GeoSeries(joined["site_point"], crs=CRS)) / 1000
    weight = 1 / np.maximum(km, 0.1) ** 2
    by_site = joined["SITE_NO"]
    columns = [f"{element}_z" for element in ELEMENTS]
    weights = joined[columns].notna().mul(weight, axis=0).groupby(by_site).sum()
    means = joined[columns].mul(weight, axis=0).groupby(by_site).sum() / weights
    amounts = joined[[f"{element}_ppm" for element in ELEMENTS[:9]]].groupby(by_site)
    parts = [
        by_site.groupby(by_site).size().rename("near_n"),
        means,
        amounts.max(),
        amounts.quantile(0.9).add_prefix("p90_"),
    ]
    return pd.concat(parts, axis=1)


def _raster_means(work: Workload, footprints: gpd.GeoSeries, features: pd.DataFrame) -> None:
    from rasterstats import zonal_stats

    for number in range(4):
        found = zonal_stats(
            footprints, str(work.context / f"grid_{number}.tif"), stats=["mean", "std"], all_touched=False
        )
        means = np.array([np.nan if one["mean"] is None else one["mean"] for one in found], dtype=float)
        with rasterio.open(work.context / f"grid_{number}.tif") as dataset:
            at_point = [
                value[0] for value in dataset.sample(zip(footprints.centroid.x, footprints.centroid.y, strict=True))
            ]
        features[f"grid_{number}"] = np.where(np.isnan(means), at_point, means)


def _score(work: Workload, sites: gpd.GeoDataFrame, features: pd.DataFrame) -> None:
    """Train a forest on assayed wastes against all others, with eight folds."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_predict

    assays = pd.read_csv(work.folder / "waste.csv", dtype={"SITE_NO": str})
    treo = sum(assays[f"{element}_ppm"] * factor for element, factor in OXIDES.items())
    rich = set(assays.loc[treo >= 1000, "SITE_NO"])
    label = sites["SITE_NO"].isin(rich).to_numpy()
    known = features.join(sites[["TAILINGS_T", "HEIGHT_M", "road_km"]]).fillna(features.median(numeric_only=True))
    forest = RandomForestClassifier(100, class_weight="balanced", n_jobs=2, random_state=7)
    sites["score"] = cross_val_predict(forest, known, label, cv=8, method="predict_proba")[:, 1]
    sites["label"] = label


def _surface(work: Workload, sites: gpd.GeoDataFrame, features: pd.DataFrame, path: Path) -> None:
    """Predict over the grid in strips of 512 rows."""
    from sklearn.ensemble import RandomForestClassifier

    names = [f"grid_{number}" for number in range(4)]
    forest = RandomForestClassifier(100, class_weight="balanced", n_jobs=2, random_state=7)
    forest.fit(features[names].to_numpy(), sites["label"])
    grids = [rasterio.open(work.context / f"{name}.tif") for name in names]
    profile = {**grids[0].profile, "compress": "deflate"}
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, target.height, 512):
            window = rasterio.windows.Window(0, row, target.width, min(512, target.height - row))
            cells = np.stack([grid.read(1, window=window) for grid in grids], axis=-1)
            scores = forest.predict_proba(cells.reshape(-1, len(names)))[:, 1]
            target.write(scores.reshape(cells.shape[:2]).astype(np.float32), 1, window=window)


def _map(sites: gpd.GeoDataFrame, path: Path) -> None:
    """Put a marker with a popup on a map for each site."""
    import folium

    places = sites.to_crs(4326)
    drawn = folium.Map(location=[places.geometry.y.mean(), places.geometry.x.mean()], zoom_start=4)
    for _, row in places.iterrows():
        folium.Marker([row.geometry.y, row.geometry.x], popup=folium.Popup(popup_of(row))).add_to(drawn)
    drawn.save(str(path))


def popup_of(row: Any) -> str:
    """Return the six fields of a popup."""
    return (
        f"<b>{row['SITE_NAME']}</b><br>score {row['score']:.2f}<br>{row['COMMODITIES']}<br>{row['TAILINGS_T']} t<br>"
        f"road {row['road_km']:.1f} km<br>{row['territories']}"
    )
