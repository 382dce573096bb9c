import subprocess
import sys

import numpy as np
import pytest
import torch

from cance_edu.training import descent as module
from cance_edu.training.descent import Descent, EagerAdamW
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
    assert schedule_for(999) == Schedule((60, 15), 32, 500, 2e-3)
    assert schedule_for(1000) == Schedule((20, 5), 128, 1000, 1e-2)


def test_a_single_step_moves_by_about_the_peak_rate():
    weight = torch.nn.Parameter(torch.ones(1))
    Descent([weight], 0.5, 1).step(weight.sum())
    # AdamW's first step is as long as the rate, whatever the gradient.
    assert 0.1 < 1 - weight.item() < 0.5


@pytest.mark.parametrize("wrong", [3, 19, 20, 25])
def test_a_loss_that_is_not_finite_is_noticed_soon(wrong):
    weight = torch.nn.Parameter(torch.ones(1))
    descent = Descent([weight], 1e-3, 25)

    def train():
        for step in range(1, 26):
            descent.step(weight.sum() * (float("nan") if step == wrong else 1.0))

    with pytest.raises(FloatingPointError, match="loss became nan: look for extreme values"):
        train()
    assert 0 <= descent.taken - wrong < module.LOOK_EVERY


def test_losses_are_looked_at_now_and_then_not_at_each_step(monkeypatch):
    looks = []
    look = Descent._look
    monkeypatch.setattr(Descent, "_look", lambda self: (looks.append(self.taken), look(self)))
    weight = torch.nn.Parameter(torch.ones(1))
    descent = Descent([weight], 1e-3, 50)
    values = [descent.step(weight.square().sum()) for _ in range(50)]
    assert looks == [20, 40, 50]
    assert not any(value.requires_grad for value in values)
    assert (np.diff([float(value) for value in values]) < 0).all()


@pytest.mark.parametrize("steps", [0, 10])
@pytest.mark.parametrize("error", [None, KeyboardInterrupt, FloatingPointError])
def test_the_bar_is_closed_whatever_happens(capfd, steps, error):
    def train():
        with Descent([torch.nn.Parameter(torch.ones(1))], 1e-3, steps, verbose=True) as descent:
            bars.append(descent.bar)
            if error:
                raise error

    bars = []
    if error:
        with pytest.raises(error):
            train()
    else:
        train()
    assert bars[0].disable  # as tqdm leaves a bar that was closed
    capfd.readouterr()


@pytest.mark.parametrize("fused", [True, False])
def test_without_the_guards_adamw_takes_the_same_steps(fused):
    def walk(optimiser):
        weight = torch.nn.Parameter(torch.linspace(-1, 2, 7))
        descent = optimiser([weight], lr=0.05, weight_decay=0.3, fused=fused)
        for _ in range(30):
            descent.zero_grad()
            (weight**4).sum().backward()
            descent.step()
        return weight.detach()

    assert torch.equal(walk(EagerAdamW), walk(torch.optim.AdamW))


STEPS = """
import sys, torch
from cance_edu.training.descent import {optimiser}
weight = torch.nn.Parameter(torch.ones(1))
optimiser = {optimiser}([weight])
optimiser.zero_grad()
weight.sum().backward()
optimiser.step()
print("torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize(("optimiser", "imports"), [("EagerAdamW", "False"), ("AdamW", "True")])
def test_the_compiler_is_not_imported(optimiser, imports):
    command = [sys.executable, "-c", STEPS.format(optimiser=optimiser)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split() == [imports]
