"""The command. The only place that catches `MinewasteError`; everything heavy is imported inside the commands."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from pipeline.commands.standard_streams import keep_standard_streams, part_standard_error, writes_every_letter

P = ParamSpec("P")
R = TypeVar("R")


def _say(text: str, *, err: bool = False) -> None:
    """Print for people: what files hold moves no cursor, turns no letters round and fills no screen."""
    from layers.text import printable
    from pipeline.commands.surroundings import without_endless_words

    click.echo(printable(text if text.startswith("{") else without_endless_words(text)), err=err)


def _explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a `MinewasteError` into one clear message and exit code 1, and stop in good order when asked to."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        from layers.errors import MinewasteError
        from pipeline.commands.surroundings import surroundings
        from pipeline.commands.unexpected import DEBUG, unexpected
        from pipeline.folder.writing import remedy_of
        from pipeline.memory_watch import more_memory
        from pipeline.stopping import Stopped, end

        try:
            with surroundings(kwargs):
                return command(*args, **kwargs)
        except Stopped as stopped:
            end(stopped.signal)
        except MinewasteError as error:
            _say(f"minewaste: {error}", err=True)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            _say(f"minewaste: {error}. {remedy_of(error)}.", err=True)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except MemoryError:
            _say(
                f"minewaste: the memory of this machine, or the share this process may take, ran out. {more_memory()}",
                err=True,
            )
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            _say(unexpected(error), err=True)
        sys.exit(1)

    return guarded


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="minewaste")
def main() -> None:
    """Rank historic mine waste for the recovery of rare earths and other critical minerals.

    Start with `minewaste demo`, or `minewaste init FOLDER` for a folder of your own files.
    """
    keep_standard_streams()
    part_standard_error()


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--workers", type=click.IntRange(min=1), help="Threads or processes at once (default: the cores there are)."
        ),
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            help="Send the work to a running dask scheduler, e.g. tcp://10.0.0.5:8786.",
        ),
        click.option(
            "--date",
            "day",
            type=click.DateTime(["%Y-%m-%d"]),
            metavar="YYYY-MM-DD",
            help="Date that the pages print (default: today's in UTC).",
        ),
        click.option("--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON, for scripts."),
    ):
        command = option(command)
    return command


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("runs/demo"), show_default=True, help="Run folder."
)
@click.option(
    "--sites", type=click.IntRange(min=50), default=300, show_default=True, help="Size of the invented region."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Another seed is another region."
)
@_run_options
@_explained
def demo(
    out: Path,
    sites: int,
    seed: int,
    *,
    quiet: bool,
    as_json: bool,
    **machine: Any,
) -> None:
    """Make the invented region and run everything on it. Its files go beside the run, in OUT_region."""
    from layers.crs import check_proj
    from layers.invented import write_region
    from pipeline.folder.run_folder import require_place
    from pipeline.progress import STEPS, Progress

    check_proj()
    require_place(out)
    region = out.with_name(f"{out.name}_region")
    with Progress(quiet=quiet or as_json, steps=STEPS + 1) as progress:
        with progress.step("inventing a region"):
            path = write_region(region, sites=sites, seed=seed)
        _run(path, region, out, progress, as_json=as_json, quiet=quiet, **machine)


@main.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where relative source paths start (else data_dir:, else the config's folder).",
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder (default: runs/<config name>).")
@click.option(
    "--plan", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw the steps of the run, and run nothing."
)
@click.option(
    "--without-private",
    is_flag=True,
    help="Repeat a manifest.json without the private sources and requests its run followed.",
)
@_run_options
@_explained
def run(
    config: Path,
    data: Path | None,
    out: Path | None,
    plan: Path | None,
    *,
    without_private: bool,
    quiet: bool,
    as_json: bool,
    **machine: Any,
) -> None:
    """Run the whole chain of a run file; resumes where it stopped.

    CONFIG may also be the manifest.json of a run, which repeats that run. Ends with 0 when done, 1 after a message, 128
    and the number of the signal when stopped (130 SIGINT, 143 SIGTERM).
    """
    from pipeline.progress import Progress

    if plan is not None:
        from pipeline.commands.plan import planned

        words = planned(config, data, plan)
        if not quiet:
            _say(words)
        return
    with Progress(quiet=quiet or as_json) as progress:
        _run(config, data, out, progress, as_json=as_json, quiet=quiet, without_private=without_private, **machine)


def _run(
    path: Path,
    data: Path | None,
    out: Path | None,
    progress: Any,
    *,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    from pipeline.commands.whole_run import whole_run

    summary = whole_run(path, data, out, progress, **options)
    if as_json:
        _say(json.dumps(summary.as_json(), ensure_ascii=not writes_every_letter()))
    elif not quiet:
        progress.__exit__()
        _say(summary.in_words())


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="Run file to write (default: FOLDER/region.yml).")
@_explained
def init(folder: Path, output: Path | None) -> None:
    """Look at a folder of files, recognise or guess what each is, and write a run file to confirm."""
    from layers.crs import check_proj
    from pipeline.commands.init import in_words, init_region

    check_proj()
    _say(in_words(init_region(folder, output)))


@main.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), help="Where relative source paths start.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for check.html (default: none is written).")
@click.option("--show-private", is_flag=True, help="Describe private sources too. Keep that screen to yourself.")
@_explained
def check(config: Path, data: Path | None, out: Path | None, *, show_private: bool) -> None:
    """Read everything and run nothing: what was understood, guessed, rejected, missing."""
    from pipeline.commands.check import check_sources
    from pipeline.commands.configured import configured

    _say(check_sources(*configured(config, data, without_private=True), out, show_private=show_private))


@main.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--community", help="Name of a community in the run, in any spelling.")
@click.option("--nation", help="Name of a Nation's or treaty area in the run, in any spelling.")
@click.option(
    "--area", type=click.Path(path_type=Path), help="File with an outline; the maps draw it on a coarse grid."
)
@click.option(
    "--hide-outline", is_flag=True, help="Leave the outline of --area off the maps: nothing of it is written."
)
@click.option("--site", help="The other way round: everything around one site.")
@click.option("--within-km", type=click.FloatRange(min=0), default=100.0, show_default=True, help="How far to look.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the pages (default: RUN/../<run>_screen_<place>)."
)
@click.option(
    "--exclusions", type=click.Path(path_type=Path), help="Requests since the run: what they name or cover is left out."
)
@_explained
def screen(
    run_folder: Path,
    community: str | None,
    nation: str | None,
    area: Path | None,
    site: str | None,
    within_km: float,
    lang: str,
    out: Path | None,
    exclusions: Path | None,
    *,
    hide_outline: bool,
) -> None:
    """Write a brief of two pages for one place, with map, whole list and sheets. Needs a run folder, nothing else."""
    from layers.crs import check_proj
    from pipeline.commands.screen import screen_run

    check_proj()
    given = [choice for choice in (community, nation, area, site) if choice is not None]
    if len(given) != 1:
        raise click.UsageError("say one place: --community NAME, --nation NAME, --area FILE or --site SITE_ID.")
    if hide_outline and area is None:
        raise click.UsageError("--hide-outline leaves out the outline of --area, and none is given.")
    if site is not None and out is not None:
        raise click.UsageError("--site prints what lies around one site and writes nothing: leave --out away.")
    _say(
        screen_run(
            run_folder,
            community=community,
            nation=nation,
            area=area,
            site=site,
            within_km=within_km,
            lang=lang,
            out=out,
            exclusions=exclusions,
            hide_outline=hide_outline,
        )
    )


@main.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.argument("site_id")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@_explained
def explain(run_folder: Path, site_id: str, lang: str) -> None:
    """One site in words: what is known, what moved its rank."""
    from pipeline.commands.explain import explain_site

    _say(explain_site(run_folder, site_id, lang))


@main.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--source", "source_id", required=True, metavar="ID", help="Id of the source in the run file.")
@_explained
def purge(run_folder: Path, source_id: str) -> None:
    """Remove all that a run folder holds of one source, and everything made with it."""
    from pipeline.purge import purge as purge_source
    from pipeline.purge import words_of_left

    purged = purge_source(run_folder, source_id)
    _say(f"Removed {len(purged.removed)} files and folders made with '{source_id}':")
    _say("\n".join(f"  {name}" for name in purged.removed))
    _say(f"{words_of_left(purged)} Take the source out of the run file before the next run.")


@main.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Where relative source paths start; without it inputs are not looked at.",
)
@_explained
def verify(run_folder: Path, data: Path | None) -> None:
    """Say whether a run folder is as its run wrote it, and whether its inputs still are those it read.

    Ends with 1 where a file or an input differs.
    """
    from pipeline.commands.verify import in_words, verify_run

    verified = verify_run(run_folder, data)
    _say(in_words(verified, run_folder))
    if not verified.holds:
        sys.exit(1)


@main.command()
@click.argument("first", metavar="RUN_A", type=click.Path(path_type=Path))
@click.argument("second", metavar="RUN_B", type=click.Path(path_type=Path))
@click.option("--csv", "table", type=click.Path(path_type=Path), help="Write every site with both ranks to this file.")
@_explained
def compare(first: Path, second: Path, table: Path | None) -> None:
    """Say what changed in the ranks from one run to another, and why: inputs, parameters, code, versions."""
    from pipeline.commands.compare import compare_runs, in_words, write_moves

    comparison = compare_runs(first, second)
    _say(in_words(comparison, first, second))
    if table is not None:
        write_moves(comparison, table)


@main.command()
@click.argument("run_folders", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("learned.skops"),
    show_default=True,
    help="Model file to write; its card lies beside it as .md.",
)
@_explained
def learn(run_folders: tuple[Path, ...], out: Path) -> None:
    """Pool the measured wastes of several runs into a model file that other runs may take (train_model.learned)."""
    from pipeline.commands.learn import in_words
    from pipeline.commands.learn import learn as learn_runs

    _say(in_words(learn_runs(run_folders, out)))


@main.command()
@_explained
def sources() -> None:
    """List the public sources minewaste knows."""
    from layers.catalogue.source import load_catalogue

    for entry in load_catalogue().values():
        _say(f"{entry.id:<28} {entry.role:<13} {entry.title}  [{entry.licence or 'licence not stated'}]")


@main.command()
@click.argument("what", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the files.")
@click.option("--allow-host", "hosts", multiple=True, help="Another host the address may lead to; may be repeated.")
@_explained
def fetch(what: tuple[str, ...], folder: Path, hosts: tuple[str, ...]) -> None:
    """Fetch sources of the catalogue, or addresses of files and services, to checked local files."""
    from layers.fetch import client, secrets

    for source_name in what:
        got = client.fetch(source_name, folder, client.Client(hosts=set(hosts)))
        state = f"{'there already' if got.was_there else 'fetched'}, {got.path}"
        _say(f"{secrets.without_secrets(source_name)}: {state} ({got.size} bytes, sha256 {got.sha256[:12]}…)")
        for note in got.notes:
            _say(f"  {note}")
