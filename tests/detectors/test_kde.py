import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, spearmanr
from sklearn.neighbors import KernelDensity

from cance_edu.datasets import load_one_class
from cance_edu.detectors.kde import KDE, log_density, without_itself
from cance_edu.detectors.ocsvm import OCSVM

DIGITS = load_one_class("digits", [3])
ROWS = DIGITS.train.reshape(len(DIGITS.train), -1)
TABLE = np.random.default_rng(0).normal(size=(40, 4)) @ np.diag([1.0, 2.0, 3.0, 9.0])


@pytest.mark.parametrize("components", [1, 3])
def test_the_score_is_the_mean_of_gaussians_at_whitened_points(components):
    detector = KDE(components=components, bandwidth=0.7, column_scaling="given").fit(TABLE)
    variances, directions = np.linalg.eigh(np.cov(TABLE.T))
    kept = np.argsort(-variances)[:components]
    whiten = directions[:, kept] / np.sqrt(variances[kept])
    z, new = (TABLE - TABLE.mean(0)) @ whiten, (TABLE[:5] + 1 - TABLE.mean(0)) @ whiten
    kernels = [[multivariate_normal.pdf(v, m, 0.49 * np.eye(components)) for m in z] for v in new]
    expected = -np.log(np.mean(kernels, axis=1))
    np.testing.assert_allclose(detector.anomaly_score(TABLE[:5] + 1), expected, rtol=1e-9)


def test_far_away_the_score_stays_finite_and_grows():
    scores = KDE(bandwidth=0.05).fit(TABLE).anomaly_score(TABLE[:1] + np.array([[10], [1000]]))
    assert np.isfinite(scores).all()
    assert scores[1] > scores[0]


def test_far_away_the_log_density_is_scipys_and_not_scikit_learns():
    rng = np.random.default_rng(0)
    points, far = rng.normal(size=(120, 40)), 4 * rng.normal(size=(50, 40))
    normal = multivariate_normal(np.zeros(40), 0.81 * np.eye(40))
    exact = logsumexp([normal.logpdf(far - point) for point in points], axis=0) - np.log(120)
    np.testing.assert_allclose(log_density(far, points, 0.9), exact, rtol=1e-12)
    theirs = KernelDensity(bandwidth=0.9).fit(points).score_samples(far)
    # Off by nats, so the detector does not use it. Where this fails, it has become exact.
    assert np.abs(theirs - exact).max() > 1


def test_a_training_point_is_left_out_of_its_own_density():
    detector = KDE(components=2, bandwidth=0.5, contamination=0.5).fit(TABLE)
    z = detector.pca_.transform((TABLE - TABLE.mean(0)) / TABLE.std(0))
    left_out = []
    for i in range(len(z)):
        others = np.delete(z, i, axis=0)
        kernels = multivariate_normal.pdf(others - z[i], np.zeros(2), 0.25 * np.eye(2))
        left_out.append(np.log(np.mean(kernels)))
    assert detector.offset_ == pytest.approx(np.median(left_out), rel=1e-6)


def test_a_lonely_point_has_a_finite_density_without_itself():
    peak = 2.0
    alone = np.array([peak - np.log(2), peak - np.log(2)])
    assert np.isfinite(without_itself(alone, peak)).all()


@pytest.mark.parametrize("bandwidth", ["scott", "likelihood"])
def test_the_bandwidth_of_normal_data_is_near_scotts(bandwidth):
    table = np.random.default_rng(1).normal(size=(500, 2))
    chosen = KDE(components=2, bandwidth=bandwidth).fit(table).bandwidth_
    scott = 500 ** (-1 / 6)
    assert chosen == pytest.approx(scott, rel=0.45 if bandwidth == "likelihood" else 1e-12)


def test_as_nu_goes_to_one_the_one_class_svm_ranks_as_the_density_does():
    h = 1.0
    new = DIGITS.test.reshape(len(DIGITS.test), -1)[:300]
    svm = OCSVM(nu=0.9999, gamma=1 / (2 * h**2), column_scaling="given").fit(ROWS)
    squared = ((new[:, None] - ROWS) ** 2).sum(2)
    density = np.exp(-squared / (2 * h**2)).mean(1)
    assert spearmanr(svm.anomaly_score(new), -density).statistic > 0.99999


def test_a_bandwidth_that_is_none():
    message = "bandwidth is 0; expected a number above 0, 'scott' or 'likelihood'"
    with pytest.raises(ValueError, match=message):
        KDE(bandwidth=0).fit(TABLE)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"nu": 1}, r"nu is 1; expected a number in \(0, 1\)"),
        ({"gamma": "auto"}, "gamma is 'auto'; expected a number above 0, or 'scale'"),
    ],
)
def test_an_svms_parameters(wrong, message):
    with pytest.raises(ValueError, match=message):
        OCSVM(**wrong).fit(TABLE)


def test_no_more_components_than_the_data_span():
    plane = TABLE[:, :2] @ np.random.default_rng(2).normal(size=(2, 5))
    detector = KDE(components=4, column_scaling="given").fit(plane)
    assert detector.pca_.n_components_ == 2
    assert np.isfinite(detector.anomaly_score(plane + 1)).all()
