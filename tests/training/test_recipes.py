"""Recipes: named sets of options, which given options change."""

from dataclasses import replace

import pytest

from cgan.common.errors import BadValue
from cgan.training.options import COMPARING, TrainingOptions
from cgan.training.recipes import RECIPES, from_recipe


def test_the_articles_recipe_is_the_defaults():
    assert from_recipe("article", {}) == TrainingOptions()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_given_option_wins(recipe):
    whole = from_recipe(recipe, {})
    given = {"lr": 0.123, "n_epochs": 7, "seed": 5}
    assert from_recipe(recipe, given) == replace(whole, **given)


@pytest.mark.parametrize("recipe", ["good", "best"])
def test_our_recipes_are_convolutional_and_publish_averages(recipe):
    options = from_recipe(recipe, {})
    assert options.arch == "conv"
    assert options.ema > 0
    assert options.reader


def test_the_best_recipe_takes_longer_and_compares_what_is_drawn():
    good, best = from_recipe("good", {}), from_recipe("best", {})
    assert best.n_epochs > good.n_epochs
    for name in COMPARING:
        assert getattr(good, name) == 0
        # The bundled weights are those of `best`, and older than these two options.
        assert (getattr(best, name) > 0) is (name not in ("missed_weight", "missed_share"))


def test_what_does_not_fit_the_recipe_is_refused():
    with pytest.raises(BadValue, match="--recipe best is for --arch conv"):
        from_recipe("best", {"arch": "mlp"})
    with pytest.raises(BadValue, match=r"--recipe good .*: leave out --unconditional\."):
        from_recipe("good", {"unconditional": True})
