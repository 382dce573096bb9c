"""Lesson 08b, chosen by the test part: what it claims, and on what."""

import numpy as np

from tests.lessons.claims import claim, guarantee, measured

TEN = "the small digits, each of ten normal, a small Deep SVDD, five recorded seeds"


@claim("A number that chose its own epoch is no test any more.", scope=TEN)
def the_best_step_is_points_above_the_last(areas, paths, last, best, kept, by_others):
    assert areas.shape == (10, 60)
    assert (paths[0].steps == np.arange(10, 601, 10)).all()
    assert measured("08b gain of the best step", 100 * (best - last)) > 1.5
    assert round(last, 2) == 0.81, "the question says so"
    assert max(kept) > 200
    assert by_others < best - 0.01, "what one digit says holds for it alone"


@claim("Most of the gain is information", scope=TEN)
def what_one_half_chose_is_good_on_the_other(paths, on_other, share, splits):
    assert len(on_other) == 20
    by_hand = [
        p.of_halves[1 - half, p.of_halves[half].argmax()] - p.of_halves[1 - half, -1]
        for p in paths
        for half in (0, 1)
    ]
    assert np.isclose(np.mean(on_other), np.mean(by_hand))
    assert measured("08b share of the gain on other images", share) > 0.6
    assert all((~split.is_anomaly).sum() < 70 for split in splits)


@guarantee(scope=TEN)
def normal_images_do_not_do_what_labels_do(
    by_loss, last, by_loss_too, last_too, best, splits, changes
):
    assert abs(np.mean(by_loss) - last) < 0.025
    assert abs(np.mean(by_loss_too) - last_too) < 0.025
    assert np.mean(by_loss) < best - 0.02
    assert np.isclose(np.mean(changes), np.mean(by_loss_too) - last_too)
    assert {len(split.train) // 10 for split in splits} == {12}
