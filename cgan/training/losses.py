"""The adversarial objectives.

Goodfellow et al., "Generative Adversarial Nets", 2014 (arXiv:1406.2661), equation 1:

    min_G max_D  E_x[log D(x)] + E_z[log(1 - D(G(z)))]                                       (1)

Mirza and Osindero, "Conditional Generative Adversarial Nets", 2014 (arXiv:1411.1784),
equation 2, the same given the label y:

    min_G max_D  E_x[log D(x|y)] + E_z[log(1 - D(G(z|y)|y))]                                 (2)

Mao et al., "Least Squares Generative Adversarial Networks", 2017 (arXiv:1611.04076), equation 9
with targets a = 0 (generated), b = 1 (real), c = 1 (what G wants), without its factors 1/2:

    min_D  E_x[(D(x) - 1)²] + E_z[D(G(z))²]        min_G  E_z[(D(G(z)) - 1)²]                (3)

Lim and Ye, "Geometric GAN", 2017 (arXiv:1705.02894), the hinge loss, as Miyato and Koyama
("cGANs with Projection Discriminator", 2018, arXiv:1802.05637, equation 8) use it:

    min_D  E_x[max(0, 1 - D(x|y))] + E_z[max(0, 1 + D(G(z|y)|y))]        min_G  -E_z[D(G(z|y)|y)]
                                                                                             (4)

G's loss may also include `reader_weight` times the loss of a classifier C, so that generated digits
can be read. C was trained on the real images and doesn't change. (Odena, Olah and Shlens,
"Conditional Image Synthesis with Auxiliary Classifier GANs", 2017, arXiv:1610.09585, train one
along with D.)

    E_z[max(0, log 0.99 - log C(y|G(z|y)))]                                                  (5)

Images that C is sure of get no gradient: otherwise all digits would become what C is surest of.

Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do actually Converge?", 2018
(arXiv:1801.04406), equation 9: D's loss gets a gradient penalty on real images, with
the weight γ = `r1`:

    γ/2 E_x[|∇D(x)|²]                                                                        (6)

It keeps D from becoming steep where G has nothing left to learn. (D's loss is half of theirs
here, so `r1` has the effect of twice its value there.) The gradient is estimated by finite
differences along Gaussian noise, whose mean square is that of the gradient: this needs no second
derivatives. Lin et al. ("Diffusion Adversarial Post-Training for One-Step Video Generation", 2025,
arXiv:2501.08316) do so without dividing by s. Here it is

    γ/2 E_x,e[((D(x + s e) - D(x)) / s)²],    e ~ N(0, I)                                    (7)

and it is added only every few steps, at that many times the weight, as in Karras et al. ("Analyzing
and Improving the Image Quality of StyleGAN", 2020, arXiv:1912.04958, "lazy regularization").

`range_weight` times the next term keeps each pixel of a generated image within the range that it
has in the real images of its class, from l(y) to h(y); real images have none of it. D overlooks a
dot where no image has ink, most of all near the border (docs/experiments.md).

    E_z[|max(0, G(z|y) - h(y))|² + |max(0, l(y) - G(z|y))|²]                                 (8)

`stroke_weight` is that of the same term with bounds for each image, from
`cgan.training.whole_strokes`: they join what is broken, and leave no specks.

Each function of scores below takes those of D, (N, 1) float32, and returns a scalar. The loss of D
is (real + generated) / 2, as in the article. They are written with the methods of Jittor's arrays
alone, so that this module, which the options read, need not import Jittor.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from cgan.model.reader import CERTAIN

R1_NOISE = 0.05
"""s in equation (7); pixels are from -1 to 1."""
R1_INTERVAL = 4
"""The penalty is added in one of this many steps, with this many times the weight."""


def lsgan(scores: Any, real: bool) -> Any:
    """Least squares, equation (3): the mean of (score - 1)² or, for `real=False`, score²."""
    return (scores - float(real)).sqr().mean()


def bce(scores: Any, real: bool) -> Any:
    """Binary cross-entropy on logits: the mean of -log s(score), or of -log(1 - s(score)).

    s is the sigmoid. For D, (real + generated) / 2 is minus half of the value in (1) and (2).
    G minimises -log D(G(z)), the non-saturating form (Goodfellow et al., section 3), instead of
    log(1 - D(G(z))): the same fixed point, and gradients that don't vanish early on.
    """
    logits = scores if real else -scores
    # log(1 + exp(-x)) without overflow: max(-x, 0) + log(1 + exp(-|x|)). At 0, where the slopes of
    # Jittor's maximum and |x| are 0 and 1, theirs together is -1/2, as it should be.
    return ((-logits).maximum(0.0) + (1.0 + (-logits.abs()).exp()).log()).mean()


def hinge(scores: Any, real: bool) -> Any:
    """Hinge loss, equation (4), for D: the mean of max(0, 1 - score), or of max(0, 1 + score)."""
    return (1.0 - scores if real else 1.0 + scores).maximum(0.0).mean()


def reader_loss(log_probabilities: Any, labels: Any) -> Any:
    """Equation (5): how far the classifier falls short of certainty, on average.

    Args:
        log_probabilities: (N, n_classes) float32, at most 0.
        labels: (N,) int32, the classes that the images should show.
    """
    own = log_probabilities.reindex((len(labels),), ["i0", "@e0(i0)"], extras=[labels])
    return (CERTAIN - own).maximum(0.0).mean()


def gradient_penalty(scores: Any, near: Any) -> Any:
    """Equation (7) without its weight: D's mean squared slope along one noise per image.

    Args:
        scores: (N, 1) float32, of real images.
        near: (N, 1) float32, of the same images plus `R1_NOISE` times standard normal noise.
    """
    return ((near - scores) / R1_NOISE).sqr().mean()


def range_loss(images: Any, low: Any, high: Any) -> Any:
    """Equation (8): by how much pixels leave their range, as the mean over images.

    Args:
        images: (N, C, H, W) float32.
        low: (N, C, H, W) float32, the least value of each pixel.
        high: (N, C, H, W) float32, the largest.
    """
    beyond = (images - high).maximum(0.0) + (low - images).maximum(0.0)
    return beyond.sqr().sum() / images.shape[0]


class Loss(NamedTuple):
    """What both networks minimise.

    Attributes:
        title: what the help of `--loss` says about it.
        discriminator: (scores, real) -> the loss of D on real or on generated images.
        generator: scores of generated images -> the loss of G.
    """

    title: str
    discriminator: Callable[[Any, bool], Any]
    generator: Callable[[Any], Any]


LOSSES = {
    "lsgan": Loss("least squares", lsgan, lambda scores: lsgan(scores, real=True)),
    "bce": Loss(
        "cross-entropy, the article's formulas", bce, lambda scores: bce(scores, real=True)
    ),
    "hinge": Loss("", hinge, lambda scores: -scores.mean()),
}
