"""Many small noise contrasts trained at once, each as `train_nce` would train it alone.

The fits stand along a first axis: a layer of all networks is one batched product, the elementwise
functions, the optimiser and Python's own work are paid once a step and not once a step and fit.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import elu

from cance_edu.descent import Descent
from cance_edu.nce import Contrast, History, LogRatio, MovingScale, NCEFit, nce_loss
from cance_edu.noise import widen

__all__ = ["LogRatios", "train_nce_together"]


class LogRatios:
    """The networks T of several fits as one function (Eq. 4, for each fit its own).

    Parameters
    ----------
    networks : sequence of LogRatio
        Of the same widths; their weights are copied.

    Attributes
    ----------
    weights : list of tensors of shape (fits, n_in, n_out)
        Of each layer.
    biases : list of tensors of shape (fits, 1, n_out)
        Of each layer.
    """

    def __init__(self, networks: Sequence[LogRatio]) -> None:
        self.mean = torch.stack([network.mean for network in networks])[:, None]
        deviations = [network.standard_deviation for network in networks]
        self.standard_deviation = torch.stack(deviations)[:, None]
        # n_in before n_out, or a copy would have to transpose each gradient.
        layers = list(zip(*map(_linear_layers, networks), strict=True))
        weights = [torch.stack([each.weight.detach().T for each in layer]) for layer in layers]
        biases = [torch.stack([each.bias.detach() for each in layer])[:, None] for layer in layers]
        self.weights = [weight.requires_grad_() for weight in weights]
        self.biases = [bias.requires_grad_() for bias in biases]

    def __call__(self, z: Tensor) -> Tensor:
        """Return each T at its own points: of shape (fits, n, dimension) to shape (fits, n)."""
        (*weights, last), (*biases, last_bias) = self.weights, self.biases
        hidden = ((z - self.mean) / self.standard_deviation).to(last.dtype)
        for weight, bias in zip(weights, biases, strict=True):
            hidden = elu(torch.baddbmm(bias, hidden, weight), inplace=True)
        return torch.baddbmm(last_bias, hidden, last).squeeze(2)

    @torch.no_grad()
    def copy_to(self, networks: Sequence[LogRatio]) -> None:
        """Give each fit's weights to its network."""
        for i, network in enumerate(networks):
            layers = _linear_layers(network)
            for layer, weight, bias in zip(layers, self.weights, self.biases, strict=True):
                layer.weight.copy_(weight[i].T)
                layer.bias.copy_(bias[i, 0])


def _linear_layers(network: LogRatio) -> list[nn.Linear]:
    return [layer for layer in network.layers if isinstance(layer, nn.Linear)]


def train_nce_together(
    fits: Sequence[NCEFit], *, verbose: bool = False
) -> list[tuple[LogRatio, Tensor, History]]:
    """Train T and K of several fits at once; each result is `train_nce`'s but for round-off.

    The fits may differ in their data, noise, augmentation, randomness and `initial_scale`. The
    first weights are drawn fit by fit, as by one `train_nce` after the other.

    Parameters
    ----------
    fits : sequence of NCEFit
        Of the same dimension, on the same device, with the same other settings.
    verbose : bool
        Whether to show a progress bar.

    Returns
    -------
    list of (LogRatio, tensor of shape (dimension,), History)
        T in evaluation mode, K's diagonal and the records of each fit.

    Raises
    ------
    ValueError
        If there are no fits, or they differ in what they must share.
    FloatingPointError
        If the loss of any fit is not finite; all of them stop.
    """
    contrast = _shared_settings(fits)
    networks, histories = [fit.new_network() for fit in fits], [History() for _ in fits]
    together = LogRatios(networks)
    descent = Descent(
        [*together.weights, *together.biases],
        contrast.learning_rate,
        contrast.steps,
        f"{len(fits)} noise contrasts",
        verbose,
    )
    mean = torch.stack([fit.noise.mean for fit in fits])[:, None]
    initial = [torch.full_like(fit.noise.mean, fit.contrast.initial_scale) for fit in fits]
    moving = MovingScale(mean, torch.stack(initial)[:, None], contrast)
    for step in range(1, contrast.steps + 1):
        z, v = _draw(fits, moving.scale)
        on_both = together(torch.cat([z, widen(v, mean, moving.scale)], dim=1))
        on_data, on_noise = on_both.split([z.shape[1], v.shape[1]], dim=1)
        # The mean over the fits times their number: each gets the gradient of its own loss.
        descent.step(len(fits) * nce_loss(on_data, on_noise, contrast.noise_ratio))
        moving.move(step, together, z, v)
        if contrast.is_recorded(step):
            together.copy_to(networks)
            for i, fit in enumerate(fits):
                loss = nce_loss(on_data[i], on_noise[i], contrast.noise_ratio).item()
                fit.record(histories[i], step, loss, networks[i], moving.scale[i, 0])
    return [
        (fit.finish(networks[i], histories[i]), moving.scale[i, 0].clone(), histories[i])
        for i, fit in enumerate(fits)
    ]


def _draw(fits: Sequence[NCEFit], scale: Tensor) -> tuple[Tensor, Tensor]:
    """Draw each fit's batch by its own generator: no fit's draws depend on its company."""
    drawn = [fit.draw(own[0]) for fit, own in zip(fits, scale, strict=True)]
    return torch.stack([z for z, _ in drawn]), torch.stack([v for _, v in drawn])


def _shared_settings(fits: Sequence[NCEFit]) -> Contrast:
    """Return the settings, of which only `initial_scale` may differ between the fits."""
    if not fits:
        raise ValueError("got no fits; expected at least one")
    first = _must_agree(fits[0])
    for fit in fits[1:]:
        for name, value in _must_agree(fit).items():
            if value != first[name]:
                raise ValueError(
                    f"{name} is {first[name]!r} in one fit and {value!r} in another; fits that "
                    "are trained together need the same"
                )
    return fits[0].contrast


def _must_agree(fit: NCEFit) -> dict[str, Any]:
    settings = asdict(fit.contrast) | {"hidden": tuple(fit.contrast.hidden)}
    del settings["initial_scale"]
    device = str(fit.composite.device)
    return {"dimension": len(fit.noise.mean), "device": device, **settings}
