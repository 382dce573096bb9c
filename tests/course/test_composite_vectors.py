"""What lesson 04 draws: variance along directions, image and reconstruction as arrows, panels."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.spatial import distance
from sklearn.decomposition import PCA

from cance_edu.course.composite.directions import along_directions
from cance_edu.course.composite.directions_figure import draw_directions
from cance_edu.course.composite.explorer import NOISES, SHAPES, VectorsExplorer
from cance_edu.course.composite.panels_figure import (
    draw_comparisons,
    draw_energies,
    draw_reconstructions,
    draw_running,
)
from cance_edu.course.composite.summary import compare_features, running_frames
from cance_edu.course.composite.vectors import altered, two_vectors
from cance_edu.course.composite.vectors_figure import draw_vectors
from cance_edu.course.explorer import drive
from cance_edu.course.pictured import pictured

RNG = np.random.default_rng(0)
IMAGES = RNG.random((80, 1, 4, 4)) * np.linspace(0.2, 1, 16).reshape(4, 4)
NOISE = RNG.normal(scale=0.3, size=IMAGES.shape)
FEATURES = RNG.normal(size=(60, 5)) @ RNG.normal(size=(5, 5))
POINTS = np.exp(0.3 * RNG.normal(size=(50, 2)) - 3)


# -- variance along directions ------------------------------------------------------------------


def test_variances_are_those_of_scikit_learns_components():
    found = along_directions(IMAGES, IMAGES[:30], IMAGES[:30] + NOISE[:30])
    pca = PCA().fit(IMAGES.reshape(80, -1))
    np.testing.assert_allclose(found.data, pca.explained_variance_ * 79 / 80, atol=1e-12)
    along = NOISE[:30].reshape(30, -1) @ pca.components_.T
    np.testing.assert_allclose(found.disturbance, (along**2).mean(0))
    assert found.share(5) == pytest.approx((along[:, :5] ** 2).sum() / (along**2).sum())
    assert found.share(16) == pytest.approx(1)


def test_what_is_added_is_neither_lost_nor_invented():
    found = along_directions(IMAGES, IMAGES, IMAGES + NOISE)
    squares = (NOISE.reshape(80, -1) ** 2).sum(1).mean()
    assert found.disturbance.sum() == pytest.approx(squares)


def test_directions_without_any_variance_are_not_drawn():
    padded = np.concatenate([IMAGES, np.zeros_like(IMAGES)], axis=-1)
    found = along_directions(padded, padded, padded + 0.1)
    data, noise = draw_directions(Figure().subplots(), found, 4)
    assert len(data.get_ydata()) == len(noise.get_ydata()) == 16
    np.testing.assert_array_equal(data.get_ydata(), found.data[:16])
    np.testing.assert_array_equal(noise.get_ydata(), found.disturbance[:16])


# -- two vectors --------------------------------------------------------------------------------


def test_arrows_have_the_images_lengths_angle_and_distance():
    for x, rebuilt in zip(IMAGES[:20], IMAGES[20:40], strict=True):
        vectors = two_vectors(x, rebuilt)
        one, other = vectors.image, vectors.reconstruction
        assert one @ one == pytest.approx((x**2).mean())
        assert other @ other == pytest.approx((rebuilt**2).mean())
        assert one @ other == pytest.approx((x * rebuilt).mean())
        assert ((one - other) ** 2).sum() == pytest.approx(vectors.error)
        assert vectors.error == pytest.approx(((x - rebuilt) ** 2).mean())
        cosine = distance.cosine(x.ravel(), rebuilt.ravel())
        assert vectors.dissimilarity == pytest.approx(cosine / 2)


def test_brightness_noise_and_shape_do_what_they_say():
    x, rebuilt, other = IMAGES[:3]
    same = altered(x, rebuilt, other, 1, 0, 0)
    np.testing.assert_array_equal(same, (x, rebuilt))
    np.testing.assert_allclose(altered(x, rebuilt, other, 0.5, 0, 1), (x / 2, other / 2))
    grain = altered(x, rebuilt, other, 1, 0.2, 0)[0] - x
    np.testing.assert_allclose(altered(x, rebuilt, other, 0.5, 0.4, 0)[0], x / 2 + grain)
    large = np.zeros((100, 100))
    noisy = altered(large, large, large, 1, 0.2, 0)[0]
    assert abs(noisy.std() - 0.2) < 0.01
    assert abs(noisy.mean()) < 0.01


def test_arrows_are_drawn_from_the_origin_to_their_tips():
    cases = {name: two_vectors(*IMAGES[i : i + 2]) for i, name in enumerate("abcd")}
    figure = Figure()
    drawn = draw_vectors(figure, cases)
    assert len(drawn) == len(figure.axes) == 4
    for arrows, vectors, axes in zip(drawn, cases.values(), figure.axes, strict=True):
        tips = np.stack([vectors.image, vectors.reconstruction])
        np.testing.assert_array_equal(arrows.difference.get_xydata(), tips)
        for arrow, tip in zip(arrows.arrows, tips, strict=True):
            corners = arrow.get_path().vertices
            np.testing.assert_allclose(corners[0], 0, atol=1e-3)
            assert np.linalg.norm(corners - tip, axis=1).min() < 0.03
        assert f"{vectors.error:.3f}" in axes.get_title()


def test_the_explorer_shows_what_numpy_finds():
    explorer = VectorsExplorer(POINTS)
    assert drive(explorer) == 12
    three = pictured()
    x, rebuilt, ugly = three.image[0], three.reconstruction[0], three.reconstruction[1]
    for brightness, shape in ((1, 0), (0.5, 0.5), (0.25, 1)):
        explorer.controls["brightness"].value = brightness
        explorer.controls["shape"].value = shape
        made = brightness * ((1 - shape) * rebuilt + shape * ugly)
        error = ((brightness * x - made) ** 2).mean()
        cosine = distance.cosine(x.ravel(), made.ravel())
        assert f'"error">{error:.4f}<' in explorer.readout.value
        assert f'"dissimilarity">{cosine / 2:.3f}<' in explorer.readout.value
        assert f'"energy">{((brightness * x) ** 2).mean():.4f}<' in explorer.readout.value
        point = explorer.artists.point.get_xydata()
        np.testing.assert_allclose(point, [[error, cosine / 2]])
    (grid,) = explorer.grids()
    assert grid == {
        "brightness": [0.25, 0.5, 1.0],
        "noise": list(NOISES),
        "shape": list(SHAPES),
    }


# -- panels -------------------------------------------------------------------------------------


def test_each_comparison_has_its_panel():
    compared = compare_features(FEATURES, FEATURES, {"shifted": FEATURES + 3})
    figure = Figure()
    draw_comparisons(figure, {"one": compared, "two": compared})
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    drawn = figure.axes[1].lines[0].get_xdata()
    np.testing.assert_allclose(drawn, 100 * compared.aurocs[:, 0])


def test_an_energys_line_goes_through_the_groups_median():
    darker = POINTS * [0.25, 1]
    normal, dark = draw_energies(Figure(), {"a plane": {"normal": POINTS, "dark": darker}})
    for line, points in ((normal, POINTS), (dark, darker)):
        error, dissimilarity = line.get_xydata().T
        energies = error / (4 * dissimilarity)
        np.testing.assert_allclose(energies, np.median(points[:, 0] / (4 * points[:, 1])))
        assert (dissimilarity == [points[:, 1].min(), points[:, 1].max()]).all()
    np.testing.assert_allclose(dark.get_xdata(), normal.get_xdata() / 4)
    energy = np.median(POINTS[:, 0] / (4 * POINTS[:, 1]))
    legend = [text.get_text() for text in normal.axes.get_legend().get_texts()]
    assert legend == [rf"normal, $\bar e$ = {energy:.2g}", rf"dark, $\bar e$ = {energy / 4:.2g}"]


def test_reconstructions_stand_over_their_differences_and_numbers():
    figure = Figure()
    x, rebuilt, z = IMAGES[:2], IMAGES[2:4], np.array([[9, 0.25, 0.125], [9, 0.5, 0.375]])
    pictures = draw_reconstructions(figure, x, rebuilt, z, ("a", "b"))
    np.testing.assert_array_equal(pictures[1].get_array(), x[1, 0])
    np.testing.assert_array_equal(pictures[2].get_array(), rebuilt[0, 0])
    np.testing.assert_allclose(pictures[5].get_array(), np.abs(x[1, 0] - rebuilt[1, 0]))
    assert [axes.get_title() for axes in figure.axes[:2]] == ["a", "b"]
    assert figure.axes[5].get_xlabel() == "$z_e$ = 0.500\n$z_c$ = 0.375"


def test_frames_of_running_moments_stand_side_by_side():
    frames = running_frames(POINTS, 5)
    figure = Figure()
    drawn = draw_running(figure, frames, (0, 4))
    for artists, place in zip(drawn, (0, 4), strict=True):
        np.testing.assert_array_equal(artists.ellipse.get_xydata(), frames[place].ellipse.T)
    assert figure.axes[1].get_title() == "batch 5, 50 images"
