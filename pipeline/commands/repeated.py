"""What a manifest must be before its run is repeated: the word of a stranger, and without what stewards lent in trust."""

from __future__ import annotations

from pathlib import Path

from layers.errors import ConfigError
from layers.files.json_text import parse_json
from layers.files.located import leads_out
from pipeline.config import RunConfig
from pipeline.folder.writing import read_bounded


def require_inside(path: Path, config: RunConfig) -> None:
    """Stop at a manifest that names files outside the data folder: a run file is one's own word, a manifest whoever's gave it.

    Raises
    ------
    ConfigError
        Naming the first path.
    """
    named: dict[str, Path | str | None] = {f"sources: '{source.id}'": source.path for source in config.sources}
    named |= {
        "train_model.splits": config.train_model.splits,
        "train_model.learned": config.train_model.learned,
        "data_dir": config.data_dir,
    }
    for owner, stated in named.items():
        if stated is not None and leads_out(str(stated)):
            raise ConfigError(
                f"{path.name}: {owner} leads out of the data folder ('{str(stated)[:80]}'). A manifest may come from anybody, so "
                "only files inside the folder of --data are opened for it. Give the run file itself, or a --data folder that "
                "holds them all, with that path written from there."
            )


def require_whole(path: Path) -> None:
    """Stop at the manifest of a run that followed private sources, which it does not name: their requests would be undone.

    Raises
    ------
    ConfigError
        With the ways out.
    """
    manifest = parse_json(read_bounded(path).decode())
    if manifest.get("local_only_sources"):
        raise ConfigError(
            f"{path.name}: its run also followed private sources (requests of stewards, or layers that are kept local), which "
            "no manifest names. Repeated without them it would show what they withheld. Run the run file itself; or, where "
            "nothing they asked for matters here, add --without-private."
        )
