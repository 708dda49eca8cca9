"""How the ranges of tonnages do on real registers, and which constants fit them.

``python -m tests.benchmarks.tonnage_registers`` prints it. The registers are read
from the folder of shared test files that ``MINEWASTE_SHARED`` names. Nothing of them is kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.kernels.mixture import mixture_quantiles
from pipeline.stages.calibrate_tonnage import CalibrateTonnageParams, calibrate_tonnage
from pipeline.stages.per_site.estimate_tonnage import Z90, EstimateTonnageParams

CHILE = "inventory/sernageomin_relaves_chile/CATASTRO_RELAVES_CHILE_OCT2025.xlsx"
NOVA_SCOTIA = "inventory/nsmtd_nova_scotia/NSMTD.csv"
USGS = "inventory/usgs_national_mine_waste_inventory/Waste_Resources.csv"

UNITS = {
    "cubic meters": 1.0, "cubic yards": 0.764554858, "cubic feet": 0.0283168466, "metric tons": 1.0, "short tons": 0.90718474,
    "kilograms": 0.001,
}  # fmt: skip
BETWEEN_REGISTERS_SD_DEX = 0.6
"""Spread of the level of a register about a law learned on others: the two that state area and mass lie 0.9 apart on average,
and half the squared distance of two draws is the variance they come from."""

LEAST_ROWS = 8
"""Rows below which the share inside a range says nothing of a register by itself."""


def read_registers(folder: Path) -> pd.DataFrame:
    """Return one row per waste that states a mass: ``register``, ``group``, ``held``, ``mass_t``, ``area_m2``, ``volume_m3``,
    ``authorised_t``, ``lidar_m3``; missing is NaN."""
    chile = pd.read_excel(folder / CHILE, header=6)
    kinds = {"TRANQUE DE RELAVE": "dam", "EMBALSE": "dam", "ESPESADO": "dam", "EN PASTA": "dam"}
    here = pd.DataFrame(
        {
            "register": "Chile",
            "group": chile["REGION"],
            "held": chile["TIPO_DEPOSITO"].map(kinds).fillna("pile"),
            **{
                name: pd.to_numeric(chile[column], errors="coerce")
                for name, column in {
                    "mass_t": "TONELAJE_ACTUAL",
                    "area_m2": "Shape_Area",
                    "volume_m3": "VOL_ACTUAL",
                    "authorised_t": "TONELAJE_AUTORIZADO",
                }.items()
            },
        }
    )
    scotia = pd.read_csv(folder / NOVA_SCOTIA)
    kind = np.where(
        scotia["Commodity"].str.contains("Gold"), "gold", np.where(scotia["Commodity"] == "Coal", "coal", "metals")
    )
    there = pd.DataFrame(
        {
            "register": "Nova Scotia",
            "group": kind,
            "held": "open",
            "mass_t": scotia["Tonnes"].astype(float),
            "area_m2": scotia["AreaHa"] * 1e4,
        }
    )
    usgs = pd.read_csv(folder / USGS)
    state = pd.DataFrame(
        {
            "register": "USGS",
            "group": usgs["Site_ID"].str[:2],
            "held": "any",
            "mass_t": usgs["Mat_Amnt"] * usgs["Mat_Units"].map(UNITS),
            "volume_m3": usgs["Rep_Vol"] * usgs["Rep_V_Ut"].map(UNITS),
            "lidar_m3": usgs["Calc_Vol"],
        }
    )
    table = pd.concat([here, there, state], ignore_index=True)
    amounts = ["mass_t", "area_m2", "volume_m3", "authorised_t", "lidar_m3"]
    table[amounts] = table[amounts].where(table[amounts] > 0)
    return table


def fit_law(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Return a, b and residual spread of log10 t = a + b log10 m2 by least squares."""
    x, y = np.log10(rows["area_m2"]), np.log10(rows["mass_t"])
    slope, intercept = np.polyfit(x, y, 1)
    return float(intercept), float(slope), float((y - intercept - slope * x).std(ddof=2))


def inside_law(rows: pd.DataFrame, law: tuple[float, float, float], more_sd: float = 0.0) -> float:
    """Return the share of rows within the 90 % range of a law, whose spread may be widened."""
    error = np.log10(rows["mass_t"]) - law[0] - law[1] * np.log10(rows["area_m2"])
    return float((np.abs(error) <= Z90 * np.hypot(law[2], more_sd)).mean())


def inside_mixture(rows: pd.DataFrame, params: EstimateTonnageParams) -> float:
    """Return the share of rows within the range given where nobody says how the tailings are held."""
    x = np.log10(rows["area_m2"].to_numpy())
    means = np.column_stack(
        [
            params.area_law_intercept_dex + params.area_law_slope * x,
            params.dam_law_intercept_dex + params.dam_law_slope * x,
        ]
    )
    sds = np.array([params.area_law_sd_dex, params.dam_law_sd_dex])
    low, high = mixture_quantiles(means, sds, np.array([1 - params.dammed_share, params.dammed_share]), (0.05, 0.95))
    y = np.log10(rows["mass_t"].to_numpy())
    return float(((y >= low) & (y <= high)).mean())


def volume_errors(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Return log10 of mass or lidar volume over what a stated volume and 1.4 t/m3 let expect, per register."""
    return {
        "Chile, mass by volume": _logs(table.query("register == 'Chile'"), "mass_t", "volume_m3", 1.4),
        "USGS, mass by lidar volume": _logs(table.query("register == 'USGS'"), "mass_t", "lidar_m3", 1.4),
        "USGS, lidar by reported volume": _logs(table.query("register == 'USGS'"), "lidar_m3", "volume_m3", 1.0),
    }


def _logs(rows: pd.DataFrame, over: str, under: str, factor: float) -> pd.Series:
    return np.log10(rows[over] / rows[under] / factor).dropna()


def volume_half_width(params: EstimateTonnageParams) -> float:
    """Return half the range of a mass from a volume of plain tailings, log10."""
    return float(np.hypot(np.log10(params.volume_factor), np.log10(1.6 / 1.4)))


def coverage(folder: Path, params: EstimateTonnageParams) -> pd.DataFrame:
    """Return ``test, left_out, n, inside``: shares inside 90 % ranges, with the register in the fit and left out of it."""
    table = read_registers(folder)
    area = table.dropna(subset=["mass_t", "area_m2"])
    dams, chile, scotia = area.query("held == 'dam'"), area.query("register == 'Chile'"), area.query("held == 'open'")
    law = (params.dam_law_intercept_dex, params.dam_law_slope, params.dam_law_sd_dex)
    rows: list[tuple[str, str, int, float]] = [
        ("area, dam known", "nothing", len(dams), inside_law(dams, law)),
        ("area, how it is held unknown: Chile", "nothing", len(chile), inside_mixture(chile, params)),
        ("area, how it is held unknown: Nova Scotia", "nothing", len(scotia), inside_mixture(scotia, params)),
        (
            "area, how it is held unknown: Chile",
            "Chile",
            len(chile),
            inside_law(chile, fit_law(scotia), BETWEEN_REGISTERS_SD_DEX),
        ),
        (
            "area, how it is held unknown: Nova Scotia",
            "Nova Scotia",
            len(scotia),
            inside_law(scotia, fit_law(chile), BETWEEN_REGISTERS_SD_DEX),
        ),
    ]
    for region, group in dams.groupby("group"):
        rows.append(
            (
                "area, dam known: " + str(region),
                str(region),
                len(group),
                inside_law(group, fit_law(dams[dams["group"] != region])),
            )
        )
    half = volume_half_width(params)
    errors = volume_errors(table)
    for name, error in errors.items():
        rows.append(("volume: " + name, "nothing", len(error), float((error.abs() <= half).mean())))
        others = [other for key, other in errors.items() if key.split(",")[0] != name.split(",")[0]]
        width = float(np.mean([np.quantile(other.abs(), 0.9) for other in others]))
        rows.append(("volume: " + name, name.split(",")[0], len(error), float((error.abs() <= width).mean())))
    permits = table.dropna(subset=["mass_t", "authorised_t"])
    ratio = permits["mass_t"] / permits["authorised_t"]
    for region, group in ratio.groupby(permits["group"]):
        low, high = np.quantile(ratio.drop(group.index), [0.05, 0.95])
        rows.append(("authorised: " + str(region), str(region), len(group), float(group.between(low, high).mean())))
    return pd.DataFrame(rows, columns=["test", "left_out", "n", "inside"])


def calibrated(folder: Path, pairs: int, params: CalibrateTonnageParams, draws: int = 40) -> pd.DataFrame:
    """Return ``register, inside, alone, square, square_alone``: how the law of another register does with some pairs of its own.

    In each draw so many deposits of the register, at random, state their tonnes, the others a footprint alone. ``inside`` is the
    share of those within the calibrated 90 % range, ``alone`` within that of the other register's law as it is, both with their
    mean squared errors in square decades.
    """
    area = read_registers(folder).dropna(subset=["mass_t", "area_m2"])
    registers = {"Chile": area.query("register == 'Chile'"), "Nova Scotia": area.query("held == 'open'")}
    rows = []
    for name, own in registers.items():
        intercept, slope, spread = fit_law(next(rows for other, rows in registers.items() if other != name))
        law = intercept + slope * np.log10(own["area_m2"].to_numpy(float))
        true = np.log10(own["mass_t"].to_numpy(float))
        for draw in range(draws):
            sure = np.zeros(len(own), dtype=bool)
            sure[np.random.default_rng([draw, 83]).choice(len(own), pairs, replace=False)] = True
            told, half = np.where(sure, true, law), np.where(sure, 0.05, Z90 * spread)
            table = pd.DataFrame(
                {
                    "site_id": [str(at) for at in range(len(own))],
                    **{
                        f"tonnage{end}_t": 10.0 ** (told + side * half)
                        for end, side in (("", 0), ("_low", -1), ("_high", 1))
                    },
                    "tonnage_rule": np.where(sure, "reported_mass", "area_law"),
                    "site_kind": "waste",
                    "footprint_t": 10.0**law,
                }
            )
            done = calibrate_tonnage(table, params)  # type: ignore[arg-type]
            middle, low, high = (
                np.log10(done[f"tonnage{end}_t"].to_numpy(float))[~sure] for end in ("", "_low", "_high")
            )
            hidden = true[~sure]
            rows.append(
                {
                    "register": name,
                    "inside": np.mean((hidden >= low) & (hidden <= high)),
                    "alone": np.mean(np.abs(hidden - law[~sure]) <= Z90 * spread),
                    "square": np.mean((hidden - middle) ** 2),
                    "square_alone": np.mean((hidden - law[~sure]) ** 2),
                }
            )
    return pd.DataFrame(rows).groupby("register").mean()


def summary(table: pd.DataFrame) -> str:
    """Return the table with its mean over registers and its worst, as text."""
    large = table[table["n"] >= LEAST_ROWS]
    shown = table.assign(inside=(table["inside"] * 100).round(1)).to_string(index=False)
    worst = large.sort_values("inside").iloc[0]
    return (
        f"{shown}\nmean over registers of {LEAST_ROWS} and more: {large['inside'].mean() * 100:.1f} %; "
        f"left out: {large[large['left_out'] != 'nothing']['inside'].mean() * 100:.1f} %; "
        f"worst: {worst['test']} (left out: {worst['left_out']}) {worst['inside'] * 100:.1f} % of {worst['n']}"
    )


if __name__ == "__main__":
    home = Path(os.environ["MINEWASTE_SHARED"]) / "realdata"
    sys.stdout.write(summary(coverage(home, EstimateTonnageParams())) + "\n")
    for known in (8, 20, 60):
        sys.stdout.write(
            f"\n{known} deposits with tonnes\n{calibrated(home, known, CalibrateTonnageParams()).round(3)}\n"
        )
