"""How long a turning loss surface takes, against three peers, in one interleaved run.

A surface of 41 x 41 points, as our films draw it while it turns, turns for 3 s beside the data plot, at 1920x1080 and
60 frames a second, to H.264:

    ours         a film of this project
    stock        Manim's ThreeDScene and Surface, the same grid and turn
    matplotlib   FuncAnimation and plot_surface, as the seed notes do, the same encoder settings
    encoder      the encoder alone, fed with the frames that ours drew
    two          two surfaces of a film of ours, turning side by side; its encoder alone is `two-encoder`

Each is a whole process, interpreter and imports included.

    python benchmarks/surface.py [--rounds 2] [--without stock]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

PEERS = ("encoder", "ours", "matplotlib", "stock", "two-encoder", "two")
WIDTH, HEIGHT, FPS, SECONDS = 1920, 1080, 60, 3
FRAMES = FPS * SECONDS
POINTS = 41
TURN = (-30.0, 30.0)


def main() -> None:
    """Run one peer (``--run``), or all of them in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--without", action="append", default=[], choices=PEERS)
    parser.add_argument("--run", choices=PEERS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--dump", action="store_true", help="keep the raw frames of ours")
    asked = parser.parse_args()
    if asked.run:
        runs = {"ours": ours, "two": ours, "encoder": encoder_alone, "two-encoder": encoder_alone}
        {**runs, "stock": stock, "matplotlib": with_matplotlib}[asked.run](asked)
        return
    peers = [peer for peer in PEERS if peer not in asked.without]
    with tempfile.TemporaryDirectory() as folder:
        for peer in ("ours", "two"):
            measure(peer, folder, "--dump")
        taken: dict[str, list[Taken]] = {peer: [] for peer in peers}
        for _ in range(asked.rounds):
            for peer in peers:
                taken[peer].append(measure(peer, folder))
        report(taken)


class Taken(NamedTuple):
    """What one process took."""

    seconds: float
    megabytes: float


def measure(peer: str, folder: str, *more: str) -> Taken:
    """Time and peak memory of one peer's whole process."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, "--run", peer, "--folder", folder, *more])
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        sys.exit(f"{peer} failed")
    return Taken(seconds, used.ru_maxrss / 1024)


def report(taken: dict[str, list[Taken]]) -> None:
    """Print the medians and their ratio to ours."""
    middle = {peer: statistics.median(run.seconds for run in runs) for peer, runs in taken.items()}
    print(f"{FRAMES} frames of {WIDTH}x{HEIGHT}, median of {len(taken['ours'])} interleaved rounds")
    print(f"{'':12}{'seconds':>9}{'frames/s':>10}{'to ours':>9}{'peak MB':>9}")
    for peer, seconds in middle.items():
        memory = max(run.megabytes for run in taken[peer])
        print(f"{peer:12}{seconds:9.2f}{FRAMES / seconds:10.1f}{seconds / middle['ours']:9.2f}{memory:9.0f}")
    for peer, alone in (("ours", "encoder"), ("two", "two-encoder")):
        if peer in middle and alone in middle:
            print(f"{peer}: {middle[peer] / middle[alone]:.2f} times the encoder alone")


def output() -> Any:
    """The settings that all peers share."""
    from scenes.production.output import Output

    return Output(width=WIDTH, height=HEIGHT, fps=FPS)


def ours(asked: argparse.Namespace) -> None:
    """Film the surface, the way that `lossreel render` does."""
    from scenes.production.memory import rare_collections

    with rare_collections():
        film_surface(asked)


def film_surface(asked: argparse.Namespace) -> None:
    """Fetch the run, draw and encode."""
    from learning.store import fetch
    from scenes.catalogue import Entry
    from scenes.parameters import DescentParameters, FlatRegionsParameters
    from scenes.production import studio
    from scenes.production.order import Order
    from scenes.production.shooting import shoot_film

    two = asked.run == "two"
    parameters = FlatRegionsParameters(starts=((-10.0, -1.0),)) if two else DescentParameters()
    runs = {label: fetch(run, root=asked.folder / "cache") for label, run in parameters.experiments().items()}
    if asked.dump:
        keep_frames(studio.FilmWriter, asked.folder / f"{asked.run}.npy")
    place = asked.folder / asked.run / "film"
    place.mkdir(parents=True, exist_ok=True)
    scene = "turning:TwoTurning" if two else "turning:Turning"
    entry = Entry("flat-regions" if two else "descent", type(parameters), scene, SECONDS)
    shoot_film(Order(entry, parameters, output(), "dark", "en"), runs, place / "film.mp4", None)


def keep_frames(writer: Any, path: Path) -> None:
    """Let a writer keep each frame that it takes, raw, in one file."""
    import numpy as np

    frames = np.lib.format.open_memmap(path, "w+", np.uint8, (FRAMES, HEIGHT, WIDTH, 4))
    original, count = writer.write_frame, 0

    def write_frame(self: Any, pixels: Any, *, repeat: int = 1) -> None:
        nonlocal count
        frames[count : count + repeat] = pixels
        count += repeat
        original(self, pixels, repeat=repeat)

    writer.write_frame = write_frame


def encoder_alone(asked: argparse.Namespace) -> None:
    """Encode the frames that ours drew."""
    import numpy as np

    from scenes.production.encode import Encoder, open_sink

    frames = np.load(asked.folder / ("two.npy" if asked.run == "two-encoder" else "ours.npy"), mmap_mode="r")
    encoder = Encoder(open_sink(asked.folder / "encoder.mp4", output()))
    for frame in frames:
        encoder.write(np.array(frame))
    encoder.finish()
    (asked.folder / "encoder.mp4").unlink()


def ground() -> tuple[Any, Any]:
    """The run, and its landscape."""
    from learning import landscape, theory
    from learning.experiment import Experiment
    from learning.training import train

    run = train(Experiment())
    window = landscape.window_around(run, theory.least_squares(run.x, run.y))
    return run, landscape.over_window(run, window, POINTS)


def stock(asked: argparse.Namespace) -> None:
    """Manim's own means: a Surface of as many faces, the plot fixed in the frame."""
    import manim as m
    import numpy as np

    run, land = ground()
    top = float(land.loss.max())

    def height(u: float, v: float) -> np.ndarray:
        i, j = round((u + 2) / 4 * (POINTS - 1)), round((v + 2) / 4 * (POINTS - 1))
        return np.array([u, v, 3 * float(land.loss[i, j]) / top])

    class Turning(m.ThreeDScene):
        def construct(self) -> None:
            self.set_camera_orientation(phi=60 * m.DEGREES, theta=TURN[0] * m.DEGREES)
            surface = m.Surface(height, u_range=(-2, 2), v_range=(-2, 2), resolution=(POINTS - 1, POINTS - 1))
            axes = m.Axes(x_range=(-3, 3), y_range=(-30, 25, 10), x_length=5, y_length=4).to_edge(m.LEFT)
            dots = m.VGroup(*(m.Dot(axes.c2p(x, y), radius=0.05) for x, y in zip(run.x, run.y, strict=True)))
            line = m.Line(axes.c2p(-2.5, -30), axes.c2p(2.66, 21.6))
            self.add_fixed_in_frame_mobjects(axes, dots, line)
            self.add(surface.shift(2.5 * m.RIGHT))
            self.move_camera(theta=TURN[1] * m.DEGREES, run_time=SECONDS, rate_func=m.linear)

    settings = {
        "pixel_width": WIDTH, "pixel_height": HEIGHT, "frame_rate": FPS, "verbosity": "ERROR", "progress_bar": "none",
        "media_dir": str(asked.folder / "stock"), "disable_caching": True, "notify_outdated_version": False,
    }  # fmt: skip
    with m.tempconfig(settings):
        Turning().render()


def with_matplotlib(asked: argparse.Namespace) -> None:
    """The notes' way: FuncAnimation over a 3-D axes, written with the same encoder."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np
    from matplotlib.animation import AbstractMovieWriter, FuncAnimation

    from scenes.production.encode import Encoder, open_sink

    class Writer(AbstractMovieWriter):
        def setup(self, fig: Any, outfile: Any, dpi: Any = None) -> None:
            super().setup(fig, outfile, dpi)
            self.encoder = Encoder(open_sink(Path(outfile), output()))

        def grab_frame(self, **_: Any) -> None:
            self.fig.canvas.draw()
            self.encoder.write(np.array(self.fig.canvas.buffer_rgba()))

        def finish(self) -> None:
            self.encoder.finish()

    run, land = ground()
    figure = plt.figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    plot, solid = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2, projection="3d")
    plot.plot(run.x, run.y, "o")
    plot.plot(run.x, run.yhat[0])
    solid.plot_surface(*np.meshgrid(land.w0, land.w1, indexing="ij"), land.loss, rstride=1, cstride=1, alpha=0.35)

    def turn(frame: int) -> None:
        solid.view_init(elev=28, azim=TURN[0] + (TURN[1] - TURN[0]) * frame / FRAMES)

    file = asked.folder / "matplotlib.mp4"
    FuncAnimation(figure, turn, frames=FRAMES).save(str(file), writer=Writer(fps=FPS), dpi=100)
    file.unlink()


if __name__ == "__main__":
    main()
