"""What a publisher's laboratory columns mean, where their headings do not say."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from layers.catalogue.source import Source, load_catalogue
from layers.cells.assays import Negative
from layers.errors import SourceError
from layers.text import did_you_mean

_SYMBOL = re.compile(r"(?i)(?:[a-z]{1,2}\d{0,2}){1,2}")
"""An element or oxide by its symbol, as `La` or `Fe2O3`."""

Method = Literal["fusion", "inaa", "four_acid", "aqua_regia", "xrf", "spectrographic", "unknown"]


class Collars(BaseModel):
    """Table of the drill holes whose intervals a source holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="file of the collars, from the folder of the data")
    key: str = Field(description="column that names the hole in both tables")
    sheet: str | None = Field(default=None, description="sheet of a workbook")


class Endowments(BaseModel):
    """Columns of the metal contained in each sampled waste, in kilograms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mass_from: str = Field(description="column of the kilograms of what has a mean grade in mean_ppm")
    mean_ppm: str = Field(description="column of that mean grade, ppm")
    elements: dict[str, str] = Field(default_factory=dict, description="element -> column of its kilograms")


class GeochemistryOptions(BaseModel):
    """What a publisher's laboratory columns mean, where their headings do not say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_unit: str | None = Field(default=None, description="unit of elements whose heading says none, e.g. ppm")
    oxide_unit: str | None = Field(default=None, description="unit of oxides whose heading says none, e.g. pct")
    units: dict[str, str] = Field(default_factory=dict, description="heading or symbol -> unit")
    default_method: str = Field(default="unknown", description="method where the heading says none")
    oxide_method: str | None = Field(default=None, description="method of oxides whose heading says none, e.g. xrf")
    methods: dict[str, str] = Field(default_factory=dict, description="word in headings -> method")
    column_methods: dict[str, Method] = Field(
        default_factory=dict, description="heading, or symbol where the heading says no method -> method"
    )
    negative: Negative = Field(default="error", description="what a negative number means: below_limit or missing")
    missing_numbers: list[float] = Field(default_factory=list, description="further numbers that mean missing")
    qualifier_suffix: str | None = Field(default=None, description="ending of the columns of marks, e.g. _T or _Q")
    substituted_below: dict[str, float] = Field(
        default_factory=dict,
        description="heading -> value (as in the file) at or below which results are substituted limits",
    )
    substituted_as: Literal["half_limit", "limit"] = Field(
        default="half_limit", description="whether a substituted result is half the limit or the limit itself"
    )
    zero: Literal["keep", "missing", "below_limit"] = Field(
        default="keep", description="what a result of exactly 0 means where no mark says so"
    )
    results: dict[str, str] = Field(
        default_factory=dict,
        description="heading -> element or oxide, of columns that are results although their heading does not say so",
    )
    collars: Collars | None = Field(
        default=None, description="table that says where the holes of intervals are, joined by a key"
    )
    endowments: Endowments | None = Field(
        default=None,
        description="metal contained in each waste, which tells its tonnes and the mean grade of every element",
    )
    control_rows: Literal["reject", "keep"] = Field(
        default="reject",
        description="what to do with rows of standards, blanks, duplicates and averages: reject or keep",
    )
    ignore: list[str] = Field(default_factory=list, description="headings that look like elements and are not")
    missing_medium: str | None = Field(default=None, description="medium of rows whose medium cell is empty")


def refuse_unknown_headings(
    source: Source, where: str, options: GeochemistryOptions, headings: Collection[str]
) -> None:
    """Stop at options that name a heading the file does not have: they would say nothing of any column.

    What the catalogue says of a source holds for all its files, which may lack columns.

    Raises
    ------
    SourceError
        Naming each key, with the headings most like it.
    """
    entry = (
        load_catalogue().get(source.catalogue) if source.catalogue else None
    )  # reading all entries takes a third of a second
    facts = entry.facts.get("options", {}) if entry else {}
    wrong = []
    for key in options.ignore:
        if key not in headings and key not in facts.get("ignore", []):
            wrong.append(f"options.ignore names '{key}', which is no heading of the file.{did_you_mean(key, headings)}")
    suffix = options.qualifier_suffix
    if suffix and suffix != facts.get("qualifier_suffix") and not any(name.endswith(suffix) for name in headings):
        ends = {name[-len(suffix) :] for name in headings if len(name) > len(suffix)} | {
            ending for name in headings if (ending := re.sub(r"^.*(?=[\s_.-])", "", name)) != name
        }
        wrong.append(
            f"options.qualifier_suffix is '{suffix}', and no heading of the file ends so."
            f"{did_you_mean(suffix, ends, least_likeness=0.6)}"
        )
    for option in ("substituted_below", "results"):
        for key in getattr(options, option):
            if key not in headings and key not in facts.get(option, {}):
                begins = [heading for heading in headings if re.match(rf"{re.escape(key)}(?![a-z])", heading)]
                like = f" Did you mean {' or '.join(begins[:3])}?" if begins else did_you_mean(key, headings)
                wrong.append(f"options.{option} names '{key}', which is no heading of the file.{like}")
    for option in ("units", "column_methods"):
        for key in getattr(options, option):
            if key not in headings and key not in facts.get(option, {}) and not _SYMBOL.fullmatch(key):
                like = did_you_mean(key, headings)
                wrong.append(f"options.{option} names '{key}', which is no heading of the file and no symbol.{like}")
    if wrong:
        raise SourceError(f"{where}: {' '.join(wrong)}")
