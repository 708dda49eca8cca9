"""Follow requests of stewards before anything else: what an earlier run shows of them leaves the folder first."""

from __future__ import annotations

from pathlib import Path

from layers.catalogue.source import resolve
from pipeline.config import RunConfig
from pipeline.folder.run_folder import RunFolder, requests_awaited
from pipeline.inputs import read_requests
from pipeline.progress import Progress
from pipeline.purge import forget_withheld, words_of_forgotten


def requests_first(folder: RunFolder, config: RunConfig, data_dir: Path, progress: Progress) -> None:
    """Clear what the folder shows of sites and samples that stewards ask to leave out, and tell of it.

    Parameters
    ----------
    folder : RunFolder
        Held by the run that begins. Until the requests are followed a mark lies in it that keeps others from showing it.
    config : RunConfig
        Names the requests.
    data_dir : Path
        Folder where relative source paths start.
    progress : Progress
        Told of what was removed.

    Raises
    ------
    MinewasteError
        If a list of requests cannot be read; the mark stays then.
    """
    asked = any(source.role == "exclusions" for source in map(resolve, config.sources))
    with requests_awaited(folder.path, asked=asked):
        forgotten = forget_withheld(folder.path, read_requests(config, data_dir))
    if forgotten is not None:
        progress.mention(words_of_forgotten(folder.path, forgotten))
        folder.reload()
