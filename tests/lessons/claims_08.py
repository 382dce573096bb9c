"""Lesson 08, other detectors: what it claims, and on what."""

from itertools import product

import numpy as np
import torch
from sklearn.metrics import f1_score

from cance_edu.course import lesson08 as lesson
from cance_edu.course.detectors.systems import SYSTEMS
from cance_edu.detectors.deep_svdd import svdd_loss
from cance_edu.detectors.lsa import LSA
from cance_edu.detectors.mixture import energy, mixture_moments
from tests.lessons.claims import claim, guarantee, proved_in

SMALL = "the small digits, each of ten normal, one recorded seed"
TWO = "the small digits, threes or eights normal, two recorded seeds"
MNIST = "MNIST, each of ten digits normal, recorded"
PRINTED = "the paper's printed numbers"


@guarantee(scope=SMALL)
def the_line_is_the_recorded_systems(line):
    np.testing.assert_allclose(line, lesson.digits_by_system()["1-NN"], atol=1e-9)
    assert 100 * (np.mean(line) - lesson.digits_by_system()["CANCE"].mean()) > 0.15
    assert len(SYSTEMS) == 16
    assert round(lesson.digits_by_system()["CANCE"].mean(), 3) == 0.996, "the question says 99.6"


@guarantee(scope="the small digits, eights normal")
def the_pictures_show_the_nearest(distances, shown, found, eights):
    apart = eights.test[shown] - eights.train[found[:, 0]]
    np.testing.assert_allclose(np.sqrt((apart**2).sum((1, 2, 3))), distances[8][shown], rtol=1e-5)


@guarantee(scope=MNIST)
def on_mnist_the_neighbour_is_behind_the_printed_cance(on_mnist):
    printed = lesson.paper_column("table3", "CANCE", average=True)[0]
    assert 1.5 < 100 * (printed - on_mnist["1-NN"]) < 2.5


@claim("The space decides, not the bumps.", scope=f"{MNIST}; {SMALL}; Scott's rule")
def ten_components_make_the_printed_column(on_mnist, by_space):
    ten, hundred = (on_mnist[f"KDE, {k} components"] for k in (10, 100))
    assert abs(ten - 0.814) < 0.01
    assert hundred - ten > 0.13
    each = lesson.mnist_areas()["KDE, 10 components"] - lesson.paper_column("table3", "KDE")
    assert np.abs(each).max() < 0.05
    # Two bandwidths that are three times apart change less than two numbers of components.
    narrow, wide = lesson.areas_by_space([10, 40], [0.1, 0.3])
    assert np.abs(wide - narrow).max() < 0.01 < 0.03 < (wide[1] - wide[0])
    assert by_space[0, 4] - by_space[0, 5] > 0.01, "60 of 64 are too many"
    assert (np.diff(by_space[0, :5]) > 0).all()


@claim("The smallest ball is a level set of a density in disguise.", scope="eights, ν = 0.9999")
def the_svm_ranks_as_a_density(agreement):
    density, mean, nearest = agreement.values()
    assert min(density, mean) > 0.9999
    assert 0.98 < nearest < 0.9999


@claim(
    "An ELBO is a reconstruction error with a\nsmall toll",
    scope=f"{TWO}, 6 latents, five variances",
)
def the_toll_hardly_counts(error, toll, elbo, spread, bound):
    assert error.shape == (4, 5)
    assert 100 * np.abs(elbo - error).max() < 0.5
    assert spread.max() < 0.2
    assert (toll < error - 0.1).all()
    assert np.ptp(bound) > 400
    assert np.ptp(elbo.mean(0)) < 0.03


@guarantee(scope=TWO)
def the_sum_of_lsa_is_behind_its_error(of_lsa, on_eights, on_threes):
    assert of_lsa.shape == (4, 4)
    assert (of_lsa[2:, 2] < of_lsa[2:, 0] - 0.04).all()
    assert (of_lsa[:2, 1] == 0.5).all(), "exactly a coin"
    assert np.abs(of_lsa[2:, 3] - of_lsa[2:, 0]).max() < 0.005
    assert on_threes[2] == on_threes[0]


@guarantee(scope="threes, seed 0, one training of 200 epochs")
def the_code_of_lsa_falls_into_one_and_the_same_bins(splits):
    trained = LSA(epochs=200, batch_size=32, random_state=0).fit(splits[3].train)
    with torch.no_grad():
        code = trained.network_["encoder"](torch.from_numpy(splits[3].test))
    assert all(len(numbers.unique()) == 1 for numbers in (code * trained.bins).long().T)


@claim("this loss does\nnot say how good the detector is", scope=f"{TWO}, 1 to 16 latents")
def the_mixture_shrinks_and_the_detector_is_none_the_worse(
    narrowest, final_loss, without, with_penalty
):
    assert (narrowest[:, 1] < 1e-5).all()
    assert (narrowest[:, 1] < narrowest[:, 0] / 5).all()
    assert np.median(narrowest[:, 1]) < 2e-6
    assert (final_loss[:, 1] < final_loss[:, 0] - 10).all()
    assert (final_loss[:, 1, -1] < 0).all()
    assert (without[:, 0] > with_penalty[:, 0] + 0.2).all()
    assert without.min() > 0.93, "no run fell apart"


@guarantee(scope="five points, features shrunk to a tenth")
def shrinking_lowers_the_energy_by_the_logarithm_for_each_coordinate():
    z = torch.randn(500, 3, generator=torch.Generator().manual_seed(0)).double()
    one = torch.ones(500, 1).double()
    wide, narrow = (energy(a * z, *mixture_moments(one, a * z)).mean() for a in (1.0, 0.1))
    assert abs(wide - narrow - 3 * np.log(10)) < 1e-3


@claim("Likely is not the same as belonging.", scope=SMALL)
def a_blank_image_is_likelier_than_images_that_belong(below_blank):
    of_pixelcnn = below_blank["PixelCNN"]
    assert of_pixelcnn[4] < 0.05
    assert (of_pixelcnn < 0.5).sum() == 4
    assert (below_blank["1-NN"] == 1).all()


@guarantee(scope=f"{MNIST}; {PRINTED}")
def the_printed_column_follows_total_variation(alike, variation, printed):
    assert alike > 0.9
    assert variation[1] > 0.95
    assert printed[1] > 0.95
    ours = lesson.digits_by_system()["PixelCNN"]
    assert ours.mean() > 0.95, "the small digits do not show it"


@claim(
    "only what you forbid the\nnetwork keeps it useful",
    scope="eights, 600 steps, λ 0.01, every seed",
)
def with_biases_and_decay_everything_lands_on_the_centre(endings, collapsed, kept):
    assert collapsed.loss < 1e-12
    assert collapsed.spread == 0
    assert collapsed.auroc == 0.5
    assert 1e-4 < kept.loss < 1e-2
    assert kept.auroc > 0.65
    assert kept.spread > 0.05
    rest = [endings[way].auroc for way in ("no bias, λ 0.01", "no bias, λ 0", "bias, λ 0.01")]
    assert endings["bias, λ 0"].auroc > max(rest) + 0.05


@guarantee(scope="any c")
def weights_of_zero_and_a_bias_of_c_are_perfect():
    centre = torch.tensor([0.3, -0.1])
    layer = torch.nn.Linear(5, 2)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_(centre)
        assert svdd_loss(layer(torch.randn(7, 5)), centre) == 0
        layer.bias.zero_()  # as without one
        assert svdd_loss(layer(torch.randn(7, 5)), centre) > 0.09


@claim("Ten labels beat a cleverer loss", scope=f"{TWO}; {SMALL}")
def ten_labels_gain_in_every_run(ten, of_labels, counts, line):
    assert counts == [0, 1, 5, 10, 20]
    assert (ten - of_labels[:, 0] > 0.02).all()
    assert round(of_labels[:, 0].mean(), 3) == 0.925, "the question says 92.5"
    systems = {name: areas.mean() for name, areas in lesson.digits_by_system().items()}
    assert systems["Deep SAD, 10 labels"] > systems["Deep SVDD"] + 0.02
    assert systems["Deep SAD, 10 labels"] < np.mean(line)
    printed = [lesson.paper_column("table4", s, "MNIST-C")[0] for s in ("DSVDD", "DSAD")]
    assert np.allclose(printed, [0.828, 0.84])


without_labels_it_is_deep_svdd = proved_in(
    "tests/detectors/test_deep_svdd.py::test_deep_sad_without_anomalies_is_deep_svdd",
    scope="random outputs and centres",
)


@claim("Choose the radius, and you\nhave chosen the detector.", scope=TWO)
def the_radius_decides(far, of_radii, splits, radii):
    assert 100 * (far.max() - far.min()) > 30
    assert radii[far.argmin()] == 0.5
    assert radii[far.argmax()] == 4.0
    own = [lesson.distance_between_neighbours(splits[digit]) for digit in (3, 8)]
    assert 0.5 < min(own) < max(own) < 2
    assert abs(np.mean(own) - 1.2) < 0.05
    assert (of_radii[:, 2, -1] > of_radii[:, 0, -1] + 0.02).all()


@claim("a thousand times the computing bought nothing here", scope=SMALL)
def no_other_system_is_above_the_line(above, systems, seconds):
    assert above == []
    close = {name for name, area in systems.items() if area > systems["1-NN"] - 0.0025}
    assert close == {"1-NN", "KDE, 40 components", "VAE", "CANCE"}
    assert max(seconds.values()) > 1000 * seconds["1-NN"]
    assert systems["DAGMM-CANCE"] < systems["CANCE"] - 0.03


@guarantee(scope=PRINTED)
def the_table_says_what_the_paper_prints(drocc, mixtures, page):
    mean = lesson.paper_column("table6", "DROCC", "CIFAR-10", average=True)[0]
    assert mean == 0.742
    assert drocc[7] == 0.743
    assert abs(drocc.mean() - mean) > 0.002, "as printed, the mean is another"
    fitting = 10 * mean - (drocc.sum() - drocc[7])
    assert abs(fitting - 0.714) < 0.006, "DROCC's own paper has 71.4"
    assert mixtures.max() - mixtures.min() < 0.06
    assert page.numbers(r"of 74.2 needs about (\d+)") == [71]
    f1 = [
        lesson.paper_column("table7", system, dataset)[0] * 100
        for system, dataset in product(("DAGMM", "DROCC", "CANCE"), ("Abalone", "Thyroid"))
    ]
    assert (min(f1), max(f1)) == (0.2, 0.79)


@guarantee(scope="50 normal rows and 50 anomalies, 80 called normal, every number of hits")
def f1_on_that_split_lies_between_two_numbers(page):
    truth = np.repeat([1, 0], 50)
    possible = []
    for hits in range(30, 51):
        called = np.zeros(100, dtype=int)
        called[:hits] = 1
        called[50 : 50 + 80 - hits] = 1
        possible.append(f1_score(truth, called))
    assert page.numbers(r"an F1 between ([\d.]+) and") == [round(min(possible), 2)]
    assert page.numbers(r"an F1 between [\d.]+ and ([\d.]+)") == [round(max(possible), 2)]


@guarantee(scope="the default guesses of a test")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 11
    assert "Your calibration over 11 predictions" in page.text
