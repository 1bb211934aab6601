"""The toy film's entry alone: what a process needs that takes the film from the cache."""

from pydantic import Field

from learning.experiment import Experiment
from scenes import captions
from scenes.catalogue import Entry
from scenes.parameters import FilmParameters


class ToyParameters(FilmParameters):
    lr: float = Field(0.001, gt=0, le=1, description="learning rate")
    rates: tuple[float, ...] = Field((0.1, 0.2), description="rates to compare")
    seconds: float = Field(1.2, gt=0, description="length of a beat")

    def experiments(self):
        return {"run": Experiment(lr=self.lr, epochs=3)}


ENTRY = Entry("toy", ToyParameters, "toyfilm:Toy", 3.6)

for _language in captions.LANGUAGES:
    _texts = captions.load(_language)._texts
    _texts["toy.title"], _texts["toy.teaches"] = f"Toy in {_language}", "Squares move"
