import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy import integrate, optimize, stats

from cance_edu.course.explorer import drive
from cance_edu.course.proposition.explorer import PropositionExplorer
from cance_edu.course.proposition.figure import (
    draw_proposition,
    draw_side_by_side,
    move_proposition,
)
from cance_edu.course.proposition.joint import square_margin, two_cluster_margin
from cance_edu.course.proposition.maps_figure import (
    draw_augmented,
    draw_loss_map,
    draw_plane_margin,
    draw_squares,
)
from cance_edu.course.proposition.proof_figure import draw_curves, draw_low_errors
from cance_edu.course.proposition.summary import (
    loss_map,
    needed_spread,
    proposition_view,
    safe_spread,
)
from tests.round_off import rounded

AT_START = 1 + np.log(2)


def scipy_densities(spread, noise_scale, augmentation="paper"):
    """Return p_0, p_t, p_nK of a feature with mean 1, and its mode, from SciPy alone."""
    variance = np.log(1 + spread**2)
    mode = np.exp(-1.5 * variance)
    scale = spread * (noise_scale if augmentation == "k-aware" else 1)
    return (
        stats.lognorm(s=np.sqrt(variance), scale=np.exp(-variance / 2)),
        stats.truncnorm(-mode / scale, 0, loc=mode, scale=scale),
        stats.norm(1, noise_scale * spread),
        mode,
    )


def scipy_ratio(z, spread, noise_scale):
    """Return p_nK / p_m with the paper's augmentation."""
    real, artificial, noise, _ = scipy_densities(spread, noise_scale)
    return 2 * noise.pdf(z) / (real.pdf(z) + artificial.pdf(z))


def new_axes():
    return Figure().subplots()


# -- summaries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("augmentation", ["paper", "k-aware"])
def test_view_holds_the_four_densities(augmentation):
    view = proposition_view(0.4, 2.0, augmentation)
    real, artificial, noise, mode = scipy_densities(0.4, 2.0, augmentation)
    np.testing.assert_allclose(view.mode, mode)
    inside = (view.z < mode - 1e-9) | (view.z > mode + 1e-9)
    z = view.z[inside]
    np.testing.assert_allclose(view.real[inside], real.pdf(z), atol=1e-12)
    np.testing.assert_allclose(view.artificial[inside], artificial.pdf(z), atol=1e-9)
    np.testing.assert_allclose(view.noise[inside], noise.pdf(z), atol=1e-12)
    half_and_half = (real.pdf(z) + artificial.pdf(z)) / 2
    np.testing.assert_allclose(view.augmented[inside], half_and_half, atol=1e-9)
    assert abs(integrate.trapezoid(view.artificial, view.z) - 1) < 1e-3


@pytest.mark.parametrize("spread", [0.1, 0.4, 1.0])
def test_view_has_a_few_hundred_points_in_order(spread):
    view = proposition_view(spread, AT_START)
    assert (np.diff(view.z) > 0).all()
    assert view.z[0] < 0 < 1.9 < view.z[-1]
    assert len(view.z) + len(view.dominance.z) < 1000


@pytest.mark.equation("Prop. 3.1")
@settings(max_examples=settings().max_examples * 6 // 10)
@given(st.floats(0.08, 1.5), st.floats(1, 30))
def test_the_guarantee_is_lost_exactly_if_it_is_lost_at_zero(spread, noise_scale):
    _, _, _, mode = scipy_densities(spread, noise_scale)
    at_zero, *elsewhere = scipy_ratio(np.linspace(0, mode, 500), spread, noise_scale)
    # SciPy's densities are powers of e of at most (1 / 0.08)² / 2 = 78: three of them, whose
    # exponents are rounded ten times.
    assert max(elsewhere) <= max(at_zero, 1) * (1 + rounded(3 * 10 * 78))


@pytest.mark.parametrize("noise_scale", [1.1, 1.25, AT_START, 2, 5])
def test_needed_spread_separates_what_holds_from_what_does_not(noise_scale):
    def worst(spread):
        _, _, _, mode = scipy_densities(spread, noise_scale)
        return scipy_ratio(np.linspace(0, mode, 2000), spread, noise_scale).max()

    needed = needed_spread(noise_scale)
    assert worst(needed + 1e-3) < 1 < worst(needed - 1e-3)


@pytest.mark.parametrize("noise_scale", [1.0, 1.003, 0.5, float("nan")])
def test_needed_spread_refuses_k_near_one(noise_scale):
    with pytest.raises(ValueError, match=r"expected at least 1\.01"):
        needed_spread(noise_scale)
    assert 0.05 < needed_spread(1.01) < 0.1


def test_needed_spread_rises_and_falls_with_k():
    needed = [needed_spread(k) for k in (1.1, 2, 10)]
    assert needed[0] < needed[2] < needed[1]


def test_safe_spread_is_the_largest_needed_spread_and_belongs_to_k_equal_to_mean_over_deviation():
    best = optimize.minimize_scalar(lambda k: -needed_spread(k), bounds=(1.2, 6), method="bounded")
    np.testing.assert_allclose(safe_spread(), -best.fun, rtol=1e-6)
    np.testing.assert_allclose(best.x, 1 / safe_spread(), rtol=1e-2)


def test_loss_map_agrees_with_scipy():
    lost = loss_map([0.2, 0.4, 0.6], [1.0, AT_START], points=2001)
    assert lost.worst_ratio.shape == lost.lost_share.shape == (2, 3)
    assert (lost.lost_share[0] == 0).all()
    assert lost.lost_share[1, 2] == lost.lost_noise_mass[1, 2] == 0
    for place, spread in enumerate([0.2, 0.4]):
        _, _, noise, mode = scipy_densities(spread, AT_START)
        crossing = optimize.brentq(lambda z, c=spread: scipy_ratio(z, c, AT_START) - 1, 0, mode)
        assert abs(lost.lost_share[1, place] - crossing / mode) < 2e-3
        mass = noise.cdf(crossing) - noise.cdf(0)
        assert abs(lost.lost_noise_mass[1, place] - mass) < 2e-3
        np.testing.assert_allclose(lost.worst_ratio[1, place], scipy_ratio(0.0, spread, AT_START))


@pytest.mark.parametrize(("noise_scale", "augmentation"), [(1.0, "paper"), (1.69, "k-aware")])
def test_square_margin_agrees_with_sampled_moments_and_scipy(noise_scale, augmentation):
    spread, correlation = np.array([0.4, 0.51]), 0.9
    square = square_margin(spread, correlation, noise_scale, augmentation, points=5)
    covariance = np.outer(spread, spread) * [[1, correlation], [correlation, 1]]
    variance = np.log(1 + spread**2)
    r = np.log(1 + covariance[0, 1]) / np.sqrt(variance.prod())
    logs = stats.multivariate_normal(
        -variance / 2, np.sqrt(np.outer(variance, variance)) * [[1, r], [r, 1]]
    )
    draws = np.exp(logs.rvs(400_000, random_state=0))
    np.testing.assert_allclose(np.cov(draws.T), covariance, rtol=0.02)
    noise = stats.multivariate_normal([1, 1], noise_scale**2 * covariance)
    parts = [scipy_densities(c, noise_scale, augmentation) for c in spread]
    for row, y in enumerate(square.y[1:], start=1):
        for column, x in enumerate(square.x[1:], start=1):
            real = logs.pdf(np.log([x, y])) / (x * y)
            artificial = parts[0][1].pdf(x) * parts[1][1].pdf(y)
            expected = np.log((real + artificial) / 2) - noise.logpdf([x, y])
            np.testing.assert_allclose(square.margin[row, column], expected, atol=1e-8)
            np.testing.assert_allclose(square.log_noise[row, column], noise.logpdf([x, y]))


@pytest.mark.parametrize("spread", [(0.4, 0.5), (1.0, 1.5)])
def test_a_correlation_that_log_normals_cannot_have_is_refused(spread):
    sigma = np.sqrt(np.log1p(np.square(spread)))
    logs = np.random.default_rng(0).normal(size=400_000)
    # Rising and falling together: no two log-normals are correlated more, or less.
    low, high = (
        np.corrcoef(np.exp(sigma[0] * logs), np.exp(s * logs))[0, 1] for s in (-sigma[1], sigma[1])
    )
    for beyond in (low - 0.02, high + 0.02):
        with pytest.raises(ValueError, match="log-normals of spreads"):
            square_margin(spread, beyond)
    square_margin(spread, low + 0.02, points=3)
    square_margin(spread, high - 0.02, points=3)


def test_square_is_kept_without_correlation_and_lost_with_much():
    # The artificial half alone is at least twice the noise, if the noise is uncorrelated.
    assert square_margin([0.4, 0.51], 0.0).margin.min() > np.log(2)
    assert square_margin([0.4, 0.51], 0.90).margin.min() > 0
    lost = square_margin([0.4, 0.51], 0.95)
    assert lost.margin.min() < 0
    assert 0 < lost.lost_noise_share < 0.1
    assert square_margin([0.4, 0.51], 0.90).lost_noise_share == 0


def test_two_clusters_agree_with_draws_of_the_noise():
    plane = two_cluster_margin(0.4, distance=0.95)
    real, artificial, noise, mode = scipy_densities(0.4, 1.0)
    latent, error = stats.norm(), noise
    clusters = [stats.norm(side * 0.95, np.sqrt(1 - 0.95**2)) for side in (-1, 1)]

    def margin(x, y):
        p_latent = sum(cluster.pdf(x) for cluster in clusters) / 2
        p_error = (real.pdf(y) + artificial.pdf(y)) / 2
        return np.log(p_latent * p_error) - latent.logpdf(x) - error.logpdf(y)

    x, y = np.meshgrid(plane.x, plane.y[1:-1])
    np.testing.assert_allclose(plane.margin[1:-1], margin(x, y), atol=1e-8)
    rng = np.random.default_rng(0)
    drawn = rng.normal(size=100_000), rng.normal(1, 0.4, size=100_000)
    low = (drawn[1] > 0) & (drawn[1] < mode) & (np.abs(drawn[0]) < 3)
    share = np.mean(margin(drawn[0][low], drawn[1][low]) < 0)
    assert abs(plane.lost_noise_share - share) < 0.01


# -- figures ------------------------------------------------------------------------------------


def test_curves_draw_what_they_are_given():
    z = np.linspace(0, 1, 5)
    lines = draw_curves(new_axes(), z, {"a": z, "b": z**2, "c": -z}, "nats")
    np.testing.assert_array_equal([line.get_ydata() for line in lines], [z, z**2, -z])
    assert len({line.get_linestyle() for line in lines}) == 3
    assert len({line.get_color() for line in lines}) == 3
    left, right = draw_low_errors(Figure(), z, -z, 1 - z)
    np.testing.assert_allclose(left.lines[0].get_ydata(), np.exp(-z))
    np.testing.assert_allclose(left.lines[1].get_ydata(), np.exp(-1))
    np.testing.assert_array_equal(right.lines[0].get_ydata(), 1 - z)


def test_moving_a_proposition_shows_the_other_one():
    lost, kept = proposition_view(0.3, AT_START), proposition_view(0.6, 1.0, "k-aware")
    artists = draw_proposition(Figure(), kept)
    assert artists.lost.get_paths() == []
    move_proposition(artists, lost)
    for name in ("real", "artificial", "augmented", "noise"):
        np.testing.assert_array_equal(getattr(artists, name).get_xdata(), lost.z)
        np.testing.assert_array_equal(getattr(artists, name).get_ydata(), getattr(lost, name))
    np.testing.assert_array_equal(artists.margin.get_ydata(), lost.dominance.margin)
    assert [line.get_xdata()[0] for line in artists.mode] == [lost.mode, lost.mode]
    end = lost.dominance.lost_share * lost.mode
    (shaded,) = artists.lost.get_paths()
    assert shaded.vertices[:, 0].min() >= 0
    assert abs(shaded.vertices[:, 0].max() - end) < 0.01
    (below,) = artists.lost_margin.get_paths()
    assert below.vertices[:, 1].min() == lost.dominance.margin.min()
    assert below.vertices[:, 1].max() == 0
    assert len(artists.moving) == 9


def test_side_by_side_has_one_legend_and_a_title_each():
    figure = Figure(layout="constrained")
    draw_side_by_side(figure, {f"K = {k}": proposition_view(0.4, k) for k in (1.0, 2.5)})
    assert [part.get_suptitle() for part in figure.subfigs] == ["K = 1.0", "K = 2.5"]
    assert all(axes.get_legend() is None for axes in figure.axes)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 6


def test_loss_map_is_white_where_the_proposition_holds():
    lost = loss_map(np.linspace(0.1, 0.6, 6), [1.0, 2.0, 5.0])
    axes = draw_loss_map(Figure(), lost, {"z_e": 0.46, "z_c": 0.53})
    for one, values in zip(
        axes, (lost.worst_ratio, lost.lost_share, lost.lost_noise_mass), strict=True
    ):
        drawn = one.collections[0].get_array()
        np.testing.assert_array_equal(np.ma.getmaskarray(drawn), lost.lost_share == 0)
        np.testing.assert_array_equal(drawn.compressed(), values[lost.lost_share > 0])
        assert [line.get_xdata()[0] for line in one.get_lines()] == [0.46, 0.53]
    assert draw_loss_map(Figure(), lost)[0].get_lines() == []
    (dot,) = draw_loss_map(Figure(), lost, dot=(0.4, 2))[2].get_lines()
    assert dot.get_xydata().tolist() == [[0.4, 2]]


def test_plane_margin_has_a_line_only_where_the_sign_changes():
    kept, lost = square_margin([0.4, 0.51], 0.5), square_margin([0.4, 0.51], 0.95)
    axes = new_axes()
    mesh = draw_plane_margin(axes, kept, "kept")
    np.testing.assert_array_equal(mesh.get_array(), kept.margin)
    assert len(axes.collections) == 1
    axes = new_axes()
    draw_plane_margin(axes, lost, "lost")
    assert len(axes.collections) == 2
    both = draw_squares(Figure(), {"kept": kept, "lost": lost}, ("a", "b"))
    assert [(a.get_title(), a.get_xlabel(), a.get_ylabel()) for a in both] == [
        ("kept", "a", "b"),
        ("lost", "a", "b"),
    ]


def test_augmented_points_and_their_square_are_drawn():
    axes = new_axes()
    points = [np.full((3, 2), value) for value in (1.0, 2.0, 3.0)]
    draw_augmented(axes, *points, end=[0.5, 0.4])
    drawn = {line.get_label(): line.get_xdata()[0] for line in axes.get_lines()}
    assert {k: drawn[k] for k in ("real", "artificial", "noise")} == {
        "real": 1.0,
        "artificial": 2.0,
        "noise": 3.0,
    }
    assert axes.patches[0].get_bbox().bounds == (0, 0, 0.5, 0.4)


# -- widget -------------------------------------------------------------------------------------


def readout(explorer):
    names = ("guarantee", "lost_share", "worst_ratio", "lost_noise_mass")
    parts = [explorer.readout.value.split(f'data-name="{name}">')[1] for name in names]
    return [part.split("<")[0] for part in parts]


def test_explorer_says_what_is_lost():
    explorer = PropositionExplorer(spread=0.4)
    assert readout(explorer) == ["is lost", "16.6%", "1.4", "3.0%"]
    explorer.controls["augmentation"].value = "k-aware"
    assert readout(explorer)[:2] == ["holds", "0.0%"]
    assert float(readout(explorer)[2]) < 1


def test_explorer_follows_every_control():
    explorer = PropositionExplorer()
    before = explorer.picture.value
    assert drive(explorer) == 12
    assert explorer.picture.value == before
    for spread in (0.1, 0.55, 1.0):
        for noise_scale in (1.0, 5.5, 10.0):
            explorer.controls["spread"].value = spread
            explorer.controls["noise_scale"].value = noise_scale
            _, _, _, mode = scipy_densities(spread, noise_scale)
            worst = scipy_ratio(np.linspace(0, mode, 2001), spread, noise_scale).max()
            assert readout(explorer)[0] == ("holds" if worst <= 1 else "is lost")
            np.testing.assert_allclose(float(readout(explorer)[2]), worst, rtol=6e-3)
    assert explorer.picture.value != before
