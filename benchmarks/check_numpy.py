"""Compare what Jittor's generator draws, on a GPU say, with what `cgan.Sampler` draws with NumPy.

    python benchmarks/check_numpy.py --device cuda [RUN ...]

Draws 100 digits with each of the weights, the bundled ones always among them, and says how far
the values (from -1 to 1) are apart and how many pixels differ when they are written as bytes.
Exit code 1 where they are further apart than half a grey level.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cgan import Sampler
from cgan.backend.setup import load_jittor
from cgan.hub.source import BUNDLED
from cgan.model import registry, weights

COUNT = 100
TOLERANCE = 1 / 255  # a grey level is 2 / 255


def main() -> int:
    """Print a line for each of the weights; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="folders of weights")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    values = parser.parse_args()
    jt = load_jittor(values.device)
    from cgan.training import networks  # imports Jittor, which is set up above
    from cgan.training.options import TrainingOptions

    apart = False
    for folder in (BUNDLED, *values.runs):
        if not (folder / "model.safetensors").is_file():
            print(f"{folder}: no weights in this folder")
            apart = True
            continue
        loaded = weights.load(folder)
        sampler = Sampler(loaded)
        generator, _ = networks.make(
            loaded.config, TrainingOptions(arch=loaded.config.architecture)
        )
        generators = registry.of(loaded.config).shapes(loaded.config)
        own = {name: loaded.tensors[name] for name in generators}
        generator.load_parameters(own)
        generator.eval()
        z = sampler.latents(COUNT, seed=0)
        labels = (np.arange(COUNT) % loaded.config.n_classes).astype(np.int32)
        theirs = generator(jt.array(z), jt.array(labels)).numpy()
        ours = sampler.generate(z, labels)
        furthest = np.abs(ours - theirs).max()
        bytes_of = [np.rint((images + 1) * 127.5) for images in (ours, theirs)]
        print(
            f"{folder.name} ({loaded.config.architecture}): at most {furthest:.1e} apart, "
            f"{(bytes_of[0] != bytes_of[1]).sum()} of {ours.size} pixels differ"
        )
        apart |= not furthest <= TOLERANCE  # so NaN is too far, too
    return int(apart)


if __name__ == "__main__":
    sys.exit(main())
