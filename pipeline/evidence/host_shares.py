"""Of which kind of host each waste may be: what its words, those of its camp and those of its region say of one target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from layers.cells.commodities import mentions, order_tells
from pipeline.evidence.mined_first import dug_for, first_words, main_products, rock_was_main
from pipeline.evidence.target_evidence import by_second_type, described, named_minerals
from pipeline.evidence.targets import HostKind, TargetFacts
from pipeline.evidence.worked_sites import only_rock

CHANCE_BY_CLUES = (0.0, 0.15, 0.4, 0.7)
"""Chance that a waste is one of its host's kind, by how many of three clues are there: type of deposit, companion that was mined,
kind of waste the target goes to. Judgement; measured wastes of a region move it. Without any of the first two a described mine
has the grade of common rock: not one of its words stands for a host."""

NAMED, MOST = 0.15, 0.85
"""What the target among the commodities, or in a mineral that is named, adds to that chance, and the most it may reach."""

MAIN = 0.05
"""What it adds that the target is the first commodity, or in part a main one (`dug_for`): the mill was built for it, so that its
losses are those of a main product. Judgement. Companions that are none (`main_products`) tell of traces in the ore, and the kind
of waste adds nothing to them unless the target is named; behind main commodities that are told, or behind the first products of
a list that has an order of its own, a name of a main product is a trace, too (zinc of gold, niobium last of silver).

The name itself counts, at a worked mine, as three clues where it stands first, as two where it was a main product, as one where
it is a trace: nobody names what is not there, so that a main product that is named is never expected lower than where nothing
but a companion, or a type of deposit, lets expect it. A trace counts the same everywhere."""

FEW_OTHERS = 1
"""Where lists have no order of their own: up to so many commodities that are no companions beside it, a target that was sold
counts as a main product."""


@dataclass(frozen=True)
class HostShares:
    """What words say of the hosts of one target.

    Parameters
    ----------
    shares : ndarray of float, shape (n, hosts)
        Chance of each waste to be of each kind of host; common rock has the rest.
    clues : ndarray of int, shape (n,)
        How many of the three clues the words that count give of the host that counts: its own, or those of its camp.
    shown : ndarray of int, shape (n,)
        Number of the host to be shown where the name of the target says more than its company: that of its company, else the
        poorest it may be; -1 where it is the one of the greatest share.
    described : ndarray of bool, shape (n,)
        Whether anything is known of what was mined.
    """

    shares: np.ndarray
    clues: np.ndarray
    shown: np.ndarray
    described: np.ndarray

    @property
    def speaks(self) -> np.ndarray:
        """Say for which wastes a word, their own or one of their camp, points to a host."""
        return self.described & (self.shares.sum(axis=1) > 0)


def host_shares(facts: TargetFacts, sites: pd.DataFrame, kinds: np.ndarray) -> HostShares:
    """Return of which host each waste may be, before any is measured.

    Every host of which there is a clue is one reading of a site, the target's own name another; that counts by which the
    threshold is reached with the greatest chance. So a further clue takes nothing away from a stronger one: it adds to the
    chance of its host or opens another reading. A site with two types of deposit is of either: its shares are the mean of both.

    Parameters
    ----------
    facts : TargetFacts
    sites : DataFrame
        `Sites`, with what `describe_camps` adds where it is there.
    kinds : ndarray of str, shape (n,)
        `site_kinds`.
    """
    ordered = order_tells(sites["commodities"])
    own = _of_either_type(facts, sites, kinds, ordered)
    return HostShares(*_with_camps(*own, facts, sites, kinds, ordered), described(sites))


def as_the_region(shares: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the shares with those of wastes of which nothing is known as the mean of the described ones.

    They may be of any kind, as often as the kinds of the region are; where nothing is described, common rock is left.
    """
    usual = shares[known].mean(axis=0) if known.any() else np.zeros(shares.shape[1])
    return np.where(known[:, None], shares, usual)


def above_threshold(facts: TargetFacts) -> tuple[np.ndarray, float]:
    """Return the chance of wastes of each host, and of common rock, to reach the threshold."""
    log_g = float(np.log10(facts.threshold_ppm))
    parts = [
        float(ndtr((np.log10(kind.median_ppm) - log_g) / np.log10(kind.gsd)))
        for kind in (*facts.hosts, facts.background)
    ]
    return np.array(parts[:-1]), parts[-1]


def _gain(facts: TargetFacts, shares: np.ndarray) -> np.ndarray:
    """Return what the shares add to the chance of common rock to reach the threshold."""
    hosts, rock = above_threshold(facts)
    gain: np.ndarray = shares @ (hosts - rock)
    return gain


def _of_either_type(
    facts: TargetFacts, sites: pd.DataFrame, kinds: np.ndarray, ordered: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return shares, clues and shown host of every site by its type of deposit; of one with two, the mean and the more clues."""
    shares, clues, shown = _best_reading(facts, sites, kinds, ordered)
    two, other = by_second_type(sites)
    if two.any():
        of_other, more, _ = _best_reading(facts, other, kinds[two], ordered)
        shares[two], clues[two] = (shares[two] + of_other) / 2, np.maximum(clues[two], more)
    return shares, clues, shown


def _best_reading(
    facts: TargetFacts, sites: pd.DataFrame, kinds: np.ndarray, ordered: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the shares by the reading that says most, its clues, and the host to be shown for it."""
    named = _named(facts, sites)
    smelted = sites["waste_type"].isin(["slag", "residue"]).to_numpy()  # what a concentrate took away is here
    main, quarries = main_products(sites, ordered), only_rock(sites)
    rock = rock_was_main(sites)  # what else is named there, somebody saw in the rock
    first = dug_for(_words(facts), sites, ordered)
    more = NAMED * named + MAIN * first
    product = _was_product(facts, sites, first, ordered)
    early = first_words(sites, ordered)
    in_ore = named & (product | ~_sold(facts, sites))
    blocked = [_as_byproduct(host, sites, first > 0) for host in facts.hosts]
    left = [np.where(smelted, 1.0, host.carried_away) for host in facts.hosts]
    best, best_clues = np.zeros((len(sites), len(facts.hosts))), np.zeros(len(sites), dtype=int)
    best_gain = np.zeros(len(sites))
    for row, host in enumerate(facts.hosts):
        earnest = in_ore if set(_words(facts)) & set(host.companions) else named
        clues = _clues_of(host, sites, kinds, named, earnest, blocked[row], main, early, quarries, rock)
        reading = np.zeros_like(best)
        chance = np.minimum(np.array(CHANCE_BY_CLUES)[clues] * left[row] + more, MOST)
        reading[:, row] = np.where(clues > 0, chance, 0.0)
        better = _gain(facts, reading) > best_gain
        best_gain = np.where(better, _gain(facts, reading), best_gain)
        best, best_clues = np.where(better[:, None], reading, best), np.where(better, clues, best_clues)
    treated = np.isin(kinds, ("waste", "worked"))
    clues = np.where(rock & (first == 0), 0, 1 + treated * (product.astype(int) + (first == 1)))
    open_to = _open_hosts(facts, sites, blocked, first == 1)
    by_host = np.minimum(np.array(CHANCE_BY_CLUES)[clues][:, None] * np.column_stack(left) + more[:, None], MOST)
    alone = np.where(named[:, None], by_host, 0.0) * _as_noticed(facts, open_to)
    better = _gain(facts, alone) > best_gain
    medians = np.where(open_to, [host.median_ppm for host in facts.hosts], np.inf)
    known = np.where(best_gain > 0, best.argmax(axis=1), medians.argmin(axis=1))
    shown = np.where(better, known, -1)
    return np.where(better[:, None], alone, best), np.where(better, clues, best_clues), shown


def _with_camps(
    own: np.ndarray,
    clues: np.ndarray,
    shown: np.ndarray,
    facts: TargetFacts,
    sites: pd.DataFrame,
    kinds: np.ndarray,
    ordered: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return shares, clues and shown host as the camp of each site would have them, where that speaks more for the target."""
    best = own
    if "camp_chance" not in sites:
        return best, clues, shown
    for words, chance_name in (("camp_common", "camp_chance"), ("camp_commodities", "camp_rare_chance")):
        own_words = [name for name in ("main_commodities", "second_deposit_type") if name in sites]
        like = sites.drop(columns=own_words).assign(commodities=sites[words], deposit_type=sites["camp_deposit_type"])
        of_camp, camp_clues, camp_shown = _best_reading(facts, like, kinds, ordered)
        agrees = np.nan_to_num(sites[chance_name].to_numpy(float))
        moved = own + agrees[:, None] * (of_camp - own)
        better = (_gain(facts, moved) > _gain(facts, best)) & (agrees > 0)
        best, clues = np.where(better[:, None], moved, best), np.where(better, camp_clues, clues)
        shown = np.where(better, np.where(own.sum(axis=1) > 0, -1, camp_shown), shown)
    return best, clues, shown


def _open_hosts(facts: TargetFacts, sites: pd.DataFrame, blocked: list[np.ndarray], first: np.ndarray) -> np.ndarray:
    """Return of which hosts a waste may be whose target is named and nothing else: of those that no type of deposit must tell.

    The first commodity may be of those, too, that companions go with, unless a word stands there that speaks against them.
    Hosts of slag alone are none.
    """
    common = np.array([set(host.wastes) != {"slag"} for host in facts.hosts])
    untied = common & np.array([host.needs != "deposit" for host in facts.hosts])
    tied = common & ~untied & (np.array([bool(host.companions) for host in facts.hosts]) | ~untied.any())
    against = np.column_stack([mentions(sites["commodities"], host.unless).to_numpy(bool) for host in facts.hosts])
    open_to: np.ndarray = untied | (tied & (first[:, None] | ~untied.any()) & ~against)
    return open_to & ~np.column_stack(blocked)


def _as_noticed(facts: TargetFacts, open_to: np.ndarray) -> np.ndarray:
    """Return the share of every host where only the name speaks: the richer a host, the likelier somebody noticed the target."""
    weight = open_to * above_threshold(facts)[0]
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)


def _as_byproduct(host: HostKind, sites: pd.DataFrame, first: np.ndarray) -> np.ndarray:
    """Say at which mines the target was a by-product of what wastes of this kind are not known for."""
    return mentions(sites["commodities"], host.not_beside).to_numpy(bool) & ~first


def _words(facts: TargetFacts) -> tuple[str, ...]:
    return (facts.commodity, *facts.also)


def _sold(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    return mentions(sites["commodities"], _words(facts)).to_numpy(bool)


def _was_product(facts: TargetFacts, sites: pd.DataFrame, first: np.ndarray, ordered: bool) -> np.ndarray:
    """Say where the target was a main product: by what records tell as such, its place in the list, or its company."""
    early = mentions(main_products(sites, ordered), _words(facts)).to_numpy(bool)
    product: np.ndarray = (first > 0) | (early if ordered else _few_others(facts, sites))
    return product


def _few_others(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    like = {*_words(facts), *(word for host in facts.hosts for word in host.companions)}
    sold_for = (
        sites["main_commodities"].fillna(sites["commodities"]) if "main_commodities" in sites else sites["commodities"]
    )
    cells = sold_for.astype("string").fillna("")
    few = {cell: len(set(cell.split("; ")) - like) <= FEW_OTHERS for cell in cells.unique()}
    return cells.map(few).to_numpy(bool) & mentions(sold_for, _words(facts)).to_numpy(bool)


def _named(facts: TargetFacts, sites: pd.DataFrame) -> np.ndarray:
    """Say which sites name the target, as what was sold or by a mineral of which it is a main part."""
    if not facts.minerals:
        return _sold(facts, sites)
    held = named_minerals(sites).astype("string").fillna("")
    return _sold(facts, sites) | held.str.contains(rf"\b(?:{'|'.join(facts.minerals)})\b", regex=True).to_numpy(bool)


def _clues_of(
    host: HostKind,
    sites: pd.DataFrame,
    kinds: np.ndarray,
    named: np.ndarray,
    earnest: np.ndarray,
    blocked: np.ndarray,
    main_products: pd.Series,
    early: pd.Series,
    quarries: np.ndarray,
    rock: np.ndarray,
) -> np.ndarray:
    deposit = (
        sites["deposit_type"].astype("string").fillna("").str.contains(f"(?:{host.deposit})", case=False, regex=True)
    )
    belied = mentions(early, host.belied_by).to_numpy(bool) & ~named
    held = deposit.to_numpy(bool) & ~quarries & ~belied
    if host.signature:
        words = [mentions(early, (word,)).to_numpy(bool) for word in host.signature]
        untyped = sites["deposit_type"].isna().to_numpy() & ~mentions(sites["commodities"], host.unless).to_numpy(bool)
        held = held | (np.all(words, axis=0) & untyped)
    sold = mentions(sites["commodities"], host.companions).to_numpy(bool) & ~blocked
    main = sold & (mentions(main_products, host.companions).to_numpy(bool) | earnest)
    waste = sites["waste_type"].to_numpy(str)
    of_plant = (waste == "residue") & bool({"tailings", "slag"} & set(host.wastes))
    fits = (
        np.isin(waste, host.wastes)
        | of_plant
        | (np.isin(waste, ("unknown", "mixed")) & np.isin(kinds, ("waste", "worked")))
    )
    if set(host.wastes) == {"slag"}:
        fits = waste == "slag"
        held, sold = held & fits, sold & fits
    if host.needs == "named":
        held, sold = held & named, sold & named
    some = (held | (sold & (host.needs != "deposit"))) & (
        ~rock | mentions(main_products, host.companions).to_numpy(bool)
    )
    clues: np.ndarray = np.where(some, held.astype(int) + sold + (fits & (held | main)), 0)
    return clues
