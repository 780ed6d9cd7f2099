"""Which way up a sheet is, as the weights' reader sees it."""

from dataclasses import replace

import numpy as np
import pytest

from cgan.sampler import Sampler
from cgan.writing.upright import read_sheet
from tests.conftest import TINY, random_sampler
from tests.writing.sheets import sheet


@pytest.mark.parametrize(("digits", "turned"), [([6], 0), ([6, 2, 7], 180)])
def test_a_few_digits_show_which_way_up_they_are_and_one_does_not(digits, turned):
    upside_down = np.rot90(sheet(digits), 2)
    assert read_sheet(upside_down, Sampler.from_pretrained(), digits).turned == turned


def test_weights_of_fewer_than_ten_digits_take_eleven_for_as_many():
    sampler = random_sampler(replace(TINY, img_size=32, n_classes=5, reader=True))
    assert len(read_sheet(sheet(["11", *[1] * 9], lines=2), sampler).found) == 11
