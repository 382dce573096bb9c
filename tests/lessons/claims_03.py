"""Lesson 03, the covariance-regularised autoencoder: what it claims, and on what."""

import numpy as np
import torch

from cance_edu.course.covariance.explorer import CovarianceExplorer
from cance_edu.course.explorer import drive
from cance_edu.course.over_seeds import lesson_dataset
from cance_edu.course.recordings.covariance import with_frozen_norm
from cance_edu.method.autoencoder import covariance_loss
from cance_edu.method.moments import condition_number
from cance_edu.training.autoencoder import train_autoencoder
from tests.lessons.claims import claim, guarantee, measured, proved_in

LIVE = "32 latents on the digits, 128 on MNIST, λ = 0, every recorded seed"
RECORDED = "digits' even digits, recorded: 6, 16 and 32 latents, nine λ, seeds 0 to 2"
SCHEDULES = "digits' even digits, 16 latents, λ = 0, 1 and 100, five recorded seeds"
DETECTION = (
    "digits' even digits, 16 (λ = 0, 3, whitened) and 32 latents (λ = 0, 30, whitened), five "
    "recorded seeds"
)


@guarantee(scope=LIVE, was=["03-001", "03-002", "03-003", "03-004"])
def latents_with_unit_variances_collapse(
    spread, deviations, rms, held_out, widest_over_thinnest, nearest
):
    assert 0.5 < deviations.min() < deviations.max() < 2
    assert abs(spread.correlations - np.eye(len(spread.correlations))).max() < 0.9
    assert rms > 2 * (len(held_out) - 1) ** -0.5, "the heat map is not white"
    assert widest_over_thinnest**2 > 10_000
    assert nearest == "300 times"
    kappa = np.log10(spread.condition_number)
    assert measured("03 log10 condition number of collapsed latents", kappa) > 4


@claim(
    "Look at the eigenvalues; a heat map shows pairs, and a thin direction is made of many.",
    scope="d = 2 with correlation ρ; d = 32 whose sum is 0",
    was=["03-005", "03-006", "03-007", "03-008"],
)
def small_correlations_can_be_singular(held_out):
    for rho, expected in ((0.9, 19), (0.9998, 9999)):
        pair = torch.tensor([[1, rho], [rho, 1]], dtype=torch.float64)
        assert abs(condition_number(pair) / expected - 1) < 1e-6
    sum_is_zero = torch.full((32, 32), -1 / 31, dtype=torch.float64).fill_diagonal_(1)
    assert condition_number(sum_is_zero) == np.inf
    assert abs(sum_is_zero.sum()) < 1e-12, "the variance of the sum"
    assert abs(sum_is_zero[0, 1] + 0.03) < 0.005
    assert 1 / np.sqrt(len(held_out)) > 0.03


@guarantee(scope=LIVE, was=["03-047", "03-048", "03-049", "03-050", "03-051", "03-052"])
def a_step_along_the_thinnest_direction_is_seen_by_the_density_alone(
    walk, rebuilding, what_changes
):
    expected = walk.lengths**2 / (2 * walk.eigenvalues[:, None])
    assert np.allclose(walk.falls, expected, rtol=1e-3, atol=1e-4)
    (one,) = np.flatnonzero(walk.lengths == 1)
    of_a_tenth = walk.falls[:, one] / 100  # the fall grows with the square of the step
    assert of_a_tenth[0] < 0.01
    assert of_a_tenth[1] > 24
    assert np.exp(-of_a_tenth[1]) < 1e-10
    assert walk.eigenvalues[1] ** 0.5 < 0.01 * walk.eigenvalues[0] ** 0.5
    assert walk.changes[1, one] / 100 < rebuilding / 1000
    assert walk.changes[1].max() < rebuilding / 2, "less than rebuilding costs"
    assert walk.changes[0, [0, -1]].min() > 20 * walk.changes[1].max()
    assert (walk.changes[0, [0, -1]] > 5 * walk.changes[1, [0, -1]]).all()
    steps_wide, steps = 4 / walk.eigenvalues**0.5
    assert steps_wide < 3
    assert steps > 300
    assert what_changes == "the image in the widest, the density in the thinnest"


@guarantee(scope="any latents", was=["03-011", "03-012"])
def shrinking_cheats_eq_2_and_leaves_the_condition_number():
    z = torch.randn(200, 4, generator=torch.Generator().manual_seed(0)).double().cumsum(1)
    assert abs(covariance_loss(0.1 * z) / covariance_loss(z) - 0.1**4) < 1e-9
    assert abs(condition_number((0.1 * z).T.cov()) / condition_number(z.T.cov()) - 1) < 1e-9


@guarantee(
    scope="16 latents, λ = 100 on the digits; 32, 1,000 on MNIST; every recorded seed",
    was=["03-013", "03-014", "03-015"],
)
def without_a_batch_norm_eq_2_is_cheated(losses, conditions, width, smaller):
    times = {"digits": 10, "mnist": 4}[lesson_dataset()]
    assert losses[1] * times < losses[0]
    assert conditions[1] > 10 * conditions[0]
    assert width < 0.5
    assert smaller == "without, with"


@guarantee(scope=LIVE, was=["03-009", "03-010"])
def the_crowd_moves_an_image_in_training_alone(here, there, before, after, moved):
    assert (here - there).norm() > 0.3
    assert (before - after).norm() < 1e-4
    assert 0.05 < moved < 1


EQ_2 = proved_in(
    "tests/course/test_covariance.py::test_eq_2_is_the_variance_of_the_eigenvalues",
    "Eq. 2 is the variance of the eigenvalues",
    scope="variances of 1, up to the factor d - 1",
)


@guarantee(
    scope=RECORDED,
    was=[f"03-{number:03d}" for number in range(25, 35)],
)
def the_path_of_lambda(six, sixteen, thirty_two, paths, price, best, used):
    assert (six.smallest == 0).all()
    assert six.condition_numbers.max() < 3
    assert sixteen.smallest.tolist() == [0.3, 1, 3]
    assert thirty_two.condition_numbers.min() > 100
    assert (thirty_two.condition_numbers[-1] > thirty_two.condition_numbers[6]).all()
    relative = {p.latent_dim: p.reconstruction_losses / p.reconstruction_losses[0] for p in paths}
    assert relative[6].mean(1)[-1] > 1.4
    weights = list(sixteen.weights)
    chosen = [relative[16][weights.index(w), i] for i, w in enumerate(sixteen.smallest)]
    assert 0.87 < min(chosen) < 0.88
    assert 0.96 < max(chosen) < 0.97
    assert 0.58 < relative[32].mean(1)[5] < 0.62
    assert relative[32].mean(1).argmin() == 5
    assert best == thirty_two.weights[5]
    assert price[-1] > price.min() + 0.1
    assert len(paths) * sixteen.condition_numbers.size == 81
    assert used[0] < 20
    assert used[5] > used[0] + 8


@guarantee(scope=RECORDED, was=["03-035", "03-036"])
def the_explorer_shows_the_recorded_model(recording, sixteen):
    moved = CovarianceExplorer(recording)
    assert drive(moved) > 0
    moved.controls["latent_dim"].value = 16
    moved.controls["covariance_weight"].value = 3.0
    assert f">{sixteen.condition_numbers[4, 0]:.3g}<" in moved.readout.value


@guarantee(scope=SCHEDULES, was=["03-046"])
def with_frozen_weights_and_a_live_norm_six_passes_end_above_joint_training(
    weights_runs, comparison
):
    assert (weights_runs > 0).all()
    assert (comparison.change("nothing frozen") > 0).all()


@claim(
    "On average over the seeds, only freezing both beats joint training for every λ.",
    scope=SCHEDULES,
)
def only_both_frozen_beat_joint_training(comparison, means):
    better = {n: (comparison.change(n)[..., 1].mean(1) < 0).all() for n in comparison.schedules}
    assert [name for name, always in better.items() if always] == ["both frozen"]
    assert [(of < 0).all() for of in means] == [False] * 4 + [True]


@guarantee(scope=SCHEDULES, was=["03-041", "03-042", "03-043", "03-044", "03-045"])
def the_frozen_batch_norm_does_most_of_it(comparison, norm_runs, weights_runs, means):
    _, restarted, weights, norm, both = means
    assert (norm_runs < weights_runs).sum() == 14
    assert (norm < weights).all()
    assert (restarted - norm > 2 * (norm - both)).all()
    assert restarted[0] - norm[0] > 4 * (restarted[0] - weights[0]), "what the crowd costs"
    trained_on, on_held_out = np.moveaxis(100 * comparison.change("both frozen"), -1, 0)
    assert np.allclose(on_held_out.mean(1), [-1, -3, -3], atol=0.5)
    assert np.allclose(trained_on.mean(1), [-6, -8, -13], atol=0.5)
    assert ((on_held_out > 0).sum(1) == [2, 1, 0]).all()
    joint, decoupled = (
        comparison.losses[:, :, comparison.schedules.index(name), 1].mean(1)
        for name in ("joint", "both frozen")
    )
    assert abs(joint[2] / joint[1] - 1.29) < 0.01
    assert 1 / 9 < (joint[2] - decoupled[2]) / (joint[2] - joint[1]) < 1 / 6


@guarantee(
    scope="16 latents, λ = 100, from the lesson's model on, every recorded seed", on=["digits"]
)
def with_its_norm_alone_frozen_the_encoder_takes_the_cheap_way(
    lesson, normed, train, held_out, losses
):
    frozen = with_frozen_norm(normed)
    with torch.enable_grad():
        train_autoencoder(
            frozen,
            train,
            generator=torch.Generator().manual_seed(0),
            covariance_weight=lesson.strong[1],
            epochs=(6, 0),
            batch_size=32,
        )
    before, after = (
        lesson.latent_covariance(model, held_out).diag().sqrt().median()
        for model in (normed, frozen)
    )
    assert 0.9 < before < 1.1
    assert after < 0.6
    assert lesson.latent_spread(frozen, held_out).covariance_loss < losses[0] / 10


@guarantee(scope="any model", was=["03-040"])
def eq_2_does_not_reach_the_decoder(normed, images):
    parameters = list(normed.decoder.parameters())
    with torch.enable_grad():
        loss = covariance_loss(normed.encode(images))
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    assert all(gradient is None for gradient in gradients)


@claim("Good conditioning bought CANCE no better detection here", scope=DETECTION)
def conditioned_latents_detect_no_better(widths, gains, conditioned_wins, points):
    assert conditioned_wins == 1
    assert (gains.mean(1) < -0.004).all()
    white = np.stack([width.gain("cance", "whitened") for width in widths])
    assert (white > 0).sum() == 2
    assert (white.mean(1) < -0.001).all()
    assert max(points[0::2]) < 0, "CANCE's column of the table"
    gaussian = np.stack([width.gain("Gaussian") for width in widths])
    assert (gaussian > 0).sum() == 1


@guarantee(scope=DETECTION)
def latnce_gains_in_two_seeds_of_the_wide_and_few_latents_beat_many(widths, points):
    sixteen, thirty_two = widths
    assert [value > 0 for value in points[1::2]] == [False, False, True, True]
    for kind in ("regularised", "whitened"):
        gained = thirty_two.gain("latnce", kind)
        assert ((gained > 0.02) == [True, True, False, False, False]).all()
        assert abs(gained[2:]).max() < 0.02
    latnce = np.stack([width.gain("latnce") for width in widths])
    assert (latnce > 0).sum() == 3
    for name in ("cance", "latnce"):
        assert sixteen.aurocs[name].mean(1).min() > thirty_two.aurocs[name].mean(1).max() + 0.01
    few, many = (width.aurocs["Gaussian"].mean(1) for width in widths)
    assert few.max() < many.min() - 0.005, "for the Gaussian alone it is the other way round"


@guarantee(scope=DETECTION)
def whitening_conditions_well_and_lambda_does_it_for_16_latents_alone(widths):
    sixteen, thirty_two = widths
    for collapsed, regularised, white in (width.condition_numbers for width in widths):
        assert (collapsed > 20 * regularised).all()
        assert (white < 10).all()
    assert (sixteen.condition_numbers[1] < 5).all()
    assert thirty_two.condition_numbers[1].min() > 100


@guarantee(scope=DETECTION)
def whitening_leaves_the_gaussians_ranking(widths):
    for width in widths:
        assert abs(width.gain("Gaussian", "whitened")).max() < 1e-3


@guarantee(scope=DETECTION)
def the_thinner_half_alone_detects(widths, halves):
    sixteen, thirty_two = (width.aurocs for width in widths)
    assert (sixteen["thinner half"][:2] > sixteen["wider half"][:2]).all()
    assert min(halves[0::2]) > 0.8
    assert thirty_two["thinner half"][0].min() > 0.85
    assert thirty_two["thinner half"][:2].mean() > thirty_two["wider half"][:2].mean()


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 6
    assert "Your calibration over 6 predictions" in page.text
