"""Recipes: named sets of options, which given options change."""

from dataclasses import replace

import pytest

from cgan.common.errors import BadValue
from cgan.training.options import TrainingOptions
from cgan.training.recipes import RECIPES, from_recipe


def test_the_articles_recipe_is_the_defaults():
    assert from_recipe("article", {}) == TrainingOptions()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_given_option_wins(recipe):
    whole = from_recipe(recipe, {})
    given = {"lr": 0.123, "n_epochs": 7, "seed": 5}
    assert from_recipe(recipe, given) == replace(whole, **given)


def test_the_best_recipe_is_convolutional_and_publishes_averages():
    best = from_recipe("best", {})
    assert best.arch == "conv"
    assert best.ema > 0
    assert best.reader


def test_what_does_not_fit_the_recipe_is_refused():
    with pytest.raises(BadValue, match="needs --arch conv"):
        from_recipe("best", {"arch": "mlp", "class_norm": True})
