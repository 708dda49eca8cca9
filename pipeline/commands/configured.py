"""A run file made ready to run: checked, without open questions, with the folder its relative paths start from."""

from __future__ import annotations

from pathlib import Path

from layers.crs import check_proj
from layers.errors import ConfigError
from layers.files.located import require_text_path
from pipeline.commands.questions import refuse_open_questions
from pipeline.commands.repeated import require_inside, require_whole
from pipeline.config import RunConfig, load_config


def configured(
    path: Path,
    data: Path | None,
    workers: int | None = None,
    scheduler: str | None = None,
    *,
    without_private: bool = False,
) -> tuple[RunConfig, Path]:
    """Read a run file and settle where its relative paths start.

    Parameters
    ----------
    path : Path
        The run file.
    data : Path or None
        Folder where relative source paths start; None takes ``data_dir`` of the run file, else the run file's folder.
    workers, scheduler : int and str, optional
        In the place of ``dask.workers`` and ``dask.scheduler`` of the run file; a scheduler that only the run file names is
        refused.
    without_private : bool
        Whether the manifest of a run that followed private sources may be taken without them, as by commands that compute
        nothing; their requests are not in it.

    Returns
    -------
    tuple of RunConfig and Path
        The checked run file and an absolute folder (workers of a cluster open rasters from folders of their own).

    Raises
    ------
    ConfigError
        If the run file is wrong, still asks a question or names a scheduler, or the folder does not exist; if a manifest leads
        out of the data folder, or lacks the private sources of its run.
    """
    check_proj()
    require_text_path("run file", path)
    refuse_open_questions(path)
    config = load_config(path)
    if path.suffix == ".json":
        require_inside(path, config)
        if not without_private:
            require_whole(path)
    if config.dask.scheduler is not None and scheduler is None:
        raise ConfigError(
            f"{path.name}: dask.scheduler names '{config.dask.scheduler[:60]}', but a run file does not choose the machine that "
            "gets the data and whose answers are unpacked as Python objects. Take the key out, and give the address of a cluster "
            "you trust with --scheduler."
        )
    asked = {name: value for name, value in (("workers", workers), ("scheduler", scheduler)) if value is not None}
    config = config.model_copy(update={"dask": config.dask.model_copy(update=asked)})
    if data is not None:
        folder = data
    elif config.data_dir is not None:
        folder = path.parent / Path(config.data_dir).expanduser()
    else:
        folder = path.parent
    folder = folder.resolve()
    require_text_path("data folder", folder)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder. Check --data, or data_dir in {path.name}.")
    return config, folder
