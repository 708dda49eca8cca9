"""A browser page that remembers what went wrong and what it asked for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
]
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}


class Watched:
    """A page that remembers what went wrong and what it asked for."""

    def __init__(self, browser: Any, locale: str = "en-CA", size: dict[str, int] | None = None, **options: Any) -> None:
        self.context = browser.new_context(viewport=size or DESKTOP, locale=locale, offline=True, **options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: Path, after: str = "") -> Any:
        self.page.goto(path.as_uri() + after)
        if path.name == "map.html":
            self.page.wait_for_selector("html[data-ready]")
        return self.page

    def check(self) -> None:
        assert self.wrong == []
        assert [one for one in self.asked if not one.startswith(("file:", "data:"))] == []
        assert self.page.title() != "HIT"
