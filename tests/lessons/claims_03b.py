"""03b, what a small covariance loss promises: what it claims, and on what."""

import copy

import numpy as np
import torch

from cance_edu.course.over_seeds import lesson_dataset
from cance_edu.method.autoencoder import covariance_loss, reconstruction_loss
from cance_edu.training.autoencoder import WELL_CONDITIONED
from tests.lessons.claims import claim, guarantee

LIVE = "even digits, lesson seed"


@guarantee(scope="the notebook's collapsed latents, variances made 1", was=["03-016", "03-017"])
def eq_2_is_the_variance_of_the_eigenvalues(collapsed):
    covariance = collapsed.numpy()
    deviations = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(deviations, deviations)
    d = len(correlations)
    eigenvalues = np.linalg.eigvalsh(correlations)
    loss = ((correlations - np.eye(d)) ** 2).sum() / (d * (d - 1))
    assert abs(eigenvalues.var() / ((d - 1) * loss) - 1) < 1e-9
    assert 1 - (d - 1) * np.sqrt(loss) < 0 < eigenvalues[0]


@guarantee(scope="32 latents whose sum is 0, equally correlated", was=["03-018", "03-019"])
def the_bound_is_reached(sum_is_zero, loss_of_singular, least):
    assert np.allclose(sum_is_zero.sum(0), 0)
    assert np.allclose(sum_is_zero[~np.eye(32, dtype=bool)], -1 / 31)
    assert abs(loss_of_singular - 1 / 31**2) < 1e-12
    smallest = np.linalg.eigvalsh(sum_is_zero)[0]
    assert abs(smallest - (1 - 31 * np.sqrt(1 / 31**2))) < 1e-12
    assert abs(smallest - least) < 1e-12


@guarantee(scope="32 independent uniform latents, 31 images", was=["03-020", "03-021"])
def chance_is_far_above_what_the_bound_needs(average, nearest):
    assert abs(average - 1 / 30) < 1e-3
    assert average > 20 * (1 / 31**2)
    assert nearest == 0.03


@claim(
    "The covariance of 32 latents in a batch of 31 images is always singular",
    scope="any 31 points: their covariance has a rank of at most 30; 2,000 batches here",
)
def a_batch_of_31_is_singular(batches):
    for batch in batches[:200]:
        covariance = np.cov(batch.numpy().T.astype(float), bias=True)
        assert np.linalg.matrix_rank(covariance, hermitian=True) == 30


@guarantee(scope="27 recorded models of each width, digits")
def recorded_losses_are_small_enough_for_six_latents_alone(models, recording):
    assert {points.losses.size for points in models.values()} == {27}
    assert models[32].losses.min() > 7 / 31**2
    assert models[16].losses.min() > 1 / 15**2
    assert models[6].losses.max() < 1 / 5**2
    assert recording["held_out_images"] == 267
    assert 0.008 > models[32].losses.min() > 2 / 266


@guarantee(scope="pairs of Gaussian latents, correlations 0 to 0.8, 20,000 batches of 31")
def the_average_over_batches_grows_with_the_true_correlation():
    a, b = np.random.default_rng(0).normal(size=(2, 20_000, 31))
    averages = []
    for correlation in (0, 0.1, 0.2, 0.4, 0.8):
        pairs = np.stack([a, correlation * a + np.sqrt(1 - correlation**2) * b])
        pairs -= pairs.mean(-1, keepdims=True)
        pairs /= np.linalg.norm(pairs, axis=-1, keepdims=True)
        averages.append((pairs.prod(0).sum(-1) ** 2).mean())
    assert abs(averages[0] - 1 / 30) < 1e-3
    assert min(np.diff(averages)) > 0.005


@guarantee(scope="16 latents, three recorded seeds")
def the_condition_number_jumps_from_one_training_to_the_next(repeated, stops, models):
    at_one = repeated[list(models[16].weights).index(1)]
    assert at_one.max() > 100 * at_one.min()
    assert list(stops) == [0.3, 1, 3]


@guarantee(scope=LIVE, was=["03-037", "03-038", "03-039"])
def auto_takes_the_first_well_conditioned(search, searched):
    *too_small, last = searched.values()
    assert last < WELL_CONDITIONED
    assert all(condition >= WELL_CONDITIONED for condition in too_small)
    assert search.covariance_weight_ == list(searched)[-1]


@guarantee(scope="any model", was=["03-022", "03-023", "03-024"])
def a_mean_over_pixels_is_a_sum_with_another_lambda(pixels, narrow, split):
    images = torch.from_numpy(split.train[:60])
    with torch.enable_grad():
        reconstructions, latent = narrow(images), narrow.encode(images)
        averaged = (images - reconstructions).square().mean() + covariance_loss(latent)
        summed = reconstruction_loss(images, reconstructions) + pixels * covariance_loss(latent)
        weights = list(narrow.encoder.parameters())
        gradients = [
            torch.autograd.grad(loss, weights, retain_graph=True) for loss in (averaged, summed)
        ]
    for with_average, with_sum in zip(*gradients, strict=True):
        torch.testing.assert_close(pixels * with_average, with_sum, rtol=1e-3, atol=1e-3)
    assert pixels == {"digits": 64, "mnist": 784}[lesson_dataset()]
    assert 12 < 784 / 64 < 13


@guarantee(scope=LIVE)
def adamw_hardly_notices_a_factor_and_plain_descent_does(apart, by_adamw, by_sgd):
    assert apart < 0.05
    assert abs(by_sgd[1] / by_sgd[0] - 1) > 0.2


@guarantee(scope="8 units before 16 latents; 32 collapsed latents", was=["03-053"])
def eight_units_make_a_singular_covariance(kappas, eigenvalues, noise_error):
    assert kappas[1] > 1e12 > kappas[0] > 1e4
    assert eigenvalues[8] < 1e-9 < 1e-3 < eigenvalues[7]
    assert "singular" in noise_error
    assert "Raise covariance_weight (lambda), or lower latent_dim" in noise_error


@guarantee(scope="8 units before 16 latents; before 8")
def fewer_latents_help_and_double_precision_shows_the_round_off(narrow, lesson, train, eigenvalues):
    with torch.no_grad():
        images = torch.cat(list(train.batches())).double()
        exact = copy.deepcopy(narrow).double().encode(images)
    assert torch.linalg.eigvalsh(torch.cov(exact.T)).abs()[:8].max() < eigenvalues[8] / 10
    fewer = lesson.narrow(train, latent_dim=8, hidden=8, covariance_weight=1000)
    assert lesson.refusal(lesson.latent_covariance(fewer, train)) == ""


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 2
