"""Lesson 09, pretrained features: what it claims, and on what."""

import numpy as np
from scipy.stats import chi2

from cance_edu.course import lesson09 as lesson
from tests.lessons.claims import claim, guarantee

DIGITS = "digits 5 to 9, a network that was taught 0 to 4, every seed"
PRINTED = "the numbers that the paper prints"
ADBENCH = "ADBench's features of three classes of CIFAR-10, five splits each, as recorded"
IN_SMALL = "features of the small network, 6 and 8 normal, 2 and 32 components, every seed"


@claim(
    "Features help when they drop a variation that is large and beside the point.",
    scope=DIGITS,
    was=[f"09-{n:03d}" for n in range(1, 10)],
)
def the_order_turns_round_once_digits_are_scattered(clean, moved, areas, in_the_middle):
    assert (np.diff(clean) < -0.3).all()
    assert (clean[:, 0] > 99).all()
    assert clean[0, 0] - clean[0, 2] > 10
    assert clean[1, 0] - clean[1, 2] > 5
    assert (moved[:, 2] > moved[:, 0] + 2).all()
    assert moved[1, 1] > moved[1, 0] + 15
    assert moved[1, 2] > moved[1, 1] + 4
    assert moved[0, 1] < moved[0, 0]
    assert (clean[:, 1] > clean[:, 2] + 2).all()
    middle = in_the_middle["untrained"][1] - in_the_middle["pretrained"][1]
    assert middle < clean[1, 1] - clean[1, 2]
    assert moved[1, 0] < 60
    scattered = areas["scattered"]
    assert min(np.min(found) for found in scattered) == np.min(scattered[0][:, 1])


@guarantee(scope=PRINTED, was=["09-010", "09-011"])
def features_help_the_neighbours_on_photographs(pixel_neighbours, feature_neighbours, worse):
    assert (pixel_neighbours["Avg"], feature_neighbours["Avg"]) == (59.5, 79.1)
    assert worse == ["2"]


@guarantee(scope=IN_SMALL, was=[f"09-{n:03d}" for n in range(12, 17)])
def whitening_is_perfect_on_training_rows_alone(conditions, of_white_rows, new):
    assert conditions[0] < 1.001
    assert 5 < conditions[1] < 100
    assert 0.5 < conditions[1] / of_white_rows < 2
    assert 100 < len(new) < 115
    assert abs(of_white_rows - 12) < 1
    rng = np.random.default_rng(0)
    white = [np.linalg.cond(np.cov(rng.normal(size=(len(new), 32)).T)) for _ in range(20)]
    assert 0.5 < np.mean(white) / of_white_rows < 1.5


@guarantee(scope=ADBENCH, was=[f"09-{n:03d}" for n in range(17, 22)])
def whitening_helps_the_distance_and_standardising_costs(whitened, of_neighbours, standardising):
    assert (abs(of_neighbours) < 2).all()
    assert round(of_neighbours.mean(), 1) == 0.8
    assert (whitened > 2).all()
    assert whitened.size == 15
    assert (abs(lesson.recording()["explained"] - 0.9) < 0.01).all()
    assert (standardising < -1).all()
    assert 2.5 < -standardising.mean() < 3


@guarantee(scope=PRINTED, was=[f"09-{n:03d}" for n in range(22, 28)])
def error_beats_cance_for_half_of_the_classes(rows, lead, behind, page):
    assert behind == {"MNIST": ["1", "3", "5", "6"], "CIFAR-10": ["0", "2", "3", "4", "6"]}
    assert [k for k, by in lead["MNIST"].items() if by == 0] == ["4", "7"]
    each = [row for found in rows.values() for row in found]
    assert all(min(r.cells, key=lambda name: r.cells[name].value) == "LatNCE" for r in each)
    assert max(row.cells["Error"].deviation for row in each) == 0.1
    assert page.numbers(r"level with Error: ([\d.]+) to ([\d.]+) on average") == [88.0, 87.8]
    best = max(lead["CIFAR-10"], key=lead["CIFAR-10"].get)
    assert (best, lead["CIFAR-10"][best]) == ("7", 4.6)
    averages = {
        d: np.mean([[r.cells[k].value for k in ("Error", "CANCE")] for r in found], axis=0)
        for d, found in rows.items()
    }
    np.testing.assert_allclose(averages["MNIST"], (94.5, 95.0), atol=0.06)
    np.testing.assert_allclose(averages["CIFAR-10"], (87.8, 88.0), atol=0.06)


@guarantee(scope=ADBENCH, was=[f"09-{n:03d}" for n in range(28, 36)])
def five_systems_have_one_order(ours, columns, rows, range_of_error, behind):
    assert columns == ["LatNCE", "CNCE", "CANCE", "Error", "2-NN"]
    assert set(ours) < set(behind["CIFAR-10"])
    lines = np.concatenate(
        [np.diff(np.transpose([of[name] for name in columns])) for of in ours.values()]
    )
    assert (lines < 0).any()
    record = lesson.cells_of("0")[0].ours.records[0]
    told = {key: record[key] for key in ("trained_on", "tested_on", "anomalies")}
    assert told == {"trained_on": 3500, "tested_on": 1579, "anomalies": 79}
    for values in ours.values():
        assert {len(of) for of in values.values()} == {5}
        assert (np.diff([values[column].mean() for column in columns]) > 0).all()
        assert (values["Error"] > values["CANCE"]).all()
        assert (values["2-NN"] > values["CANCE"]).all()
        assert (values["CANCE"] > values["LatNCE"]).all()
    printed = [[r.cells[c].value for c in columns[:-1]] for r in rows["CIFAR-10"] if r.name in ours]
    assert (np.diff(printed) > 0).all()
    assert min(range_of_error) > 5


@claim(
    "But five splits are not five samples.",
    scope=ADBENCH,
    was=["09-036", "09-037", "09-038", "09-039", "09-040", "09-041"],
)
def pairing_gains_and_overlap_takes_back(intervals, ratio, widths, paired, ours, page):
    of_error = [times for (_, other), times in ratio.items() if other == "Error"]
    assert min(of_error) > 2
    assert min(ratio.values()) > 1.4
    assert all(high > 0 for (_, o), (_, high) in intervals["unpaired"].items() if o == "Error")
    assert all(high < 0 for _, high in intervals["paired"].values())
    assert "left below zero: frog against 2-NN." in page.text
    overlapping = intervals["for splits that overlap"]
    assert [place for place, (_, high) in overlapping.items() if high < 0] == [("6", "2-NN")]
    wider = [widths["for splits that overlap"][p] / widths["paired"][p] for p in paired]
    assert np.allclose(wider, np.sqrt((1 / 5 + 1579 / 3500) * 5))
    gains = [lesson.paired(k, "CANCE", "CNCE") for k in ours]
    assert all(0.5 < gain.mean < 1.5 for gain in gains)
    assert all(gain.interval[0] < 0 < gain.interval[1] for gain in gains)


@claim(
    "What\ncannot be compared: any number of ours with one of the paper's.",
    scope="ADBench's features beside the paper's Table 5 and 6; random weights of ResNet-18",
    was=[f"09-{n:03d}" for n in (*range(43, 48),)],
)
def the_features_are_most_likely_others(gap, zeros, in_files, theirs, ours):
    assert all(10.5 < value < 14 for value in gap["Error"] + gap["CANCE"])
    neighbours = lesson.table6("NN on ResNet-18")
    of_neighbours = [neighbours[k] - ours[k]["2-NN"].mean() for k in ours]
    assert np.allclose(of_neighbours, gap["neighbours"])
    assert all(3 < value < 6 for value in of_neighbours)
    assert all(3 < value < 8 for value in gap["LatNCE"])
    assert min(gap["Error"] + gap["CANCE"]) > max(gap["LatNCE"] + of_neighbours) + 3
    assert all(theirs[k]["Error"].value > neighbours[k] + 6 for k in ours)
    assert all(values["Error"].mean() < values["2-NN"].mean() for values in ours.values())
    assert zeros[224] < 0.05 < 0.1 < zeros[32]
    assert ((in_files > 0.65) & (in_files < 0.7)).all()


@guarantee(scope=PRINTED, was=["09-042"])
def the_papers_augmentation_gains_more(theirs):
    gains = [cells["CANCE"].value - cells["CNCE"].value for cells in theirs.values()]
    assert np.allclose(sorted(gains), [3.2, 3.4, 5.6])


@claim("Then the noise is a shell", scope=IN_SMALL, was=["09-050", "09-051", "09-052", "09-053"])
def noise_is_a_shell_in_many_dimensions(within, norms, fitted):
    assert 0.05 < within[2] < 0.2
    assert within[32] < 0.002
    scales = {d: detector.scale_.numpy() for d, detector in fitted.items()}
    assert np.ptp(scales[32]) < 0.15
    assert abs(scales[32].mean() - 1.65) < 0.1
    for d, (data, _, noise) in norms.items():
        predicted = chi2(d + 2).cdf(np.median(data) / scales[d].mean() ** 2)
        assert abs(within[d] - predicted) < 0.03
        assert np.ptp(np.quantile(noise, [0.05, 0.95])) > 0


@guarantee(scope=IN_SMALL)
def most_normal_images_lie_inside_the_shell_and_most_anomalies_do_not(norms, page):
    normal, anomalies, noise = norms[32]
    edge = np.quantile(noise, 0.01)
    assert np.mean(normal < edge) > 0.7
    assert np.mean(anomalies < edge) < 0.2
    told = page.numbers(r"lie\s+(\d+)% of the new normal images, but (\d+)% of the anomalies")
    assert np.allclose(
        told, [100 * np.mean(each < edge) for each in (normal, anomalies)], atol=0.51
    )
    assert 0.3 < np.mean((anomalies > edge) & (anomalies < np.quantile(noise, 0.99))) < 0.7


@guarantee(scope=ADBENCH, was=["09-054", "09-055", "09-056"])
def the_bulk_of_the_features_meets_no_noise():
    low, median, high = lesson.recording()["squared_norms"].mean((0, 1))
    assert chi2(64).cdf(median / lesson.recording()["mean_scale"].mean() ** 2) < 1e-7
    assert low < median < 56 < 60 < chi2(64).median()
    assert high > 120 > 90 > chi2(64).ppf(0.95)


@guarantee(scope=f"{IN_SMALL}; {ADBENCH}", was=["09-057", "09-058", "09-059"])
def in_many_dimensions_the_score_is_nearly_a_distance(rank, on_features):
    assert rank[2] < 0.5
    assert rank[32] > 0.85
    assert on_features.min() > 0.9


@guarantee(scope=ADBENCH, was=[f"09-{n:03d}" for n in range(60, 68)])
def the_score_is_no_better_than_the_distance_nor_do_later_steps_explain_the_gap(
    over_distance, of, ours, losses, turn, stopped, page
):
    said = page.numbers(r"mean AUROC is ([-+][\d.]+) to ([-+][\d.]+) points from the plain")
    assert said == [-1.4, 0.0]
    assert page.numbers(r"of a class moves by ([-+][\d.]+) to\s+([-+][\d.]+) points") == [-0.2, 0.5]
    assert turn.min() > 200
    assert (of["CANCE, fewer steps"].mean(1) < of["error"].mean(1)).all()
    assert (over_distance.mean(1) < 0.1).all()
    assert (over_distance < 0).sum() == 12
    assert np.allclose(of["CANCE"], [values["CANCE"] for values in ours.values()], atol=0.05)
    assert (of["Mahalanobis norm of z"] < of["2-NN"]).all()
    assert losses["loss"][..., -1].max() < 0.035
    held_out = losses["held_out_loss"]
    assert (held_out[..., -1] > 1.9 * held_out.min(-1)).all()
    assert (turn.min(), turn.max()) == (325, 750)
    assert (abs(stopped) < 0.6).all()


@guarantee(scope=f"{DIGITS}; {ADBENCH}")
def every_prediction_is_answered(page):
    assert page.text.count("You said **") == 9
    assert "Your calibration over 9 predictions" in page.text


DROPPED = {
    "09-048 09-049": "which cells of Table 5 wait to be run changes as they are run; lesson 11 "
    "counts what was not run"
}
