"""Lesson 10b, what the representation decides: what it claims, and on what."""

import numpy as np
from scipy.stats import spearmanr

from cance_edu.course import lesson10b as lesson
from tests.lessons.claims import claim, guarantee

SIX = "six columns of the biopsies, every seed"
KDD = "KDDCUP99, DAGMM's clean split, three seeds of the recording"


@claim(
    "without a bottleneck $z_e$ says of anomalies how far out they are",
    scope=SIX,
    was=["10-011", "10-012", "10-013", "10-014", "10-015", "10-016"],
)
def the_error_follows_the_distance(typical, areas, follows, condition, six, z_e, distance):
    assert typical[6] < typical[2] / 25
    assert areas[6] > areas[2]
    (inside, outside), (_, outside_two) = follows[6], follows[2]
    assert outside > max(outside_two, 0.94)
    assert inside < outside - 0.2
    overall = {d: spearmanr(errors, distance).statistic for d, errors in z_e.items()}
    assert overall[6] > max(overall[2], 0.85)
    far = distance > 10
    assert spearmanr(z_e[6][far], distance[far]).statistic > 0.9
    assert condition[6] > 15 * condition[2]
    assert condition[2] < 5
    assert np.corrcoef(six.train[:, [0, 2, 3]].T).min() > 0.95


@guarantee(scope="six columns of the biopsies, seeds 1 and 2 beside the lesson's")
def with_each_seed_six_latents_are_better_than_two_and_the_distance_is_best(
    CANCE, areas, by_distance
):
    assert by_distance > areas[6] > areas[2]
    for seed in (1, 2):
        split = lesson.goad_split(lesson.biopsies(columns=6), seed)
        two, six = (
            lesson.auroc(
                split.is_anomaly,
                CANCE(variant="error", latent_dim=d, random_state=seed)
                .fit(split.train)
                .anomaly_score(split.test),
            )
            for d in (2, 6)
        )
        distance = lesson.classics.gaussian().fit(split.train).anomaly_score(split.test)
        assert lesson.auroc(split.is_anomaly, distance) > six > two


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
    assert tried["AUROC, copies"]["CANCE"].min() > 99
    ahead = tried["AUROC, new rows"]["CANCE"] - tried["AUROC, new rows"]["Error"]
    assert (ahead[:, 2] > 0).all()
    assert (ahead[:, 0] < ahead[:, 1]).all(), "the first step brings it nearer"
    assert (ahead[:, :2] < 0).all()
    assert (abs(lesson.recorded("known_share") - 0.87) < 0.01).all()
    assert 97.3 < tried["F1"]["Error"][:, 1].mean() < 97.6
    assert tried["F1"]["Error"][:, 1].mean() == max(v.mean(0).max() for v in tried["F1"].values())
    assert round(tried["F1"]["CANCE"][:, 0].mean()) == 89


@guarantee(scope=KDD)
def each_of_the_two_stories_has_a_figure_against_it(steps, losses):
    error, cance = (steps["AUROC, new rows", of][:, 0] for of in ("Error", "CANCE"))
    assert (cance > 4 * error).all()
    assert (losses[:, 1, 1] < losses[:, 0, 1]).all()
    assert (cance > 0).all()


@guarantee(scope=KDD, was=["10-094", "10-095", "10-096", "10-097"])
def a_rare_one_is_large_and_the_losses_are_small(flags, rare, large, losses):
    assert (len(flags), len(rare)) == (84, 63)
    assert 55 < large < 65
    assert losses[:, :2].max() < 0.013 < 0.016 < losses[:, 2].min() < losses.max() < 0.034
    assert np.isclose(2 * np.log(2), 1.386, atol=1e-3)
