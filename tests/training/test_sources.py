import numpy as np
import pytest
import torch
from scipy.spatial.distance import cosine
from sklearn.decomposition import PCA
from torch.utils.data import Dataset, TensorDataset

from cance_edu import CANCE
from cance_edu.training.checks import check_images, check_table
from cance_edu.training.scaling import Scaling, standardize
from cance_edu.training.sources import Source, gathered

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
IMAGES = np.random.default_rng(0).random((60, 1, 8, 8), dtype=np.float32)
TABLE = np.random.default_rng(1).normal(size=(60, 4))


class Items(Dataset):
    """Makes items one at a time, and counts them."""

    def __init__(self, images, wrap=lambda image: image):
        self.images, self.wrap, self.reads = images, wrap, 0

    def __len__(self):
        return len(self.images)

    def __getitem__(self, row):
        self.reads += 1
        return self.wrap(self.images[row])


@pytest.fixture(scope="module")
def image_scores():
    return CANCE(**QUICK).fit(IMAGES).anomaly_score(IMAGES)


def memory_map(tmp_path, data):
    np.save(tmp_path / "data.npy", data)
    return np.load(tmp_path / "data.npy", mmap_mode="r")


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(memory_map, id="memmap"),
        pytest.param(lambda _, images: torch.from_numpy(images), id="tensor"),
        pytest.param(lambda _, images: images[:, 0], id="without channel axis"),
        pytest.param(lambda _, images: list(images), id="list"),
        pytest.param(lambda _, images: images.astype(np.float64), id="float64"),
        pytest.param(lambda _, images: Items(images), id="data set of arrays"),
        pytest.param(
            lambda _, images: Items(images, lambda x: (torch.from_numpy(x[0]), 8)),
            id="data set of (image, label)",
        ),
        pytest.param(
            lambda _, images: TensorDataset(torch.from_numpy(images)), id="data set of 1-tuples"
        ),
    ],
)
def test_every_kind_of_images_gives_the_same_scores(tmp_path, image_scores, kind):
    images = kind(tmp_path, IMAGES)
    scores = CANCE(**QUICK).fit(images).anomaly_score(images)
    np.testing.assert_array_equal(scores, image_scores)


@pytest.mark.parametrize(
    "kind",
    [memory_map, lambda _, table: torch.from_numpy(table), lambda _, table: table.tolist()],
    ids=["memmap", "tensor", "list"],
)
def test_every_kind_of_table_gives_the_same_scores(tmp_path, kind):
    expected = CANCE(**QUICK).fit(TABLE).anomaly_score(TABLE)
    table = kind(tmp_path, TABLE)
    np.testing.assert_array_equal(CANCE(**QUICK).fit(table).anomaly_score(table), expected)


def test_no_more_than_a_batch_is_read_at_a_time(monkeypatch):
    many = Items(np.tile(IMAGES, (40, 1, 1, 1)))
    reads = []
    kept = Source.kept

    def counted(self, rows):
        before = many.reads
        batch = kept(self, rows)
        reads.append(many.reads - before)
        return batch

    monkeypatch.setattr(Source, "kept", counted)
    detector = CANCE(**QUICK).fit(many)
    fitted = len(reads)
    detector.anomaly_score(many)
    assert sum(reads) == many.reads, "something read the data past Source.kept"
    assert max(reads) == 1000 < len(many)
    # Once: they are looked at as they are read. And one image tells the shape.
    assert sum(reads[fitted:]) == len(many) + 1


def test_a_memory_map_of_a_table_is_never_copied_whole(monkeypatch, tmp_path):
    table = memory_map(tmp_path, np.tile(TABLE, (40, 1)))
    sizes = []
    raw = Source.raw

    def watched(self, rows):
        # validate_data gives a view as a plain array: it must still lie on the file.
        assert np.shares_memory(self.data, table)
        sizes.append(len(rows))
        return raw(self, rows)

    monkeypatch.setattr(Source, "raw", watched)
    CANCE(**QUICK).fit(table).anomaly_score(table)
    assert max(sizes) == 1000 < len(table)


def test_a_subset_reads_its_own_rows():
    source = Source(TABLE).subset(torch.tensor([5, 7, 9])).subset(torch.tensor([2, 0]))
    assert len(source) == 2
    np.testing.assert_array_equal(source.raw(torch.arange(2)), TABLE[[9, 5]])


def test_shuffled_rows_are_every_row_once():
    source = Source(np.arange(17.0)[:, None])
    shuffled = source.shuffled_rows(4, torch.Generator().manual_seed(0))
    batches = [source.batch(rows) for rows in shuffled]
    assert [len(batch) for batch in batches] == [5, 4, 4, 4]
    rows = torch.cat(batches)[:, 0]
    assert sorted(rows.tolist()) == list(range(17))
    assert rows.tolist() != list(range(17))


def test_batches_of_a_table_are_standardised_by_the_given_columns():
    scaling = Scaling("unit", torch.tensor([1.0, 2.0]).double(), torch.tensor([2.0, 4.0]).double())
    batch = Source(np.array([[3.0, 10.0]], dtype=np.float32)).batch(torch.tensor([0]))
    assert batch.dtype == torch.float64
    assert scaling(batch).tolist() == [[1.0, 2.0]]


def test_columns_are_standardised_by_the_training_rows_and_constant_ones_only_centred():
    table = np.column_stack([TABLE * 1000 + 7, np.full(60, 0.1), np.full(60, 1234.567)])
    detector = CANCE("error", **QUICK).fit(table)
    scaling = detector.representation_.scaling
    np.testing.assert_allclose(scaling.centre, table.mean(0))
    np.testing.assert_allclose(scaling.spread, [*table[:, :4].std(0), 1, 1])


def test_given_columns_stay_as_they_are(tmp_path):
    """The components are those of scikit-learn's PCA of the unscaled table."""
    table = TABLE * [1, 10, 100, 1000] + 7
    parameters = {"representation": "pca", "latent_dim": 2, "validation_fraction": 0, **QUICK}
    detector = CANCE(column_scaling="given", **parameters).fit(table)
    latent = detector.composite_features(table)[:, :2]
    np.testing.assert_allclose(abs(latent), abs(whitened(table)), rtol=1e-6)
    by_itself = CANCE(**parameters).fit(table).composite_features(table)[:, :2]
    standard = (table - table.mean(0)) / table.std(0)
    np.testing.assert_allclose(abs(by_itself), abs(whitened(standard)), rtol=1e-6)
    loaded = CANCE.load(detector.save(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.anomaly_score(table), detector.anomaly_score(table))


def whitened(rows):
    """Return two components of variance 1 over n, where scikit-learn has n - 1."""
    return PCA(2, whiten=True).fit_transform(rows) * np.sqrt(len(rows) / (len(rows) - 1))


def test_rows_that_are_all_the_same_are_refused_however_columns_are_scaled():
    for scaling in ("standardized", "given"):
        with pytest.raises(ValueError, match="all 60 rows are the same"):
            CANCE(column_scaling=scaling, **QUICK).fit(np.ones((60, 4)))


def test_a_standardised_image_has_mean_0_and_deviation_1_and_a_constant_one_is_zero():
    images = torch.rand(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    images[2] = 0.3
    standard = standardize(images).numpy()
    assert (standard[2] == 0).all()
    others = standard[[0, 1, 3, 4]].reshape(4, -1)
    np.testing.assert_allclose(others.mean(1), 0, atol=1e-6)
    np.testing.assert_allclose(others.std(1), 1, rtol=1e-5)


def test_standardised_images_do_not_depend_on_brightness_and_contrast():
    detector = CANCE(image_scaling="standardized", **QUICK).fit(IMAGES)
    scores = detector.anomaly_score(IMAGES)
    np.testing.assert_allclose(detector.anomaly_score(0.5 * IMAGES + 0.25), scores, rtol=1e-2)
    assert np.isfinite(detector.anomaly_score(np.full((1, 1, 8, 8), 0.5))).all()


def test_reconstructions_of_standardised_images_are_not_kept_to_0_and_1():
    detector = CANCE(image_scaling="standardized", **QUICK).fit(IMAGES)
    batch = Source(IMAGES).batch(torch.arange(60))
    with torch.no_grad():
        reconstructions = detector.representation_(standardize(batch))
    assert reconstructions.min() < 0


def test_the_raw_error_is_that_of_the_reconstruction_scaled_back_to_its_image():
    parameters = QUICK | {"variant": "error"}
    of = {s: CANCE(image_scaling=s, **parameters) for s in ("standardized", "raw-error")}
    z = {s: detector.fit(IMAGES).composite_features(IMAGES) for s, detector in of.items()}
    np.testing.assert_array_equal(z["raw-error"][:, :-2], z["standardized"][:, :-2])
    # Subtracting the same mean and dividing by the same deviation leaves the error's square alone.
    variance = IMAGES.reshape(60, -1).var(1)
    np.testing.assert_allclose(
        z["raw-error"][:, -2], z["standardized"][:, -2] * variance, rtol=1e-4
    )


def test_the_raw_cosine_is_that_of_the_image_and_its_reconstruction():
    detector = CANCE(image_scaling="raw-error", **QUICK).fit(IMAGES)
    with torch.no_grad():
        of_standard = detector.representation_(standardize(torch.as_tensor(IMAGES).float()))
    x = IMAGES.reshape(60, -1).astype(np.float64)
    y = of_standard.numpy().reshape(60, -1) * x.std(1)[:, None] + x.mean(1)[:, None]
    expected = [0.5 * cosine(a, b) for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(detector.composite_features(IMAGES)[:, -1], expected, atol=1e-6)


def test_the_raw_error_of_principal_components_too():
    parameters = QUICK | {"variant": "error", "representation": "pca"}
    of = {s: CANCE(image_scaling=s, **parameters) for s in ("standardized", "raw-error")}
    errors = {s: detector.fit(IMAGES).anomaly_score(IMAGES) for s, detector in of.items()}
    variance = IMAGES.reshape(60, -1).var(1)
    np.testing.assert_allclose(errors["raw-error"], errors["standardized"] * variance, rtol=1e-4)


def test_a_table_has_no_units_to_go_back_to():
    rows = np.random.default_rng(0).normal(size=(50, 5))
    z = [
        CANCE(image_scaling=s, **QUICK).fit(rows).composite_features(rows)
        for s in ("unit", "raw-error")
    ]
    np.testing.assert_array_equal(z[0], z[1])


SHAPES = [
    (lambda i: IMAGES[i] if i < 9 else IMAGES[i, :, :7], "image 9 has shape .*image 0 "),
    (lambda i: {"image": IMAGES[i]}, "item 0 of the data set is a dict"),
    (lambda i: IMAGES[i, 0, 0], "got images of shape .*expected .channels, height, width"),
    (lambda i: (IMAGES[i] * 255).astype(np.int16), "image 0 has a value outside"),
]


@pytest.mark.parametrize(("item", "message"), SHAPES)
def test_items_of_a_data_set_that_are_no_equal_images(item, message):
    class Wrong(Dataset):
        def __len__(self):
            return 60

        def __getitem__(self, row):
            return item(row)

    with pytest.raises((ValueError, TypeError), match=message):
        CANCE(**QUICK).fit(Wrong())


def test_an_image_of_another_shape_is_found_in_a_later_batch(monkeypatch):
    monkeypatch.setattr("cance_edu.training.sources.BATCH", 10)

    class Growing(Dataset):
        def __len__(self):
            return 30

        def __getitem__(self, row):
            return np.zeros((1, 8, 8 if row < 20 else 9))

    with pytest.raises(ValueError, match=r"image 20 has shape \(1, 8, 9\), but image 0 \(1, 8, 8"):
        check_images(Source(Growing()))


@pytest.mark.parametrize("row", [0, 999, 1000, 2345])
def test_the_first_bad_row_is_named_whichever_batch_it_is_in(row):
    table = np.zeros((3000, 3))
    table[row, 2] = -np.inf
    table[row + 1 :, 0] = np.nan
    with pytest.raises(ValueError, match=rf"row {row}, column 2 is NaN or infinity \(-inf\)"):
        check_table(Source(table))
    images = np.full((3000, 1, 1, 2), 0.5)
    images[row:, 0, 0, 1] = 1.5
    with pytest.raises(ValueError, match=rf"image {row} has a value outside \[0, 1\] \(1.5\)"):
        check_images(Source(images))


def test_images_at_the_bounds_are_fine():
    images = np.zeros((2, 3, 4, 5))
    images[1] = 1
    assert check_images(Source(images)) == (3, 4, 5)


@pytest.mark.parametrize("sizes", [[5], [3, 3, 1]])
def test_batches_are_gathered_in_order(sizes):
    rows = torch.arange(2.0 * sum(sizes), dtype=torch.float64).reshape(-1, 2)
    whole = gathered(iter(rows.split(sizes)), len(rows))
    assert whole.dtype == rows.dtype
    torch.testing.assert_close(whole, rows, rtol=0, atol=0)
    with pytest.raises(ValueError, match=f"hold {len(rows)} rows; expected {len(rows) + 1}, as"):
        gathered(iter(rows.split(sizes)), len(rows) + 1)
