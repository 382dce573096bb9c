"""Lesson 10b, what the representation decides: what it claims, and on what."""

import numpy as np

from cance_edu.course import lesson10b as lesson
from tests.lessons.claims import claim, guarantee

SIX = "six columns of the biopsies, every seed"
KDD = "KDDCUP99, DAGMM's clean split, three seeds of the recording"


@claim(
    "without a bottleneck $z_e$ says how far out a row is",
    scope=SIX,
    was=["10-011", "10-012", "10-013", "10-014", "10-015", "10-016"],
)
def the_error_follows_the_distance(typical, areas, follows, condition, six):
    assert typical[6] < typical[2] / 25
    assert areas[6] > areas[2]
    assert follows[6] > max(follows[2], 0.85)
    assert condition[6] > 15 * condition[2]
    assert condition[2] < 5
    assert np.corrcoef(six.train[:, [0, 2, 3]].T).min() > 0.95


@guarantee(scope=SIX, was=["10-010"])
def too_many_latents_are_refused(CANCE, six):
    refused = []
    for settings in ({"latent_dim": 7}, {"latent_dim": 6, "representation": "pca"}):
        try:
            CANCE(variant="error", **settings).fit(six.train)
        except ValueError as refusal:
            refused.append(str(refusal))
    assert len(refused) == 2
    assert "more than the 6 columns" in refused[0]
    assert "no error to learn from" in refused[1]


@guarantee(scope=KDD, was=[f"10-{n:03d}" for n in range(83, 94)])
def both_steps_help_cance_on_new_rows(steps, tried):
    assert (steps["F1", "CANCE"] > 1).all()
    assert (steps["F1", "CANCE"].mean(0) > 2.9).all()
    assert (steps["F1", "Error"][:, 0] > 0.5).all()
    assert (steps["F1", "Error"][:, 1] < -0.5).all()
    assert (steps["AUROC, new rows", "CANCE"] > 2).all()
    assert (abs(steps["AUROC, copies", "CANCE"]) < 0.5).all()
    ahead = tried["AUROC, new rows"]["CANCE"] - tried["AUROC, new rows"]["Error"]
    assert (ahead[:, 2] > 0).all()
    assert (ahead[:, :2] < 0).all()
    assert (abs(lesson.recorded("known_share") - 0.87) < 0.01).all()
    assert 97.3 < tried["F1"]["Error"][:, 1].mean() < 97.6
    assert tried["F1"]["Error"][:, 1].mean() == max(v.mean(0).max() for v in tried["F1"].values())
    assert round(tried["F1"]["CANCE"][:, 0].mean()) == 89


@guarantee(scope=KDD, was=["10-094", "10-095", "10-096", "10-097"])
def a_rare_one_is_large_and_the_losses_are_small(flags, rare, large, losses):
    assert (len(flags), len(rare)) == (84, 63)
    assert 55 < large < 65
    assert losses[:, :2].max() < 0.013 < 0.016 < losses[:, 2].min() < losses.max() < 0.034
    assert np.isclose(2 * np.log(2), 1.386, atol=1e-3)
