import numpy as np
import pytest
import torch

from cance_edu.training.descent import Descent
from cance_edu.training.schedule import Schedule, schedule_for


def test_the_rate_rises_to_its_peak_and_falls_to_zero():
    weight = torch.nn.Parameter(torch.ones(1))
    descent = Descent([weight], 0.5, 20)
    rates = []
    for _ in range(20):
        rates.append(descent.optimizer.param_groups[0]["lr"])
        descent.step(weight.square().sum())
    top = int(np.argmax(rates))
    assert 0 < top < 10
    assert rates[top] == pytest.approx(0.5)
    assert rates[-1] < 1e-4
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()


def test_few_inputs_get_more_epochs_and_smaller_batches():
    assert schedule_for(999) == Schedule((60, 15), 32, 1500, 2e-3)
    assert schedule_for(1000) == Schedule((20, 5), 128, 1000, 1e-2)
