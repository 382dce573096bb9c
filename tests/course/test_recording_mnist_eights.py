import numpy as np
import torch

from cance_edu.course.recordings import mnist_eights
from cance_edu.experiments import Result


class Trained:
    """What `_objective` asks of a detector."""

    representation_ = "the autoencoder"

    def __init__(self, scale):
        self.history_ = type("History", (), {"scale": [torch.tensor(k) for k in scale]})


def test_an_objective_gives_k_of_cance_and_both_aurocs(monkeypatch):
    asked = []

    def fits(split, variants, **parameters):
        asked.append((variants, parameters["representation"], parameters["noise_objective"]))
        yield Result("cnce", Trained([[9.0, 9.0]]), np.zeros(1), 0.1)
        yield Result("cance", Trained([[1.0, 2.0], [3.0, 4.0]]), np.zeros(1), 0.2)

    monkeypatch.setattr(mnist_eights, "fit_variants", fits)
    scale, areas = mnist_eights._objective(None, Trained([]), "eq12", 0)
    assert asked == [(("cnce", "cance"), "the autoencoder", "eq12")]
    assert areas == [0.1, 0.2]
    np.testing.assert_array_equal(scale, [[1, 2], [3, 4]])
