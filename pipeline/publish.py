"""Write the run folder: tables for people and QGIS, pages, the account of every row, and the manifest."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from layers.accounting import Note
from layers.cell_search import among
from layers.errors import StageError
from layers.precision import at_precision
from layers.readers.gazetteer import gazetteer_facts, gazetteer_towns
from layers.samples.censoring import censoring_notes
from layers.schema import Backdrop, Links, Ranking, SiteFlags, Sites, Targets, conform
from maps.nearby import distances_as_told
from maps.publication import MAIN_TARGET, TARGET_COLUMNS, Publication
from maps.reasons import neighbours, phrase_reason
from maps.report.model_card import model_card
from maps.report.report import write_report
from maps.screening.read_me import about_layers
from maps.screening.workbook import rounded_as_pages, write_ranking_workbook
from maps.sheets.sheet import BESIDE_RUN, write_sheets
from maps.site_map.site_map import write_map
from maps.site_map.tiers import tiers
from maps.word_file import looking_for
from maps.words import finding
from pipeline.config import RunConfig
from pipeline.evidence.doubled_places import tell_sampled
from pipeline.evidence.targets import host_sources, known_targets, target_table
from pipeline.folder.geopackage import WRITTEN, write_geopackage
from pipeline.folder.geopackage_styles import CLASSES, add_styles
from pipeline.folder.memory import give_back_memory
from pipeline.folder.published import save_publication
from pipeline.folder.store import RunStore
from pipeline.folder.writing import unwritable
from pipeline.learning.trained_model import held_out_table
from pipeline.provenance import (
    account_table,
    announce,
    note_table,
    run_id,
    source_table,
    told_withheld,
    write_manifest,
)
from pipeline.results import Results
from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites

TOWNS_DEGREES = 3.0
"""How far beyond the sites towns are named."""

GIS_COLUMNS = (
    "rank", "site_id", "name", "evidence", "score", "score_low", "score_high", "rank_low", "rank_high", "tied_with",
    "treo_ppm", "expected_grade_ppm",
    "treo_low_ppm", "treo_high_ppm", "treo_inferred_low_ppm", "treo_inferred_high_ppm", "grade_rule", "waste_n", "tonnage_t",
    "tonnage_low_t", "tonnage_high_t", "tonnage_rule", "contained_treo_t", "contained_treo_low_t", "contained_treo_high_t",
    "payable_t", "chance_payable", "applicability", "commodities", "deposit_type", "waste_type",
    "status", "first_year", "last_year", "jurisdiction", "flags", "territories", "nearest_community", "community_km", "url",
)  # fmt: skip
"""Columns of the sites in ``ranking.gpkg``, at most forty with the class of the rank; ``sites.parquet`` holds all."""

REASONS_SHOWN = 3
"""Reasons per site in ``ranking.csv``; the pages show all."""


def publish(config: RunConfig, results: Results, store: RunStore, run_date: datetime.date) -> None:
    """Write every file of the run folder's contract.

    Parameters
    ----------
    config : RunConfig
        As used.
    results : Results
        All layers of the run.
    store : RunStore
        The run folder.
    run_date : date
        Printed on the pages.

    Raises
    ------
    StageError
        If a site a steward asked to leave out got this far. Nothing is written then.
    """
    with looking_for(config.label_sites.target):
        _publish(config, results, store, run_date)


def _publish(config: RunConfig, results: Results, store: RunStore, run_date: datetime.date) -> None:
    _require_withheld(results)
    give_back_memory()
    publication = build_publication(config, results, store, run_date)
    announce(config, results.inputs, store, run_date)
    with ThreadPoolExecutor(1) as beside:  # the libraries that write tables leave the interpreter to the pages
        tables = beside.submit(copy_context().run, _write_tables, publication, results, store, config.publish.language)
        _write_pages(publication, store, config.publish.max_sheets, config.publish.language)
        tables.result()
    censored = {"censored_results": results.censored.to_dict(orient="records")}
    write_manifest(config, results.inputs, store, run_date, censored)


def _write_tables(publication: Publication, results: Results, store: RunStore, lang: str) -> None:
    store.write_csv("ranking.csv", _rounded(publication.ranking[columns_of_list(publication.ranking)]))
    if results.targets is None:
        store.run_folder.remove("targets.csv")
    else:
        store.write_csv("targets.csv", _rounded(results.targets[list(Targets.to_schema().columns)]))
    relations_as_told = distances_as_told(results.known.territories, publication.territories)
    store.write_csv("site_territories.csv", relations_as_told)
    store.write_csv("accounting.csv", publication.accounting)
    store.write_csv("rejected.csv", results.inputs.rejected)
    store.write_csv("stages/links.csv", _links_in_words(results.links))
    store.write_parquet("sites.parquet", publication.sites)
    with store.file("ranking.xlsx") as temporary:
        write_ranking_workbook(publication, temporary, lang)
    with store.file("ranking.gpkg") as temporary:
        layers = _for_qgis(publication) | _held_out_for_qgis(publication, results)
        write_geopackage(temporary, layers)
        add_styles(temporary, layers, about_layers(publication, lang), WRITTEN, publication.validation, lang)
    store.write_json("model/validation.json", results.model.validation.model_dump(mode="json"))
    store.write_csv("model/held_out.csv", held_out_table(results.model))
    save_publication(publication, store)


def columns_of_list(ranking: pd.DataFrame) -> list[str]:
    """Return the columns of ``ranking.csv``: those of the schema, and the expected grade where the list goes by it."""
    by_grade = "expected_grade_ppm" in ranking and ranking["expected_grade_ppm"].notna().any()
    return [*Ranking.to_schema().columns, *(["expected_grade_ppm"] if by_grade else [])]


def _write_pages(publication: Publication, store: RunStore, max_sheets: int, lang: str) -> None:
    store.write_text("model/card.md", model_card(publication))
    with store.file("map.html") as temporary:
        write_map(publication, temporary, max_sheets=max_sheets)
    with store.file("report.html") as temporary:
        write_report(publication, temporary, max_sheets, lang)
    _write_sheets(publication, store, max_sheets, lang)


def _require_withheld(results: Results) -> None:
    """Follow the stewards' requests once more, at the door."""
    kept = withhold_sites(results.known.sites, results.inputs["exclusions"], WithholdSitesParams())
    stray = len(results.known.sites) - len(kept)
    if stray:
        raise StageError(
            f"publish: {stray} of {len(results.known.sites)} sites are among those stewards asked to leave out; "
            "nothing was written. This is a fault in minewaste: please report it, and delete the run folder."
        )


def build_publication(config: RunConfig, results: Results, store: RunStore, run_date: datetime.date) -> Publication:
    """Put together what the pages draw, in EPSG:4326, at the precision the run file allows."""
    sites = _everything_per_site(results).to_crs(4326)
    ranking: pd.DataFrame = results.ranking.assign(reasons=_reasons_in_words(results, config.label_sites.target))
    spacing_km = config.publish.coordinate_precision_km
    if spacing_km > 0:
        sites = conform(at_precision(sites, spacing_km).assign(coordinate_precision_km=spacing_km), Sites)
        ranking = conform(at_precision(ranking, spacing_km), Ranking)
    inputs = results.inputs
    drawn, sources = dict(inputs.drawn), source_table(inputs)
    if config.publish.gazetteer:
        drawn["backdrop"], sources = _with_towns(drawn["backdrop"], sources, sites)
    censored = censoring_notes("assays", results.censored, config.assign_samples.censoring)
    notes = [*inputs.notes, *_assays_and_their_sites(results.assays), *censored]
    return Publication(
        title=config.title,
        run_id=run_id(config, inputs, store),
        run_date=run_date.isoformat(),
        contact=config.publish.contact,
        target=config.label_sites.target,
        ranking=conform(ranking, Ranking),
        sites=sites,
        reasons=results.reasons,
        companion=results.companion,
        access=results.known.access,
        flags=conform(tell_sampled(results.known.flags, results.known.samples), SiteFlags),
        site_territories=results.known.territories,
        sampling_plan=results.plan,
        **drawn,
        sources=sources,
        accounting=account_table(config, inputs),
        notes=note_table(notes),
        validation=results.model.validation,
        rejected=results.inputs.rejected,
        **_targets(config, results),
        surface=results.surface,
        withheld=told_withheld(results.withheld, config),
    )


def _targets(config: RunConfig, results: Results) -> dict[str, Any]:
    """Return the table of targets for the pages, and the diagnostics with their names."""
    diagnostics = dict(results.model.diagnostics)
    diagnostics["near_km"] = config.overlay_territories.near_km
    if config.region.bbox is not None:
        diagnostics["region_bbox"] = [float(end) for end in config.region.bbox]
    if results.targets is None:
        return {"diagnostics": diagnostics}
    last = results.ranking.set_index("site_id")["ranked_last_reason"].notna()
    table = pd.DataFrame(results.targets)
    table = table.assign(ranked_last=last.reindex(table["site_id"]).to_numpy(bool))
    names = {symbol: dict(known_targets()[symbol].name) for symbol in config.targets if symbol != MAIN_TARGET}
    diagnostics |= {"target_names": names, "worth_chance": config.rank_targets.worth_chance}
    if {*known_targets()} <= {*config.targets}:
        diagnostics["targets_refused"] = {name: dict(why) for name, why in target_table().refused.items()}
    diagnostics["target_hosts"] = host_sources(table)
    return {"diagnostics": diagnostics, "targets": table[list(TARGET_COLUMNS)]}


def _with_towns(
    backdrop: gpd.GeoDataFrame, sources: pd.DataFrame, sites: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Add the towns of the gazetteer around the sites to what is drawn, and it to the sources, where it is installed."""
    facts = gazetteer_facts()
    if facts is None or sites.empty:
        return backdrop, sources
    west, south, east, north = sites.total_bounds
    towns = gazetteer_towns((west - TOWNS_DEGREES, south - TOWNS_DEGREES, east + TOWNS_DEGREES, north + TOWNS_DEGREES))
    if towns.empty:
        return backdrop, sources
    both = pd.concat([backdrop, towns], ignore_index=True) if len(backdrop) else towns
    credit = pd.DataFrame([facts], columns=sources.columns)
    return conform(both, Backdrop), pd.concat([sources, credit], ignore_index=True)


def _rounded(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return a table of ranks without digits nobody can defend; order and ranks were made before."""
    names = [str(name) for name in ranking.select_dtypes("number").columns]
    digits = {name: 4 for name in names if "score" in name} | {"community_km": 3, "latitude": 6, "longitude": 6}
    digits |= {name: 1 for name in names if name.endswith("_ppm") or name.startswith(("contained_", "payable_"))}
    digits |= {"chance_payable": 4} | {name: 4 for name in names if name.startswith("grade_")}
    digits |= {name: 0 for name in names if name.startswith("tonnage_")}
    return ranking.round({name: places for name, places in digits.items() if name in names})


def _assays_and_their_sites(assays: pd.DataFrame) -> list[Note]:
    """Count the keyed assays of waste that found their site, and name those whose key fits several sites or none."""
    reasons = {
        "ambiguous": "fit more than one site, so their results were given to none",
        "unmatched": "fit no site",
    }
    notes = []
    keyed: dict[object, int] = assays.groupby("source")["site_key_status"].count().to_dict()
    for (source, status), rows in assays.groupby(["source", "site_key_status"], sort=True):
        if status == "matched":
            text = f"{len(rows)} of {keyed[source]} assays with a key of a site found theirs."
            notes.append(Note(str(source), "assays_matched", text, len(rows)))
            notes += _of_groups(str(source), rows[rows["site_rule"].eq("group")])
        elif status in reasons:
            keys = list(dict.fromkeys(rows["site_key"].fillna("(no key)")))
            shown = ", ".join(keys[:8]) + (" …" if len(keys) > 8 else "")
            remedy = "Name the site's id or record id as their key to place them."
            notes.append(Note(str(source), f"assays_{status}", f"{shown}: {reasons[status]}. {remedy}", len(rows)))
    return notes


def _of_groups(source: str, rows: pd.DataFrame) -> list[Note]:
    """Name the assays whose key fits several records of one name and place, with the site that stands for them."""
    if rows.empty:
        return []
    pairs = dict(zip(rows["site_key"], rows["site_id"], strict=True))
    shown = ", ".join(f"{key} ({site})" for key, site in list(pairs.items())[:8]) + (" …" if len(pairs) > 8 else "")
    text = (
        f"{shown}: the name stands on several records at one place that nothing tells apart; the results were given to the "
        "best described of them. Say in a links source that they are one site, or name a record id as the key."
    )
    return [Note(source, "assays_of_a_group", text, len(rows))]


def _everything_per_site(results: Results) -> gpd.GeoDataFrame:
    """Join all per-site tables to the sites, one row per site."""
    sites: gpd.GeoDataFrame = results.known.sites
    for table in (
        results.known.samples,
        results.known.rasters,
        results.known.access,
        results.known.tonnage,
        results.known.labels,
        results.companion,
    ):
        fresh = [column for column in table.columns if column == "site_id" or column not in sites.columns]
        sites = sites.merge(table[fresh], on="site_id", how="left", validate="one_to_one")
    fresh = [column for column in results.ranking.columns if column == "site_id" or column not in sites.columns]
    return sites.merge(results.ranking[fresh], on="site_id", how="left", validate="one_to_one")


def _links_in_words(links: DataFrame[Links]) -> pd.DataFrame:
    """Return the links with their reasons in English, as a person corrects them."""
    findings = zip(links["finding"], links["values"], strict=True)
    reasons = [finding(code, json.loads(values), "en") for code, values in findings]
    return links.drop(columns=["finding", "values"]).assign(reason=reasons)


def _reasons_in_words(results: Results, target: str) -> pd.Series:
    """Return the strongest reasons of every ranked site in English, joined by '; '."""
    strongest = results.reasons[results.reasons["position"] <= REASONS_SHOWN]
    sites = pd.DataFrame(results.known.sites[["site_id", "commodities"]])
    sites = sites.assign(neighbour=neighbours(results.known.sites, "en")).set_index("site_id")
    recorded, neighbour = (strongest["site_id"].map(sites[name]) for name in ("commodities", "neighbour"))
    words = [
        phrase_reason(feature, contribution, value, "en", commodities, neighbour=beside, target=target)
        for feature, contribution, value, commodities, beside in zip(
            strongest["feature"], strongest["contribution"], strongest["value"], recorded, neighbour, strict=True
        )
    ]
    of_site: dict[str, list[str]] = {}
    for site_id, reason in zip(strongest["site_id"], words, strict=True):
        of_site.setdefault(site_id, []).append(reason)
    joined = pd.Series({site_id: "; ".join(reasons) for site_id, reasons in of_site.items()}, dtype="str")
    return results.ranking["site_id"].map(joined)


def _for_qgis(publication: Publication) -> dict[str, gpd.GeoDataFrame]:
    """Return sites with their ranking, the areas that may be published and the outline of the surface, by name."""
    sites = _flat(publication.sites)
    ranks = publication.ranking
    classes = pd.Series(np.array(list(CLASSES))[tiers(ranks, len(ranks))], ranks["site_id"])
    chosen = [
        name for name in GIS_COLUMNS if name in sites and (name != "expected_grade_ppm" or sites[name].notna().any())
    ]
    shown = sites[[*chosen, "geometry"]].sort_values(["rank", "site_id"]).reset_index(drop=True)
    shown.insert(1, "rank_class", shown["site_id"].map(classes))
    layers = {"sites": rounded_as_pages(shown)}
    if len(publication.communities):
        layers["communities"] = publication.communities
    if len(publication.territories):
        layers["territories"] = publication.territories
    if len(publication.sampling_plan):
        plan = pd.DataFrame(publication.sampling_plan)
        where = layers["sites"].set_index("site_id")
        layers["sampling_plan"] = gpd.GeoDataFrame(
            plan.assign(name=where["name"].loc[plan["site_id"]].to_numpy()),
            geometry=where.geometry.loc[plan["site_id"]].to_numpy(),
            crs=where.crs,
        )
    if publication.surface is not None:
        import rasterio
        import shapely
        from rasterio.warp import transform_bounds

        with rasterio.open(publication.surface) as dataset:
            box = shapely.box(*transform_bounds(dataset.crs, "EPSG:4326", *dataset.bounds))
        layers["surface_footprint"] = gpd.GeoDataFrame({"name": ["surface.tif"]}, geometry=[box], crs="EPSG:4326")
    return layers


def _held_out_for_qgis(publication: Publication, results: Results) -> dict[str, gpd.GeoDataFrame]:
    """Return the held-out scores as points; nothing where nothing was tested."""
    sites = _flat(publication.sites).set_index("site_id")
    held_out = held_out_table(results.model)
    held_out = held_out[among(held_out["site_id"], sites.index)].reset_index(drop=True)
    if held_out.empty:
        return {}
    points = sites.geometry.loc[held_out["site_id"]].to_numpy()
    return {"held_out": gpd.GeoDataFrame(held_out, geometry=points, crs=sites.crs)}


def _flat(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return point geometry for all sites, so that the layer has one geometry type."""
    return sites.set_geometry(gpd.points_from_xy(sites["longitude"], sites["latitude"], crs="EPSG:4326"))


def _write_sheets(publication: Publication, store: RunStore, limit: int, lang: str) -> None:
    """Write the site sheets into a fresh folder, then put each in place; sheets of former runs go when all is written."""
    fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=store.folder))
    try:
        write_sheets(publication, fresh / "sheets", max_sheets=limit, lang=lang, beside=BESIDE_RUN)
        pages = sorted(path for path in (fresh / "sheets").rglob("*") if path.is_file())
        store.run_folder.claim(*(page.relative_to(fresh).as_posix() for page in pages))
        for page in pages:
            target = store.folder / page.relative_to(fresh)
            target.parent.mkdir(exist_ok=True)
            page.replace(target)
    except OSError as error:
        raise unwritable(store.folder / "sheets", error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
