"""The map as most notebooks make it: a folium marker and a popup per site, with the fields of our card or with six."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from maps.publication import Publication

REASONS = 3
"""As many as our page keeps of each site above 5,000 sites."""


def write_full_popups(publication: Publication, path: Path) -> None:
    """Write a marker per site whose popup holds the fields of our card, in one language (ours holds two)."""
    table = _one_row_per_site(publication)
    _write([(row, _full(row)) for _, row in table.iterrows()], path)


def write_six_fields(publication: Publication, path: Path) -> None:
    """Write a marker per site with six fields."""
    _write([(row, _short(row)) for _, row in publication.ranking.iterrows()], path)


def _write(sites: list[tuple[Any, str]], path: Path) -> None:
    import folium

    drawn = folium.Map(location=[52, -90], zoom_start=5)
    for row, text in sites:
        folium.Marker([row["latitude"], row["longitude"]], popup=folium.Popup(text)).add_to(drawn)
    drawn.save(str(path))


def _one_row_per_site(publication: Publication) -> pd.DataFrame:
    """Join what is known per site; lists become texts."""
    from_ranking = [
        one
        for one in publication.ranking
        if one not in ("name", "latitude", "longitude", "reasons", "flags", "territories")
    ]
    about = pd.DataFrame(publication.sites.drop(columns="geometry"))
    from_access = ["site_id", "road_km", "rail_km", "power_km"]
    table = about.merge(publication.ranking[from_ranking], on="site_id", how="left", suffixes=("", "_ranked"))
    table = table.merge(publication.access[from_access], on="site_id", how="left", suffixes=("", "_again"))
    reasons = publication.reasons[publication.reasons["position"] <= REASONS].sort_values("position")
    direction = reasons["contribution"].map(lambda move: "raises" if move >= 0 else "lowers")
    said = reasons["feature"] + " (" + reasons["value"].round(2).astype(str) + ") " + direction + " the score"
    near = publication.site_territories
    areas = (
        near["territory"]
        + " ("
        + near["layer"]
        + "): "
        + near["relation"]
        + ", "
        + near["distance_km"].astype(str)
        + " km"
    )
    lists = {
        "reasons": said.groupby(reasons["site_id"]).agg("<br>".join),
        "cautions": publication.flags.groupby("site_id")["flag"].agg(", ".join),
        "areas": areas.groupby(near["site_id"]).agg("<br>".join),
    }
    for name, texts in lists.items():
        table = table.merge(texts.rename(name), left_on="site_id", right_index=True, how="left")
    return table.fillna(dict.fromkeys(lists, "none known"))


def _full(row: Any) -> str:
    return (
        f"<b>{row['name']}</b><br>{row['site_id']}, {row['jurisdiction']}, {row['latitude']:.4f}, {row['longitude']:.4f}<br>"
        f"rank {row['rank']} ({row['rank_low']} to {row['rank_high']})<br>"
        f"score {row['score']:.2f} ({row['score_low']:.2f} to {row['score_high']:.2f})<br>evidence: {row['evidence']}<br>"
        f"amount: {row['tonnage_low_t']:.0f} to {row['tonnage_high_t']:.0f} t ({row['tonnage_rule']})<br>"
        f"rare earths: {row['treo_low_ppm']:.0f} to {row['treo_high_ppm']:.0f} ppm<br>"
        f"contained: {row['contained_treo_low_t']:.0f} to {row['contained_treo_high_t']:.0f} t<br>"
        f"assays of the waste: {row['waste_n']}<br>"
        f"companion score {row['companion_score']:.2f}, rank {row['companion_rank']}<br>"
        f"<b>Why</b><br>{row['reasons']}<br><b>Cautions</b><br>{row['cautions']}<br><b>Areas</b><br>{row['areas']}<br>"
        f"road {row['road_km']} km, rail {row['rail_km']} km, power {row['power_km']} km<br>"
        f"{row['nearest_community']}, {row['community_km']} km<br>"
        f"commodities: {row['commodities']}<br>deposit: {row['deposit_type']}<br>waste: {row['waste_type']}<br>"
        f"disposal: {row['disposal']}<br>years: {row['first_year']:.0f} to {row['last_year']:.0f}<br>status: {row['status']}"
    )


def _short(row: Any) -> str:
    return (
        f"<b>{row['name']}</b><br>rank {row['rank']}<br>score {row['score']:.2f}<br>{row['tonnage_t']} t<br>"
        f"{row['nearest_community']}<br>{row['territories']}"
    )
