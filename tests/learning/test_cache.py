"""The cache's folder: what is counted, what is deleted, and what goes first when it is full."""

import os
from pathlib import Path

import pytest

from learning import cache, store
from learning.cache import SOURCES
from learning.errors import InputError, RunError
from learning.experiment import Experiment

SHORT = Experiment(epochs=3)


def files(root):
    return sorted(path.name for path in Path(root).rglob("*") if path.is_file() and path.name != SOURCES)


def kept(root, kind, name, size, age):
    """Put an entry of a size into a cache, last of use so many seconds ago."""
    path = root / kind / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == cache.FILMS:
        path.mkdir()
        (path / "film.mp4").write_bytes(bytes(size))
    else:
        path.write_bytes(bytes(size))
    os.utime(path, (1e9 - age, 1e9 - age))
    return path


def test_the_root_is_the_variable_or_the_users_cache(monkeypatch, cache_root):
    assert cache.default_root() == cache_root
    monkeypatch.setenv("LOSSREEL_CACHE", "")
    assert cache.default_root().name.lower() in ("lossreel", "cache")
    assert cache.default_root().is_absolute()


def test_info_counts_what_is_kept_and_clear_deletes_it(cache_root):
    assert cache.info().histories == (0, 0)
    store.fetch(SHORT)
    store.fetch(Experiment(epochs=4))
    film = cache_root / "films" / "ab" / "film.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(b"12345")
    (cache_root / "histories" / ".x.npz.1-ab.part").write_bytes(b"left by a crash")
    info = cache.info()
    assert info.root == cache_root
    assert info.histories.files == 2
    assert info.histories.bytes == sum(path.stat().st_size for path in cache_root.glob("histories/*.npz"))
    assert info.films == (1, 5)
    assert cache.clear() == info
    assert files(cache_root) == []
    assert cache.info().films == (0, 0)
    assert cache.clear().histories == (0, 0)


def test_clear_spares_a_folder_that_is_not_a_cache(tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "wedding.mp4").write_bytes(b"dear")
    (tmp_path / "Documents").mkdir()
    with pytest.raises(RunError, match="Documents"):
        cache.clear(tmp_path)
    assert files(tmp_path) == ["wedding.mp4"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 5_000_000_000),
        ("0", 0),
        ("800MB", 800_000_000),
        ("1.5 GB", 1_500_000_000),
        ("20gb", 20_000_000_000),
        ("12 B", 12),
        ("2GiB", 2**31),
    ],
)
def test_the_limit_is_read_from_the_variable(monkeypatch, text, size):
    monkeypatch.setenv("LOSSREEL_CACHE_LIMIT", text)
    assert cache.limit() == size
    assert cache.info().limit == size


@pytest.mark.parametrize("text", ["much", "5 cats", "-1GB", "inf", "nanMB", "GB", "1e999GB", "5 G B"])
def test_a_limit_that_is_no_size_is_refused(monkeypatch, text):
    monkeypatch.setenv("LOSSREEL_CACHE_LIMIT", text)
    with pytest.raises(InputError, match="800MB"):
        cache.limit()


def test_what_was_of_no_use_for_longest_goes_first(cache_root, monkeypatch):
    old = kept(cache_root, cache.HISTORIES, "old.npz", 100, age=40)
    folder = kept(cache_root, cache.FILMS, "film", 100, age=30)
    used = kept(cache_root, cache.HISTORIES, "used.npz", 50, age=50)
    newest = kept(cache_root, cache.FILMS, "newest", 100, age=0)
    cache.used(used)
    monkeypatch.setenv("LOSSREEL_CACHE_LIMIT", "250")
    cache.make_room(newest)
    assert [path.exists() for path in (old, folder, used, newest)] == [False, True, True, True]


def test_what_was_added_last_stays_however_large_it_is(cache_root, monkeypatch):
    monkeypatch.setenv("LOSSREEL_CACHE_LIMIT", "10")
    other = kept(cache_root, cache.FILMS, "other", 5, age=0)
    newest = kept(cache_root, cache.FILMS, "newest", 1000, age=10)
    cache.make_room(newest)
    assert newest.exists()
    assert not other.exists()


def test_what_was_never_finished_goes_after_a_day(cache_root):
    parts = [kept(cache_root, cache.HISTORIES, f".{name}.npz.7-ab.part", 10, age=0) for name in ("old", "new")]
    os.utime(parts[1])
    cache.make_room(cache_root / cache.HISTORIES / "x.npz")
    assert [part.exists() for part in parts] == [False, True]


def test_histories_keep_to_the_limit(cache_root, monkeypatch):
    first = store.path_of(SHORT)
    store.fetch(SHORT)
    os.utime(first, (1e9, 1e9))
    monkeypatch.setenv("LOSSREEL_CACHE_LIMIT", str(int(1.5 * first.stat().st_size)))
    other = SHORT.replace(lr=0.002)
    store.fetch(other)
    assert files(cache_root) == [store.path_of(other).name]


def test_a_history_that_is_read_is_of_use(cache_root):
    store.fetch(SHORT)
    path = store.path_of(SHORT)
    os.utime(path, (1e9, 1e9))
    store.fetch(SHORT)
    assert path.stat().st_mtime > 1.5e9
