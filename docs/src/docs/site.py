"""Assembles the site's pages in one folder and has Zensical build them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docs import command_reference, contents, diagrams, python_api
from docs.links import Links

if TYPE_CHECKING:
    from docs.contents import Page

_SETTINGS = "docs/zensical.toml"
_OWN_FILES = "docs/assets"
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_NO_HEADING = re.compile(r"<th( [^>]*)?></th>")
_FOREIGN_LIBRARY = re.compile(r"https://unpkg\.com/mermaid@[\w.]+/dist/mermaid\.min\.js")


@dataclass(frozen=True)
class Site:
    """What is built.

    Attributes:
        root: The repository.
        version: What the site calls this state of the documentation.
        repository: Address under which files of this state can be read, or empty.
    """

    root: Path
    version: str
    repository: str = ""

    def build(self, out: Path) -> None:
        """Build the site.

        Args:
            out: Folder of the site; what was there is replaced.

        Raises:
            BrokenLinkError: A page links to what is not there.
            RuntimeError: Zensical has a complaint, a link to a heading that is not there among them.
        """
        work = self.root / "build" / "site-pages" / self.version
        shutil.rmtree(work, ignore_errors=True)
        pages = contents.load(self.root)
        self._assemble(pages, work / "pages")
        self._settings(pages, work)
        _zensical(work)
        _mend(work / "site", diagrams.library(self.root / ".nox" / "diagrams"))
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(work / "site", out)

    def _assemble(self, pages: list[Page], folder: Path) -> None:
        assets: dict[str, Path] = {}
        links = Links(
            self.root, {page.source: page.path for page in pages if page.source}, self.repository, assets
        )
        for page in pages:
            text = (self.root / page.source).read_text(encoding="utf-8") if page.source else self._made(page)
            place = folder / page.path
            place.parent.mkdir(parents=True, exist_ok=True)
            # What is made has links as a page in `docs/reference/` would have them.
            source = page.source or f"docs/{page.path}"
            place.write_text(links.rewrite(text, source, page.path), encoding="utf-8")
        shutil.copytree(self.root / _OWN_FILES, folder / "assets", dirs_exist_ok=True)
        for path, file in assets.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)

    def _made(self, page: Page) -> str:
        name = Path(page.path).stem
        if name == "python-api":
            return python_api.page(self.root / "python-sdk" / "src", "memory")
        if name == "node-api":
            command = ["node", "docs/src/docs/node_api.mjs", "nodejs-sdk/index.d.ts"]
            done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode:
                raise RuntimeError(f"the reference of Node: {done.stderr}")
            return done.stdout
        if name == "commands":
            return command_reference.page()
        raise ValueError(f"nothing makes {page.path}")

    def _settings(self, pages: list[Page], work: Path) -> None:
        navigation: list[dict[str, object]] = []
        for page in pages:
            entry = {page.title: page.path}
            if not page.section:
                navigation.append(dict(entry))
                continue
            if page.section not in navigation[-1]:
                navigation.append({page.section: []})
            listed = navigation[-1][page.section]
            assert isinstance(listed, list)  # noqa: S101 - for the type checker
            listed.append(entry)
        own = (self.root / _SETTINGS).read_text(encoding="utf-8")
        nav = "nav = " + _toml(navigation)
        text = own.replace("[project]\n", f"[project]\n{nav}\n", 1)
        (work / "zensical.toml").write_text(text, encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _zensical(work: Path) -> None:
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = _COLOUR.sub("", done.stdout + done.stderr).partition("Traceback")[0]
        raise RuntimeError(f"Zensical could not build the site:\n{said}")


def _mend(site: Path, library: Path) -> None:
    """Let pages with a diagram load its library before the theme would look for it elsewhere; mend tables."""
    own = site / diagrams.PLACE
    shutil.copyfile(library, own)
    for script in site.glob("assets/javascripts/bundle.*.js"):
        text = script.read_text(encoding="utf-8")
        script.write_text(_FOREIGN_LIBRARY.sub("", text), encoding="utf-8")
    for page in site.rglob("*.html"):
        # A heading that is empty is none: Markdown has no tables without headings.
        text = _NO_HEADING.sub(r"<td\1></td>", page.read_text(encoding="utf-8"))
        if 'class="mermaid"' in text:
            depth = len(page.relative_to(site).parts) - 1
            tag = f'<script src="{"../" * depth}{diagrams.PLACE}"></script>'
            text = text.replace("</head>", f"{tag}</head>", 1)
        page.write_text(text, encoding="utf-8")
