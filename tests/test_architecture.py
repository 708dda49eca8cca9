"""The rules of the house that a tool can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PACKAGES = ("layers", "pipeline", "maps")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
STAGES = sorted(path for path in (ROOT / "pipeline" / "stages").rglob("*.py") if path.name != "__init__.py")


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_no_file_outgrows_four_hundred_lines_without_a_reason() -> None:
    long = [path for path in CODE if len(path.read_text().splitlines()) > 400]
    unexplained = [
        path for path in long if "long because" not in (ast.get_docstring(ast.parse(path.read_text())) or "")
    ]
    assert not unexplained


def test_names_say_what_they_hold() -> None:
    catch_alls = {"one", "found", "said", "told"}
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}: name what '{name}' holds"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.arg)
        and (name := node.id if isinstance(node, ast.Name) else node.arg) in catch_alls
    ]
    assert not named


def test_no_module_is_a_drawer_for_everything() -> None:
    assert not [path for path in CODE if path.stem in {"utils", "helpers", "common", "base", "misc"}]


def test_the_folder_of_a_stage_says_whether_it_runs_on_workers() -> None:
    run = (ROOT / "pipeline" / "run.py").read_text()
    on_workers = {path.stem for path in STAGES if path.parent.name == "per_site"}
    assert on_workers == set(re.findall(r"per_site\(\s*(\w+)", run))


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_a_stage_touches_no_clock_and_no_network(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & {
        "time",
        "datetime",
        "socket",
        "requests",
        "urllib",
        "os",
        "subprocess",
        "random",
        "dask",
        "distributed",
    }


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_a_stage_is_one_file_with_one_public_function_and_its_parameters(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    public = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_"]
    assert set(public) == {path.stem, f"{path.stem.title().replace('_', '')}Params"}


def test_every_stage_has_a_section_of_the_run_file_named_after_it() -> None:
    from pipeline.config import RunConfig

    without_parameters = {"withhold_sites"}  # does what a steward asked; nothing about it can be chosen
    assert {path.stem for path in STAGES} - without_parameters <= set(RunConfig.model_fields)


def test_stage_parameters_are_frozen_and_refuse_unknown_keys() -> None:
    from pydantic import BaseModel

    from pipeline.config import RunConfig

    sections = [field.annotation for field in RunConfig.model_fields.values()]
    models = [one for one in sections if isinstance(one, type) and issubclass(one, BaseModel)]
    assert len(models) > 15
    for model in models:
        assert model.model_config.get("extra") == "forbid", model
        assert model.model_config.get("frozen"), model


def test_every_parameter_says_what_it_means() -> None:
    from pydantic import BaseModel

    from pipeline.config import RunConfig

    silent = [
        f"{name}.{key}"
        for name, field in RunConfig.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key, inner in field.annotation.model_fields.items()
        if not inner.description
    ]
    assert not silent


def test_default_yml_is_the_config_model() -> None:
    from pipeline.config import RunConfig, read_yaml

    written = read_yaml(ROOT / "configs" / "default.yml")
    sources = written.pop("sources")
    assert sources
    minimal = {"name": written["name"], "title": written["title"], "sources": sources}
    expected = RunConfig.model_validate(minimal).model_dump(mode="json")
    expected.pop("sources")
    assert written == expected


def test_conda_environment_keeps_step_with_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    renamed = {"playwright": "playwright-python"}
    wanted = {
        (renamed.get(name, name), version.strip())
        for line in project["dependencies"] + project["optional-dependencies"]["dev"]
        for name, version in [re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", line).groups()]  # type: ignore[union-attr]
    }
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    plain = [one for one in listed if isinstance(one, str)] + [
        one for part in listed if isinstance(part, dict) for one in part["pip"]
    ]
    present = {tuple([*one.split(" ", 1), ""][:2]) for one in plain if not one.startswith(("python ", "pip"))}
    assert present == wanted


def test_lock_file_pins_every_dependency_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert " @ " not in lock
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lock.splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[A-Za-z0-9_.-]+", line).group().lower() for line in project["dependencies"]}  # type: ignore[union-attr]
    assert needed <= pinned


def test_every_package_and_data_file_is_shipped() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    elsewhere = settings["package-dir"]
    found = {
        ".".join(path.parent.relative_to(ROOT).parts) for top in PACKAGES for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(settings["packages"]) == found | set(elsewhere)
    shipped = {
        path
        for package, globs in settings["package-data"].items()
        for glob in globs
        for path in (ROOT / elsewhere.get(package, package)).glob(glob)
    }
    data = {
        path
        for top in (*PACKAGES, *elsewhere.values())
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix != ".py" and path.name != ".gitkeep" and "__pycache__" not in path.parts
    }
    assert data - shipped == set()


def test_no_name_that_a_script_folder_may_have_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    tops = {package.split(".")[0] for package in settings["packages"]} | set(settings["py-modules"])
    assert tops == {"layers", "maps", "minewaste", "pipeline"}


def test_the_project_speaks_of_itself_alone() -> None:
    shared = "../" + "shared"
    for path in tracked_files():
        if path.suffix in {".png", ".jpg"} or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path != ROOT / "tests" / "conftest.py":
            assert shared not in text, path
        assert not re.search(r"/(?:home|root|work|Users)/\w", text), path
        assert not re.search(r"\bpypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian", text), path


def test_importing_the_command_is_light() -> None:
    heavy = ("pandas", "geopandas", "sklearn", "dask", "folium")
    code = f"import sys; import pipeline.commands.cli; print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.strip()
        == "[]"
    )
