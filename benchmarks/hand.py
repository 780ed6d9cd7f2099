"""Time a hand of one's own, as the page makes it, and a number with marks and variation.

    python benchmarks/hand.py [WEIGHTS]

The strokes are read and made to look as MNIST's, the reader says which digit it is, the encoder
finds the hand, and the generator writes the digit again and all ten, on one core. A number is
written and shown as HTML, in turns: as a new page does, and as an old link does, with even cells
and no marks. Nothing is remembered from number to number.
"""

import json
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

# NumPy reads this when it is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cgan.common.command_line import Parser, run
from cgan.hub.source import BUNDLED
from cgan.writing import curves, outline
from cgan.writing.drawing import draw
from cgan.writing.setting import unnamed
from demo import hands
from demo.actions import Settings
from demo.models import Model, Models
from demo.page import paper

WARM_UP = 5
KEPT = 9  # digits of the hand besides the one that is drawn

NUMBER = "+86 (138) 1234-5678"
NATURAL = Settings(NUMBER, spacing="ink", variation=0.22)
OLD = Settings(**unnamed(Settings) | {"digits": NUMBER})

# A 3, as a mouse draws it.
THREE = [
    [300, 250], [370, 190], [450, 180], [540, 190], [620, 230], [660, 290], [640, 360], [570, 440],
    [450, 480], [560, 510], [660, 580], [690, 670], [640, 760], [560, 810], [480, 820], [380, 800],
    [300, 750],
]  # fmt: skip


def main() -> None:
    """Print the milliseconds of a hand from one digit, and of one from ten."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", default=str(BUNDLED), help="a folder")
    parser.add_argument("--rounds", type=int, default=200)
    values = parser.parse_args()
    model = Models([values.weights])[""]
    question = {
        "version": 0,
        "digits": [],
        "strokes": [[[x, y, 60] for x, y in THREE]],
        "digit": None,
    }
    first = hands.answer(model, json.dumps(question))
    assert first.current is not None, "these weights have no reader"
    kept = [{"ink": hands.to_text(first.current.ink), "digit": digit} for digit in range(KEPT)]
    questions = {"one digit": question, "ten digits": {**question, "digits": kept}}
    times: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(WARM_UP + values.rounds):
        for name, asked in questions.items():
            times[name].append(hands.answer(model, json.dumps(asked)).milliseconds)
    for name, milliseconds in times.items():
        rounds = milliseconds[WARM_UP:]
        print(
            f"a hand from {name:10} {statistics.median(rounds):6.2f} ms (least {min(rounds):.2f})"
        )
    numbers: list[list[float]] = [[], []]
    for seed in range(WARM_UP + values.rounds):
        for kind, settings in enumerate((NATURAL, OLD)):
            numbers[kind].append(written(model, replace(settings, seed=seed)))
    natural, old = (kind[WARM_UP:] for kind in numbers)
    for name, rounds in (("with marks", natural), ("as before", old)):
        print(f"a number {name:10} {statistics.median(rounds):6.2f} ms (least {min(rounds):.2f})")
    ratios = [one / other for one, other in zip(natural, old, strict=True)]
    print(f"ratio {statistics.median(ratios):.2f} (of the least {min(natural) / min(old):.2f})")


def written(model: Model, settings: Settings) -> float:
    """Return the milliseconds that a number takes, from settings to HTML."""
    curves.forget()
    outline._path.cache_clear()
    start = time.perf_counter()
    drawing = draw(model.sampler, settings.parts(), settings.to_hand(None))
    paper.html(drawing, settings, "en")
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(run(main))
