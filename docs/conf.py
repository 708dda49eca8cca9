"""Sphinx: pages in Markdown, the API and the data dictionary from the code itself, nothing fetched from a network."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from generate import write_reference  # noqa: E402 - the path is set above

write_reference(HERE / "reference" / "generated")

project = "minewaste"
author = "The minewaste authors"
copyright = "The minewaste authors, Apache-2.0"  # noqa: A001 - the name Sphinx asks for
release = metadata.version("minewaste")
extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc", "myst_nb"]
exclude_patterns = ["build", "**/.ipynb_checkpoints"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebook is executed by a test and kept with its results
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
default_role = "code"
html_theme = "furo"
html_title = f"minewaste {release}"
html_static_path: list[str] = []
