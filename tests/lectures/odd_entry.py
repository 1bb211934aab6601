"""The entry of a film that misbehaves as it is told; loads nothing heavy."""

from pydantic import Field
from toyfilm_entry import ToyParameters

from learning.experiment import Experiment
from scenes import captions
from scenes.catalogue import Entry


class OddParameters(ToyParameters):
    what: str = Field("nothing", description="what it does instead of being drawn")
    data: str = Field("regression", description="a data set or a CSV file")

    def experiments(self):
        return {"run": Experiment(lr=self.lr, epochs=3, data=self.data)}


ENTRY = Entry("odd", OddParameters, "odd:Odd", 3.6)

for _language in captions.LANGUAGES:
    _texts = captions.load(_language)._texts
    _texts["odd.title"], _texts["odd.teaches"] = f"Odd in {_language}", "Squares fall"
