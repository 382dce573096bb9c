"""Lesson 04, composite features: what it claims, and on what."""

import numpy as np
import torch

from cance_edu.course import lesson04 as lesson
from cance_edu.course.explorer import drive
from cance_edu.course.over_seeds import lesson_dataset
from cance_edu.method.composite import cosine_dissimilarity, reconstruction_error
from tests.lessons.claims import claim, guarantee, measured

LIVE = "even digits and 16 principal components; MNIST's eights and 6 latents; every recorded seed"
DIGITS = "digits' even digits, 16 principal components, every recorded seed"
RECORDED = "MNIST's eights, 6 latents of an autoencoder, recorded, seed 0"


@guarantee(scope=LIVE, was=["04-001"])
def z_has_two_numbers_more_than_latents(z_normal, held_out):
    assert z_normal[lesson.first].shape == (len(held_out), lesson.latent_dim + 2)


@claim(
    "All of $z$ is far to the right for both kinds.",
    scope=f"{LIVE}; {RECORDED}",
    was=[f"04-{number:03d}" for number in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)],
)
def each_half_misses_a_kind(two, mnist, ours, medians):
    hard = lesson.hard
    assert measured("04 what the error misses, by the latents", two.auroc("latents", hard)) > 0.8
    assert measured("04 what the error misses, by z", two.auroc("all of z", hard)) > 0.75
    assert measured("04 noise by the error", two.auroc("error", "noise")) > 0.85
    assert measured("04 noise by the latents", two.auroc("latents", "noise")) < 0.55
    assert measured("04 noise by z", two.auroc("all of z", "noise")) > 0.7
    assert two.auroc("error", hard) < two.auroc("latents", hard) - 0.1
    assert mnist.auroc("error", "ones") < 0.5 < 0.9 < mnist.auroc("latents", "ones")
    assert medians["ones"] < 0.8 * medians["eights"], "ones come back with smaller errors"
    assert mnist.auroc("latents", "zeros") < 0.8 < 0.95 < mnist.auroc("error", "zeros")
    assert mnist.auroc("error", "zeros") > mnist.auroc("latents", "zeros")
    assert mnist.aurocs[-1].min() > 0.8
    assert ours.auroc("error", "other digits") > 0.7


@guarantee(scope=LIVE, was=["04-007", "04-013"])
def faint_images_are_easier_and_the_error_as_it_is_is_worse_than_a_coin(easier, as_it_is):
    assert measured("04 what the error misses, by z_e as it is", as_it_is) < 0.5
    assert easier > 0.5


@guarantee(scope=LIVE, was=["04-014"])
def eight_images_of_each_kind_are_found_by_one_half_and_all_of_z(ours):
    hard, found = lesson.hard, ours.found
    by_latents = found["latents", hard] & found["all of z", hard] & ~found["error", hard]
    by_error = found["error", "noise"] & found["all of z", "noise"] & ~found["latents", "noise"]
    assert min(by_latents.sum(), by_error.sum()) >= 8


@guarantee(scope=LIVE, was=["04-020", "04-021", "04-022"])
def all_of_z_has_the_best_worst_kind_and_is_an_insurance(ours):
    worst = dict(zip(ours.features, ours.aurocs.min(1), strict=True))
    assert max(worst, key=worst.get) == "all of z"
    assert ours.auroc("error", "noise") > ours.auroc("all of z", "noise")
    for kind in ours.kinds:
        halves = ours.auroc("error", kind), ours.auroc("latents", kind)
        assert ours.auroc("all of z", kind) > min(halves)


@guarantee(scope=DIGITS, on=["digits"])
def all_of_z_beats_both_halves_but_on_noise(ours, wins):
    assert ours.features[:2] == ("latents", "error")
    assert (wins, len(ours.kinds)) == (6, 7)


@guarantee(scope=DIGITS, on=["digits"])
def the_second_tail_flatters_the_error_on_faint_images_alone(ours, z_normal, z_odd):
    usual = z_normal[lesson.first][:, -2]
    by_z_e = {kind: lesson.area(usual, z[:, -2]) for kind, z in z_odd[lesson.first].items()}
    gain = {kind: ours.auroc("error", kind) - area for kind, area in by_z_e.items()}
    assert gain["faint"] > 0.02
    costs = [-each for kind, each in gain.items() if kind != "faint"]
    assert min(costs) > 0
    assert max(costs) < 0.12


@claim(
    "The blindness lies mostly in the features.",
    scope=f"{LIVE}; a Gaussian, and a density by NCE of 800 steps",
    was=["04-023", "04-024", "04-025", "04-026", "04-027"],
)
def a_learnt_density_is_nearly_as_blind(learned, as_it_is, two):
    hard = lesson.hard
    for (variant, kind), area in learned.items():
        what = {hard: "what the error misses", "noise": "noise"}[kind]
        measured(f"04 {what}, by {variant}", area)
    assert learned["latnce", hard] > 0.8
    assert learned["latnce", "noise"] < 0.7
    assert learned["cnce", hard] > as_it_is + 0.3
    assert learned["cnce", "noise"] > learned["latnce", "noise"] + 0.2
    by_density = learned["latnce", "noise"] - two.auroc("latents", "noise")
    by_features = learned["cnce", "noise"] - learned["latnce", "noise"]
    assert by_features > 1.5 * by_density, "mostly in the features"


@claim(
    "a unit vector keeps the noise's variance",
    scope=f"{LIVE}; independent pixel noise of deviation 0.2, not clipped",
)
def noise_is_the_same_in_each_direction(directions, size, kept):
    assert abs(size - 1) < 0.1
    assert kept == "s²"
    pixels, d = len(directions.data), lesson.latent_dim
    assert abs(directions.share(d) * pixels / d - 1) < 0.15, "a fair share"
    assert abs(directions.disturbance.mean() / 0.04 - 1) < 0.02
    assert directions.data[d - 1] > 0.04
    left_out = directions.data[d:]
    assert np.median(left_out) < 0.04 / 4
    assert (directions.data[:d] / 2 > 0.04).mean() > 0.6, "small in most latents"
    assert (left_out < 0.04).mean() > 0.8, "larger in most directions left out"
    assert directions.disturbance[:d].sum() < directions.data[:d].sum() / 4
    assert directions.disturbance[d:].sum() > left_out.sum()


@claim(
    "Clipping made the AUROC fall below one half",
    scope=f"{DIGITS}; noise of deviation 0.2",
    on=["digits"],
    was=["04-015"],
)
def clipping_hides_the_noise_from_the_latents(areas, spreads, directions, contrast, ours):
    assert areas["clipped"] < 0.52
    assert areas["clipped"] < areas["unclipped"] - 0.12
    assert areas["unclipped"] > 0.6
    assert abs(areas["clipped"] - ours.auroc("latents", "noise")) < 0.04
    theory = spreads["normal"] + (0.04 / directions.data[: lesson.latent_dim]).mean()
    assert abs(spreads["unclipped"] / theory - 1) < 0.06
    assert spreads["clipped"] < 1.15 * spreads["normal"]
    assert 0.75 < contrast < 0.95
    assert contrast**2 < spreads["clipped"] < spreads["unclipped"]


@guarantee(scope=LIVE, was=["04-016"])
def noise_raises_the_error_by_more_than_a_half(z_normal, z_odd):
    noisy, usual = z_odd[lesson.first]["noise"], z_normal[lesson.first]
    assert noisy[:, -2].mean() > 1.5 * usual[:, -2].mean()


@guarantee(scope=LIVE, was=["04-017", "04-018", "04-019", "04-040"])
def a_faint_image_keeps_a_quarter_of_its_error_and_of_blacks(black, usual_z, faint_z, quarter):
    usual_error, faint_error = usual_z[0], faint_z[0]
    assert black[-2] < 3 * usual_error
    assert faint_error < usual_error
    assert abs(faint_error - (usual_error + black[-2]) / 4) < 0.05 * usual_error
    assert quarter == (usual_error + black[-2]) / 4
    assert black[-1] == 0.5


@claim(
    "Their $x'$ is half the normal image's and half of black's.",
    scope=f"{LIVE}; principal components",
)
def half_of_blacks_reconstruction_is_in_a_faint_images(pca, held_out, anomalies):
    whole, dark = (lesson.rebuilt(pca, x) for x in (held_out, anomalies["faint"]))
    black = lesson.rebuilt(pca, 0 * held_out[:1])
    np.testing.assert_allclose(dark, (whole + black) / 2, atol=1e-6)
    images, remade, z, names = lesson.altered_images(pca, held_out, anomalies)
    normal, half = (names.index(name) for name in ("a normal image", "half as bright"))
    np.testing.assert_allclose(images[half], images[normal] / 2)
    np.testing.assert_allclose(z[half], lesson.features(pca, images[half : half + 1])[0])
    assert remade.shape == images.shape == (len(names), *held_out.shape[1:])
    assert z[half, -2] < z[normal, -2]
    assert z[half, -1] > z[normal, -1]


@guarantee(scope=f"{LIVE}; principal components")
def so_the_dissimilarity_of_faint_images_rises(
    z_normal, z_odd, usual_z, faint_z, pca, held_out, anomalies
):
    assert faint_z[0] / usual_z[0] > 1 / 4
    assert faint_z[1] / usual_z[1] > 1.1
    rises = z_odd["PCA"]["faint"][:, -1] > z_normal["PCA"][:, -1]
    assert rises.mean() > 0.9
    assert faint_z[1] / usual_z[1] < 4 * faint_z[0] / usual_z[0], "for q grows"
    usual_q, faint_q = (
        np.linalg.norm(lesson.rebuilt(pca, x).reshape(len(x), -1), axis=1)
        / np.linalg.norm(x.reshape(len(x), -1), axis=1)
        for x in (held_out, anomalies["faint"])
    )
    assert np.median(faint_q) > np.median(usual_q) + 0.02


@guarantee(scope=DIGITS, on=["digits"])
def faint_images_have_a_quarter_of_the_energy_and_twice_the_dissimilarity(
    anomalies, energy, faint_z, usual_z
):
    np.testing.assert_allclose((anomalies["faint"] ** 2).mean((1, 2, 3)), energy / 4, rtol=1e-5)
    assert 1.8 < faint_z[1] / usual_z[1] < 2.8


@guarantee(
    scope=LIVE,
    was=["04-028", "04-029", "04-030", "04-031", "04-037", "04-038", "04-039"],
)
def the_formula_and_what_scaling_does(sources, held_out):
    x = torch.from_numpy(held_out).flatten(1).double()
    rebuilt = torch.from_numpy(lesson.rebuilt(sources[lesson.first], held_out))
    z_e, z_c = reconstruction_error(x, rebuilt), cosine_dissimilarity(x, rebuilt)
    energy, q = x.square().mean(1), rebuilt.norm(dim=1) / x.norm(dim=1)
    torch.testing.assert_close(z_e, energy * ((1 - q) ** 2 + 4 * q * z_c))
    assert (4 * q * z_c * energy / z_e).median() > 0.9
    for a, b in ((0.5, 0.5), (2, 2), (1, 0.5)):
        times = reconstruction_error(a * x, b * rebuilt) / z_e
        assert (cosine_dissimilarity(a * x, b * rebuilt) - z_c).abs().max() < 1e-12
        assert (times - a**2).abs().max() < 1e-9 if a == b else times.median() > 1
    assert cosine_dissimilarity(0 * x[:1], rebuilt[:1]) == 0.5
    assert cosine_dissimilarity(0 * x[:1].numpy(), rebuilt[:1].numpy()) == 0.5
    assert abs(cosine_dissimilarity(1e-6 * x[:1], rebuilt[:1]) - z_c[0]) < 1e-9


@guarantee(scope=RECORDED)
def the_arrows_are_the_images(arrows, halved):
    recorded, eight, one = lesson.pictured(), arrows["an ordinary eight"], arrows["a one"]
    for vectors in arrows.values():
        apart = vectors.image - vectors.reconstruction
        assert abs((apart**2).sum() - vectors.error) < 1e-9
    assert np.allclose([eight.error, one.error], recorded.error[[0, 2]], atol=1e-4)
    pale = arrows["rebuilt too pale"]
    assert abs(pale.dissimilarity - eight.dissimilarity) < 1e-9
    assert pale.error > 1.2 * eight.error
    wider = [arrows[name].dissimilarity for name in ("noise on $x$", "rebuilt as the ugly eight")]
    assert min(wider) > 1.8 * eight.dissimilarity
    assert one.error < 0.4 * eight.error
    assert halved == "z_e falls to a quarter, z_c stays"


@guarantee(scope="MNIST's ordinary eight, recorded, at all stops of the explorer")
def darkness_and_a_wrong_shape_hide_from_the_error():
    eights = lesson.mnist_planes()["eights"]
    moved = lesson.VectorsExplorer(eights)
    start, dark = (lesson.two_vectors(*moved.pair(b, 0, 0)) for b in (1, 0.5))
    assert abs(start.dissimilarity - dark.dissimilarity) < 1e-12
    hidden = lesson.two_vectors(*moved.pair(0.5, 0, 1))
    low, high = np.quantile(eights[:, 0], [0.25, 0.75])
    assert low < hidden.error < high
    assert hidden.dissimilarity > eights[:, 1].max()
    assert drive(moved) == 12
    assert f">{start.error:.4f}<" in moved.readout.value


@guarantee(scope=f"{LIVE}; {RECORDED}", was=["04-032", "04-033", "04-034", "04-035", "04-036"])
def images_lie_on_the_line_of_their_energy(by_line, energy, shape_hard, as_it_is, bright):
    assert abs(by_line["normal"] / np.median(energy) - 1) < 0.05
    digits = lesson_dataset() == "digits"
    ratio = by_line["normal"] / by_line[lesson.hard]
    assert 3 < ratio < 4.5 if digits else ratio > 1.5
    recorded = {n: np.median(p[:, 0] / (4 * p[:, 1])) for n, p in lesson.mnist_planes().items()}
    assert 1.5 < recorded["eights"] / recorded["ones"] < 2.5
    assert shape_hard > as_it_is + 0.3
    ones, strip = lesson.mnist_planes()["ones"], lesson.pictured()
    assert strip.error[2] < ones[:, 0].min()
    assert strip.error[2] < min(p[:, 0].min() for p in lesson.mnist_planes().values())
    assert strip.dissimilarity[2] < np.quantile(ones[:, 1], 0.05)
    assert bright[0] > bright[1] + 0.1


@guarantee(scope=LIVE, was=["04-041", "04-042"])
def principal_components_are_whitened(z_train):
    whitened = z_train["PCA"][:, : lesson.latent_dim]
    np.testing.assert_allclose(whitened.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(np.cov(whitened.T, bias=True), np.eye(lesson.latent_dim), atol=1e-5)


@guarantee(scope=LIVE, was=["04-043", "04-044", "04-045", "04-046", "04-047"])
def the_autoencoder_rebuilds_better_and_remembers(trained, linear, of_both, nearest):
    assert nearest == "about 80%"
    assert measured("04 held-out error, autoencoder over PCA", trained[1] / linear[1]) < 0.85
    assert measured("04 held-out over training error, autoencoder", trained[1] / trained[0]) > 1.3
    assert measured("04 held-out over training error, PCA", linear[1] / linear[0]) < 1.15
    for kind in ("other digits", "noise"):
        ours, theirs = (of_both[n].auroc("all of z", kind) for n in ("autoencoder", "PCA"))
        assert ours > theirs


@guarantee(scope=LIVE, was=["04-048", "04-049"])
def all_of_z_finds_faint_images_with_an_autoencoder_too(of_both):
    by_error = of_both["autoencoder"].auroc("error", "faint")
    measured("04 faint by the autoencoder's error", by_error)
    assert of_both["autoencoder"].auroc("all of z", "faint") > by_error


@guarantee(scope=DIGITS, on=["digits"], was=["04-050", "04-051"])
def on_the_digits_the_decoder_does_not_follow_into_the_dark(of_both, z_normal, z_odd):
    by_components = lesson.area(z_normal["PCA"][:, -2], z_odd["PCA"]["faint"][:, -2])
    assert by_components < 0.5 < 0.7 < of_both["autoencoder"].auroc("error", "faint")
    assert of_both["autoencoder"].found["error", "faint"].mean() < 0.5


@guarantee(scope="MNIST's eights, every recorded seed", on=["mnist"], was=["04-052"])
def on_mnist_it_follows(of_both):
    assert of_both["autoencoder"].auroc("error", "faint") < 0.5


@guarantee(scope=LIVE, was=["04-055"])
def error_and_dissimilarity_rise_together(z_train):
    correlation = np.corrcoef(z_train[lesson.first].T)[-2, -1]
    assert measured("04 correlation of z_e and z_c", correlation) > 0.7


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 6
    assert "Your calibration over 6 predictions" in page.text
