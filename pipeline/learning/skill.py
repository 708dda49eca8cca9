"""Say in one sentence what a validation amounts to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FALLBACK = "the order rests on measured waste first, then on the companion score"
"""What stands in for a model without shown skill."""


def model_verdict(validation: Mapping[str, Any]) -> str:
    """Return the verdict on a trained model, the worst news first.

    Parameters
    ----------
    validation : mapping
        As in ``validation.json``.

    Returns
    -------
    str
        One sentence.
    """
    spatial, n = validation["spatial"], validation["n_positive"]
    if validation["status"] != "validated":
        return (
            f"Not validated: the {n} positives lie in too few blocks or districts to hold any out, so the model is not "
            f"used; {FALLBACK}."
        )
    auc = f"AUC {spatial['auc']:.2f} ({spatial['auc_low']:.2f} to {spatial['auc_high']:.2f})"
    place = f"in spatial blocks of {validation['block_km']:.0f} km"
    alarm = f" Alarm: {validation['alarms'][0]}." if validation["alarms"] else ""
    if not has_skill(validation):
        return f"No skill: {auc} {place} is what chance gives; {FALLBACK}.{alarm}"
    taken = spatial["capture"]["20"]
    found = (
        f"{auc} {place}; {100 * taken:.0f} % of {n} positives in the top 20 % "
        f"({100 * spatial['capture_low']['20']:.0f} to {100 * spatial['capture_high']['20']:.0f} %)"
    )
    better = [
        name
        for name, one in validation["baselines"].items()
        if one is not None and one["auc"] is not None and one["auc"] >= spatial["auc"]
    ]
    if better:
        return f"No better than {' and '.join(better)}: {found}.{alarm}"
    return f"Better than its baselines: {found}{_lead(validation['baselines'])}.{alarm}"


def _lead(baselines: Mapping[str, Any]) -> str:
    """Say by how much the best baseline was beaten, where that was measured."""
    known = {name: one for name, one in baselines.items() if one is not None and one.get("lead_low") is not None}
    if not known:
        return ""
    name = max(known, key=lambda one: known[one]["auc"])
    best = known[name]
    doubt = ", which may be chance" if best["lead_low"] <= 0 else ""
    return f"; ahead of {name} by {best['lead']:.2f} ({best['lead_low']:.2f} to {best['lead_high']:.2f}){doubt}"


def has_skill(validation: Mapping[str, Any]) -> bool:
    """Return whether it was tested, the AUC interval lies above 0.5 and shuffled labels seldom do as well."""
    if validation.get("status") != "validated":
        return False
    spatial, null = validation["spatial"], validation["null"]
    low, p = spatial.get("auc_low"), null.get("p_value")
    if low is None or not low > 0.5:
        return False
    return p is None or p != p or p <= max(0.1, 1.0 / (null["n"] + 1) + 1e-9)


def companion_verdict(n_positive: int, needed: int, has_features: bool, rules: Sequence[str]) -> str:
    """Return the verdict where nothing was learned.

    Parameters
    ----------
    n_positive, needed : int
        Positives there are, and the fewest to learn from.
    has_features : bool
        Whether there was any chemistry, raster or the like to learn from.
    rules : sequence of str
        What gave the labels: ``assay``, ``commodity``, ``deposit``.

    Returns
    -------
    str
        One sentence.
    """
    if not has_features:
        why = "there is no chemistry, raster or other feature that does not itself define the labels"
    else:
        why = f"{n_positive} positives are fewer than the {needed} a model needs"
    basis = "assays, deposit-type evidence" if "assay" in rules else "deposit-type evidence"
    return f"Not validated: nothing was learned, for {why}; the order rests on {basis} and companion scoring alone."
