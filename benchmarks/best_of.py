"""Measure what choosing the most legible of several latents does: `write(..., best_of=k)`.

    python benchmarks/best_of.py [WEIGHTS] --data-dir data

For each k: GAN-test, which legible digits improve; the Frechet distance, precision and recall,
since choosing costs diversity; and how many digits differ from those of k = 1. Needs MNIST, and
the judging classifier of `python -m cgan evaluate`, which it trains if it isn't in the cache.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cgan import Sampler  # noqa: E402
from cgan.backend.setup import load_jittor  # noqa: E402
from cgan.common.command_line import Parser, run  # noqa: E402
from cgan.data import datasets  # noqa: E402
from cgan.evaluation.evaluator import SAMPLES, Evaluator  # noqa: E402

CHOICES = (1, 2, 4, 8)


def main() -> None:
    """Print a line for each k."""
    parser = Parser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", nargs="?", help="the bundled ones by default")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--samples", type=int, default=SAMPLES)
    values = parser.parse_args()
    sampler = Sampler.from_pretrained(values.weights)
    train, test = datasets.load_splits("mnist", values.data_dir, sampler.config.img_size)
    load_jittor()
    evaluator = Evaluator(train, test)
    labels = evaluator.labels(values.samples)
    plain = sampler.latents(len(labels), seed=0)
    print("k   GAN-test  worst class  Frechet  precision  recall  other digits")
    for best_of in CHOICES:
        z = sampler.best_latents(labels, seed=0, best_of=best_of)
        judgement = evaluator.judge(sampler.generate(z, labels), labels)
        precision, recall = evaluator.precision_recall(judgement.features)
        print(
            f"{best_of:<3} {judgement.accuracy:8.2%} {min(judgement.accuracy_per_class):12.1%} "
            f"{evaluator.frechet_distance(judgement.features):8.2f} {precision:10.3f} "
            f"{recall:7.3f} {np.mean((z != plain).any(axis=1)):13.1%}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(run(main))
