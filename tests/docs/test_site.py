"""The site of the documentation: it is whole, its links lead somewhere, and it needs no network."""

import ast
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fences import ROOT
from lxml import html
from PIL import Image

from scenes.catalogue import FILMS

PICTURED = ("tangent", "descent")
LOADED = "//script/@src | //img/@src | //video/@src | //video/@poster | //source/@src | //iframe/@src | //link/@href"
TEXT = (".html", ".css", ".js", ".json", ".xml", ".txt")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as `make docs` builds it, but for the gallery: posters, and of two films only."""
    folder = tmp_path_factory.mktemp("documentation") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    asked = {"LOSSREEL_GALLERY": f"posters:{','.join(PICTURED)}", "LOSSREEL_CACHE": str(folder.parent / "cache")}
    env = {**os.environ, **asked, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@cache
def parsed(path):
    return html.document_fromstring(path.read_text(encoding="utf-8"))


@cache
def ids(path):
    return set(parsed(path).xpath("//@id"))


def text_of(path):
    return parsed(path).find(".//article").text_content()


def pages(site):
    return [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]


def test_nothing_is_asked_of_the_network(site):
    assert len(pages(site)) > 60
    outside = {
        (path.name, place) for path in pages(site) for place in parsed(path).xpath(LOADED) if urlsplit(place).netloc
    }
    assert outside == set()
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert styles
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\"']+", text)
    ] == []


def leads(path, fragment):
    """Whether there is such a file, and in it such a place; those with __ the theme makes when it runs."""
    return path.is_file() and (not fragment or fragment.startswith("__") or fragment in ids(path))


def test_every_link_within_the_site_leads_somewhere(site):
    dead = []
    for path in pages(site):
        for place in parsed(path).xpath(f"{LOADED} | //a/@href"):
            split = urlsplit(place)
            target = (path.parent / unquote(split.path)).resolve() if split.path else path
            if not (split.scheme or split.netloc) and not leads(target, unquote(split.fragment)):
                dead.append((path.name, place))
    assert dead == []


def public(folder, prefix):
    """Every public class and function of every public module of a folder, as the source has them: name, first line."""
    for path in sorted((ROOT / folder).glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield f"{prefix}.{path.stem}", ast.get_docstring(tree)
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{prefix}.{path.stem}.{node.name}", ast.get_docstring(node)


@pytest.mark.parametrize(
    ("folder", "prefix", "room"), [("learning", "learning", "learning"), ("scenes/panels", "scenes.panels", "panels")]
)
def test_every_public_module_class_and_function_has_its_place(site, folder, prefix, room):
    there = set().union(*map(ids, (site / "api" / room).glob("*.html")))
    wanted = {name for name, told in public(folder, prefix) if told}
    assert len(wanted) > 60
    assert wanted - there == set()


def test_what_a_film_is_made_with_has_its_place(site):
    for name in ("scenes.film.Film.say", "scenes.parameters.FilmParameters.experiments", "scenes.drawing.Drawing.to"):
        module = ".".join(name.split(".")[:2])
        assert name in ids(site / "api" / "films" / f"{module}.html")


def test_what_docstrings_mark_up_is_marked_up(site):
    assert "Attributes that a film moves" in text_of(site / "api" / "panels" / "scenes.panels.data_plot.html")
    role = re.compile(r":(?:attr|class|data|exc|func|meth|mod):")
    assert [path.name for path in pages(site) if role.search(text_of(path))] == []


def test_the_gallery_has_every_film(site):
    page = site / "gallery.html"
    assert parsed(page).xpath("//h2/@id") == list(FILMS)
    for entry in FILMS.values():
        for name in entry.parameters.model_fields:
            assert f"--{name.replace('_', '-')}" in text_of(page)
    assert set(parsed(page).xpath("//article//img/@src")) == {f"gallery/{name}.png" for name in PICTURED}
    for name in PICTURED:
        with Image.open(site / "gallery" / f"{name}.png") as picture:
            assert picture.size == (640, 360)


def test_nothing_tells_where_it_was_built(site):
    told = {str(ROOT), str(site), str(Path.home() / "."), sys.prefix}
    texts = {
        path: path.read_text(encoding="utf-8", errors="replace") for path in site.rglob("*") if path.suffix in TEXT
    }
    assert [(path.name, place) for path, text in texts.items() for place in told if place in text] == []


def test_it_opens_from_disk_and_can_be_searched(site, program):
    path = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    from playwright.sync_api import sync_playwright

    asked, wrong = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(error))
        page.goto((site / "index.html").as_uri())
        page.focus("input.md-search__input")
        page.keyboard.type("LossSurface")
        page.wait_for_selector(".md-search-result__link[href*='loss_surface']")
        browser.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
