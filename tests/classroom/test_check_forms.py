"""One mistake has many forms, and so has the right answer: the same is said of each."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score, roc_curve

from cance_edu.classroom import check
from tests.classroom.bank import eq8, tied, widen

NO_GRADIENT_OF_DATA = (
    "the data term has no gradient in K: the stop-gradient is missing or around too much"
)
CLAMPED = "right for moderate log-odds, wrong at 800: something was clamped"
NO_GRADIENT = "the value is right, and nothing depends on the log-odds any more"
STEEP = "at log-odds of 800 the value is right, the gradient is not"


def objective(on_data=tied, on_noise=widen):
    return lambda t, z, v, m, k, nu: eq8(t(on_data(z, m, k)), t(on_noise(v, m, k)), nu)


def nce(log_sigmoid):
    return lambda d, n, nu: -log_sigmoid(d).mean() - nu * log_sigmoid(-n).mean()


def stopped_by_scale(z, m, k):
    return k * ((z - m) / k.detach()) + m


def without_grad(z, m, k):
    with torch.no_grad():
        return widen((z - m) / k + m, m, k)


def by_steps(t):
    return torch.where(t > 0, -torch.log1p(torch.exp(-t)), t - torch.log1p(torch.exp(t)))


def area(scores, is_anomaly):
    false, true, _ = roc_curve(is_anomaly, scores)
    return np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)


def in_two_parts(outputs, centre, labels, weight):
    d = np.sum((outputs - centre) ** 2, axis=1)
    known = labels != 0
    return (d[~known].sum() + weight * (d[known] ** labels[known]).sum()) / len(d)


RIGHT = {
    "noise_objective": [
        objective(stopped_by_scale),
        objective(on_noise=lambda v, m, k: F.linear(v - m, k.diag(), m)),
        objective(on_noise=lambda v, m, k: torch.addmm(m, v - m, k.diag())),
        objective(on_noise=lambda v, m, k: torch.lerp(m.expand_as(v), v, k.expand_as(v))),
    ],
    "nce_loss": [
        nce(lambda t: -F.softplus(-t)),
        nce(lambda t: -torch.logaddexp(torch.zeros_like(t), -t)),
        nce(lambda t: t.clamp(max=0) - torch.log1p(torch.exp(-t.abs()))),
        lambda d, n, nu: nce(F.logsigmoid)(d.float(), n.float(), nu),
    ],
    "auroc": [area, lambda s, a: roc_auc_score(a, s)],
    "sad_loss": [in_two_parts],
}

WRONG = [
    ("noise_objective", objective(lambda z, m, k: z), NO_GRADIENT_OF_DATA),
    ("noise_objective", objective(lambda z, m, k: tied(z, m, k).detach()), NO_GRADIENT_OF_DATA),
    ("noise_objective", objective(without_grad), NO_GRADIENT_OF_DATA),
    ("nce_loss", nce(lambda t: t.sigmoid().clamp(min=1e-7).log()), CLAMPED),
    ("nce_loss", nce(lambda t: torch.log(1e-8 + torch.sigmoid(t))), CLAMPED),
    ("nce_loss", nce(lambda t: F.logsigmoid(t.clamp(-50, 50))), CLAMPED),
    ("nce_loss", nce(lambda t: F.logsigmoid(t.detach())), NO_GRADIENT),
    ("nce_loss", lambda d, n, nu: nce(F.logsigmoid)(d, n, nu).detach().numpy(), NO_GRADIENT),
    ("nce_loss", nce(by_steps), STEEP),
]


@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name, forms in RIGHT.items() for form in forms]
)
def test_every_form_of_the_right_answer_passes(name, form):
    feedback = getattr(check, name)(form)
    assert feedback.passed, str(feedback)


@pytest.mark.parametrize(("name", "form", "misconception"), WRONG)
def test_every_form_of_a_mistake_gets_its_name(name, form, misconception):
    feedback = getattr(check, name)(form)
    assert feedback.misconception == misconception, str(feedback)


def test_another_mistake_is_named_though_it_is_clamped_as_well():
    feedback = check.nce_loss(lambda d, n, nu: -nce(lambda t: (t.sigmoid() + 1e-9).log())(d, n, nu))
    assert feedback.misconception == "the sign is flipped: this is the log-likelihood"


def test_what_overflows_beside_another_mistake_is_told_to_be_no_number():
    feedback = check.nce_loss(lambda d, n, nu: -d.sigmoid().log().sum() - nu * n.sum())
    assert "NaN or infinite" in feedback.text
