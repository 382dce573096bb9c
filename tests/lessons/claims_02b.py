"""Notebook 02b, wider noise and the joint density: what it claims, and on what."""

import numpy as np

from cance_edu import CANCE
from cance_edu.course.proposition.joint import square_margin
from cance_edu.course.proposition.staircase import AT_START
from cance_edu.course.proposition.summary import safe_spread
from cance_edu.method.lognormal import (
    lognormal_log_pdf,
    lognormal_mode,
    truncated_normal_log_pdf,
)
from cance_edu.method.proposition import augmented_log_pdf, dominance, noise_log_pdf
from tests.lessons.claims import claim, guarantee, measured

EIGHTS = "eights of the digits (seeds 0 to 4) and of MNIST (1,000 training images, seeds 0 to 2)"


@claim(
    "the sign of $g(0)$ agrees with the whole interval in {agrees:.0%}",
    scope="log-normal, 65 spreads 0.06 to 0.7 times 41 K from 1 to 10",
    was=[f"02-{i:03d}" for i in (45, 46, 47, 48, 50, 51, 52, 53)],
)
def zero_decides(lost, closed_form, agrees, margin_at_zero, needed, lost_from, lost_until, worst):
    is_lost = lost.lost_share > 0
    assert agrees == 1
    assert (is_lost == (closed_form < -1e-9)).all()
    assert np.allclose(lost.worst_ratio[is_lost], np.exp(-closed_form[is_lost]), rtol=1e-9)
    assert np.round(list(needed.values()), 2).tolist() == [0.25, 0.35, 0.44, 0.45, 0.42]
    for noise_scale, spread in needed.items():
        assert not dominance(1.0, spread - 0.002, noise_scale).holds
        assert dominance(1.0, spread + 0.002, noise_scale).holds
    assert np.isclose(margin_at_zero(safe_spread(), 1 / safe_spread()), 0, atol=1e-9)
    assert 1.38 < lost_from < 1.39
    assert 6.5 < lost_until < 6.7
    assert np.isclose(worst, 2.5)
    below = np.linspace(0.3, 3, 2701)
    assert below[margin_at_zero(1.5, below).argmin()] < 1


@claim(
    "Do not be impressed by the ratio alone",
    scope="spread 0.1, K = 1.69",
    was=["02-059", "02-060", "02-061", "02-062"],
)
def the_ratio_alone_does_not_say_how_much(narrow, lost):
    assert narrow.worst_ratio > 1e12
    assert 5.5 < 1 / (0.1 * AT_START) < 6.5
    assert 0.13 < narrow.lost_noise_mass < 0.15
    assert 0.3 < lost.lost_noise_mass.max() < 0.45


@claim(
    "With the paper's augmentation it does not",
    scope="1,600 pairs of spread (0.02 to 10) and K (0.25 to 100), log-normal",
    was=[f"02-{i:03d}" for i in range(70, 77)],
)
def k_aware_keeps_it_and_depends_on_k(kept, views, spread):
    assert all(kept)
    assert len(kept) == 1600
    assert views["k-aware"].dominance.holds
    assert views["paper"].dominance.worst_ratio > 1 > views["k-aware"].dominance.worst_ratio
    mode = float(lognormal_mode(1.0, spread))
    z, scale = np.linspace(0, mode, 401), 2.5 * spread
    chain = [
        augmented_log_pdf(z, 1.0, spread, scale=scale),
        truncated_normal_log_pdf(z, mode, scale) - np.log(2),
        noise_log_pdf(z, mode, scale),
        noise_log_pdf(z, 1.0, scale),
    ]
    assert (np.diff(chain, axis=0) <= 1e-12).all()
    assert np.allclose(chain[-1], noise_log_pdf(z, 1.0, spread, noise_scale=2.5))
    flat = np.exp(truncated_normal_log_pdf(z, mode, scale))
    assert flat.max() / flat.min() < 1.5
    assert abs(chain[0] - augmented_log_pdf(z, 1.0, spread)).max() > 0.5


@claim(
    "On the square of low features it takes a strong correlation at $K = 1$, less at 1.69",
    scope="jointly log-normal, spreads 0.4 and 0.51",
    was=["02-077", "02-078", "02-079", "02-080"],
)
def the_square_is_lost_from_a_correlation_on(at_one, wider, repaired):
    assert square_margin([0.4, 0.51], correlation=0).margin.min() > np.log(2)
    assert 0.91 <= at_one <= 0.93
    assert 0.5 < wider < 0.6
    assert 0.97 <= repaired <= 0.98
    first = square_margin([0.4, 0.51], at_one)
    y, x = np.unravel_index(first.margin.argmin(), first.margin.shape)
    # The noise's ridge through (1, 1), in units of the means, meets z_c = 0 at this z_e.
    assert first.y[y] == 0
    assert abs(first.x[x] - (1 - 0.4 / 0.51)) < 0.05
    mode = lognormal_mode(1.0, 0.51)
    z = np.linspace(0, mode, 201)
    twice = noise_log_pdf(z, 1.0, 0.51) + np.log(2)
    assert (truncated_normal_log_pdf(z, mode, 0.51) >= twice).all()


@guarantee(scope="MNIST's eights, recorded, as in lesson 04b; digits' eights", on=["digits"])
def the_other_autoencoders_features_correlate_less(correlation, lesson):
    assert 0.76 < np.corrcoef(lesson.mnist_features().T)[0, 1] < 0.78 < correlation


@guarantee(scope=EIGHTS, was=["02-081"])
def with_the_autoencoder_little_of_the_square_is_lost(squares):
    ours, theirs = (plane.lost_noise_share for plane in squares.values())
    assert ours < 0.01
    measured("02b lost in the square, components", theirs)


@claim(
    "Between the clusters and outside them $T^*$, here the joint margin, is negative however low "
    "the error",
    scope="one latent in two clusters at 0.95 of its deviation, spread 0.4, K = 1, nu = 1",
    was=["02-082", "02-083"],
)
def between_the_clusters_and_outside_t_is_negative(clusters, lost_between, lost_outside):
    assert 0.4 < clusters.lost_noise_share < 0.46
    assert np.isclose(lost_between + lost_outside, clusters.lost_noise_share, rtol=1e-12)
    assert 0.32 < lost_between < 0.36
    assert 0.08 < lost_outside < 0.1
    between = clusters.margin[:, np.abs(clusters.x) < 0.34]
    assert (between < 0).all()
    outside = clusters.margin[:, np.abs(clusters.x) > 1.77]
    assert (outside < 0).all()


@claim("the second term is at least 0.6 nats here", scope="spread 0.4, K = 1, up to m_z")
def the_errors_margin_is_bounded(least):
    assert 0.6 < least < 0.65


@claim("You would not want the proposition for the joint density.", scope="the two clusters")
def beyond_the_clusters_it_falls_without_bound(clusters):
    outside = clusters.margin[:, [0, -1]]
    assert (outside < -4).all()


@claim(
    "With Eq. 10 low errors are called data more often, most where the latents are an eight's",
    scope=f"{EIGHTS}; T trained 600 steps at K = 1 and nu = 1",
    was=[f"02-{i:03d}" for i in range(84, 90)],
)
def low_errors_are_called_data_where_the_latents_are(shares):
    without, augmented = shares["cnce"], shares["cance"]
    assert min(without[:2]) > 0.5
    assert augmented[1] < without[1] - 0.3
    assert 0.05 < augmented[0] < without[0] - 0.1
    assert augmented[1] < 0.9 * augmented[0]
    measured("02b T below 0 at low noise, cnce", without[0])
    measured("02b T below 0 at low noise, cance", augmented[0])
    measured("02b T below 0 with new eights' latents", augmented[1])


@claim(
    "$T$ has learned these {n} eights by heart",
    scope="digits' eights, seeds 0 to 4",
    on=["digits"],
    was=["02-090"],
)
def t_has_learned_the_training_latents(shares):
    assert shares["cance"][0] > 0.5
    assert (
        measured("02b T below 0 with training latents", shares["cance"][2])
        < 0.5 * shares["cance"][1]
    )


@claim(
    "With this spread the margin is smallest at the end $m_z$ if $K = 1$; for $K > 1$ it is lost "
    "at the other end, 0",
    scope="spread 0.4; K 1.69 and 2.5",
    was=["02-091", "02-092"],
)
def nu_of_two_is_lost_next_to_the_mode(negative, largest, z, spread):
    assert 1.85 < largest[0.4] < 1.9
    assert 0.73 < negative.min() < 0.75
    assert negative.max() == z[-1]
    assert dominance(1.0, spread).margin.argmin() == len(dominance(1.0, spread).margin) - 1
    assert dominance(1.0, 1.0).margin.argmin() < 0.2 * len(dominance(1.0, 1.0).margin)
    for noise_scale in (AT_START, 2.5):
        assert dominance(1.0, spread, noise_scale).margin.argmin() == 0


@claim("where the data are densest", scope="spread 0.4, nu = 2, K = 1: a log-normal's p_0")
def t_is_negative_where_the_data_are_densest(negative, spread):
    z = np.linspace(0.001, 3, 3000)
    densest = z[lognormal_log_pdf(z, 1.0, spread).argmax()]
    assert negative.min() < densest
    assert abs(densest - negative.max()) < 1e-2


@guarantee(scope="the library", was=["02-093"])
def the_default_noise_ratio_is_one():
    assert CANCE().noise_ratio == 1


@claim("At $m_z$ the noise is twice as dense as the artificial half", scope="spread 0.02, K = 0.5")
def narrow_noise_loses_it():
    mode = lognormal_mode(1.0, 0.02)
    half = np.exp(truncated_normal_log_pdf(mode, mode, 0.02)) / 2
    assert 1.9 < np.exp(noise_log_pdf(mode, 1.0, 0.02, 0.5)) / half < 2.1


@claim(
    "Ours does not, for $p_0$ is large next to the mode",
    scope="spread 0.4, K = 1, three times as wide",
)
def a_wide_truncated_normal_is_lost_at_the_mode_without_p_0(z, spread):
    assert dominance(1.0, spread, scale=3 * spread).holds
    half = np.exp(truncated_normal_log_pdf(z, z[-1], 3 * spread)) / 2
    noise = np.exp(noise_log_pdf(z, 1.0, spread))
    assert round(half.max(), 2) == 0.67
    assert round(noise.max(), 2) == 0.88
    assert 0.63 < z[noise > half].min() < 0.65


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 4
    assert "Your calibration over 4 predictions" in page.text
