import copy
import json
import pickle
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from cance_edu import CANCE
from cance_edu.files import made_with
from cance_edu.method.autoencoder import (
    Autoencoder,
    convolutional_autoencoder,
    dense_autoencoder,
)
from cance_edu.training import storage
from cance_edu.training.contrast import Contrast

QUICK = {"epochs": (1, 1), "steps": 10, "random_state": 0}
IMAGES = np.random.default_rng(0).random((40, 1, 8, 8), dtype=np.float32)
TABLE = np.random.default_rng(1).normal(size=(60, 4))


@pytest.fixture(scope="module")
def detector():
    return CANCE(**QUICK).fit(TABLE)


@pytest.fixture
def path(tmp_path, detector):
    return detector.save(tmp_path / "model")


@pytest.mark.parametrize("variant", ["error", "latnce", "cnce", "cance"])
@pytest.mark.parametrize("representation", ["autoencoder", "pca"])
@pytest.mark.parametrize("data", [IMAGES, TABLE], ids=["images", "table"])
def test_a_loaded_detector_gives_the_same_scores(tmp_path, variant, representation, data):
    detector = CANCE(variant, representation=representation, **QUICK).fit(data)
    loaded = CANCE.load(detector.save(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.anomaly_score(data), detector.anomaly_score(data))
    np.testing.assert_array_equal(loaded.predict(data), detector.predict(data))
    np.testing.assert_array_equal(
        loaded.composite_features(data), detector.composite_features(data)
    )
    for name in ("step", "loss", "held_out_loss", "mass"):
        assert getattr(loaded.history_, name) == getattr(detector.history_, name)
    for name in ("autoencoder_losses_", "condition_numbers_", "covariance_weight_"):
        np.testing.assert_equal(getattr(loaded, name), getattr(detector, name))
    for kept, before in zip(loaded.history_.scale, detector.history_.scale, strict=True):
        assert torch.equal(kept, before)
    assert torch.equal(torch.tensor(loaded.n_features_in_), torch.tensor(detector.n_features_in_))


@pytest.mark.parametrize(
    "parameters",
    [
        {"image_scaling": "standardized"},
        {"image_scaling": "raw-error"},
        {"channels": [4], "hidden": 16},
        {"noise_objective": "fixed", "initial_scale": 1, "noise_ratio": 3},
        {"latent_dim": np.int64(3), "noise_ratio": np.float32(2), "steps": np.int64(10)},
        {"epochs": list(np.array([1, 1])), "channels": np.array([4, 5]), "hidden": np.int32(9)},
        {"random_state": np.random.RandomState(0)},
        {"device": torch.device("cpu")},
    ],
    ids=[
        "scaling",
        "error's units",
        "widths",
        "contrast",
        "NumPy's numbers",
        "sequences",
        "a generator",
        "a device",
    ],
)
def test_other_parameters_survive(tmp_path, parameters):
    detector = CANCE(**QUICK | parameters).fit(IMAGES)
    loaded = CANCE.load(detector.save(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.anomaly_score(IMAGES), detector.anomaly_score(IMAGES))


@pytest.mark.parametrize(
    ("data", "architecture"),
    [(IMAGES, {"channels": (4, 5, 6), "hidden": 16}), (TABLE, {"hidden": (8, 7)})],
    ids=["images", "table"],
)
def test_a_shared_representation_keeps_its_architecture(tmp_path, data, architecture):
    first = CANCE("error", latent_dim=2, **architecture, **QUICK).fit(data)
    second = CANCE(representation=first.representation_, **QUICK).fit(data)
    loaded = CANCE.load(second.save(tmp_path / "second"))
    np.testing.assert_array_equal(loaded.anomaly_score(data), second.anomaly_score(data))


def own_for_tables():
    encoder = nn.Sequential(nn.Linear(4, 7), nn.Tanh(), nn.Linear(7, 2))
    return Autoencoder(encoder, nn.Linear(2, 4), 2).double()


def own_for_images():
    encoder = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.Flatten(), nn.Linear(192, 2))
    return Autoencoder(encoder, nn.Sequential(nn.Linear(2, 64), nn.Unflatten(1, (1, 8, 8))), 2)


@pytest.mark.parametrize(("own", "data"), [(own_for_tables, TABLE), (own_for_images, IMAGES)])
def test_an_autoencoder_of_ones_own_is_refused_before_anything_is_written(tmp_path, own, data):
    detector = CANCE("error", representation=own(), **QUICK).fit(data)
    with pytest.raises(ValueError, match="`load` could not build again"):
        detector.save(tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scaling", ["unit", "standardized", "raw-error"])
def test_a_shared_representation_keeps_its_bounds(tmp_path, scaling):
    images = np.random.default_rng(0).random((60, 8, 8))
    first, second = (CANCE("error", image_scaling=scaling, **QUICK) for _ in range(2))
    second.set_params(representation=first.fit(images).representation_).fit(images)
    loaded = CANCE.load(second.save(tmp_path / "second"))
    np.testing.assert_array_equal(loaded.anomaly_score(images), second.anomaly_score(images))


def test_a_loaded_detector_knows_its_parameters_and_can_be_fitted_again(path, detector):
    loaded = CANCE.load(path)
    expected = detector.get_params() | {"latent_dim": 4}
    assert loaded.get_params() == expected
    scores = loaded.fit(TABLE).anomaly_score(TABLE)
    np.testing.assert_array_equal(scores, detector.anomaly_score(TABLE))


def test_a_pickle_leaves_the_recorded_weights_out_and_a_copy_does_not(detector):
    content = pickle.dumps(detector)
    assert len(content) < 500_000
    again = pickle.loads(content)
    np.testing.assert_array_equal(again.anomaly_score(TABLE), detector.anomaly_score(TABLE))
    assert again.history_.weights == []
    assert again.history_.loss == detector.history_.loss
    copied = copy.deepcopy(detector).history_
    assert len(copied.weights) == len(detector.history_.weights) == 10
    for mine, theirs in zip(copied.weights, detector.history_.weights, strict=True):
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
        assert mine["layers.0.weight"] is not theirs["layers.0.weight"]


def test_the_file_holds_tensors_and_json_and_no_pickle(path):
    assert path.name == "model.safetensors"
    with safe_open(path, "pt") as file:
        assert json.loads(file.metadata()["description"])["n_features_in"] == 4
        assert "noise.covariance" in file.keys()  # noqa: SIM118
    with pytest.raises((pickle.UnpicklingError, ValueError, EOFError, KeyError)):
        pickle.loads(path.read_bytes())


def test_the_suffix_is_added_to_names_with_dots_and_folders_are_made(tmp_path, detector):
    path = detector.save(tmp_path / "new" / "digit8.v2")
    assert path == tmp_path / "new" / "digit8.v2.safetensors"
    CANCE.load(tmp_path / "new" / "digit8.v2")
    CANCE.load(str(path))


def test_the_device_of_a_loaded_model_is_chosen_anew(path, monkeypatch):
    monkeypatch.delenv("CANCE_EDU_DEVICE", raising=False)
    loaded = CANCE.load(path, device="cpu")
    assert (loaded.device, loaded.device_) == ("cpu", "cpu")
    weights = [*loaded.representation_.parameters(), *loaded.log_ratio_.parameters()]
    assert {str(weight.device) for weight in weights} == {"cpu"}
    with pytest.raises(ValueError, match="device is 'abacus'"):
        CANCE.load(path, device="abacus")


def test_the_device_of_the_machine_that_saved_is_not_asked_for(tmp_path, detector, monkeypatch):
    monkeypatch.setattr(detector, "device", "cuda")
    loaded = CANCE.load(detector.save(tmp_path / "gpu"), device="cpu")
    np.testing.assert_array_equal(loaded.anomaly_score(TABLE), detector.anomaly_score(TABLE))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_detector_that_was_fitted_on_a_gpu_loads_on_a_cpu(tmp_path):
    detector = CANCE(**QUICK, device="cuda").fit(TABLE)
    loaded = CANCE.load(detector.save(tmp_path / "gpu"), device="cpu")
    np.testing.assert_allclose(loaded.anomaly_score(TABLE), detector.anomaly_score(TABLE))


def test_loading_leaves_the_global_random_state_alone(path):
    before = torch.get_rng_state()
    CANCE.load(path)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_detector_that_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not fitted"):
        CANCE().save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


# -- files that must be refused -----------------------------------------------------------------


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model file .*nothing\.safetensors"):
        CANCE.load(tmp_path / "nothing")


@pytest.mark.parametrize("kept", [0, 4, 100, 5000, -1])
def test_a_truncated_file(path, kept):
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="damaged or truncated"):
        CANCE.load(path)


def test_another_safetensors_file(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign.safetensors")
    with pytest.raises(ValueError, match=r"not one that CANCE\.save wrote"):
        CANCE.load(tmp_path / "foreign")


def test_a_file_of_another_kind(tmp_path):
    (tmp_path / "notes.safetensors").write_text("These are notes, and no tensors at all.")
    with pytest.raises(ValueError, match="damaged or truncated"):
        CANCE.load(tmp_path / "notes")


def test_a_format_that_is_not_known_yet(path, monkeypatch):
    monkeypatch.setattr(storage, "READ", (1, 2))
    wrote = rf"has format 3, written by cance_edu {version('cance-edu')}; .* reads the formats 1, 2"
    with pytest.raises(ValueError, match=wrote):
        CANCE.load(path)


def rewritten(path, format_, **changes):
    """Write a file anew with another format, and other entries in its description."""
    _, tensors, description = storage.load_model(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "FORMAT", format_)
        return storage.save_model(path, tensors, description | changes)


def test_a_format_of_somebody_who_does_not_say_who(path):
    rewritten(path, 9, made_with=None)
    with pytest.raises(
        ValueError, match="has format 9, written by a version that it does not name"
    ):
        CANCE.load(path)


def test_a_parameter_that_is_not_known_yet(path):
    parameters = storage.load_model(path)[2]["parameters"] | {"temperature": 3}
    rewritten(path, 3, parameters=parameters, made_with={"cance-edu": "9.9"})
    with pytest.raises(ValueError, match=r"written by cance_edu 9\.9, .*\['temperature'\]"):
        CANCE.load(path)


def test_a_file_says_what_it_was_made_with(path):
    assert storage.load_model(path)[2]["made_with"] == made_with()


def test_defaults_that_change_leave_older_files_as_they_are(tmp_path, monkeypatch):
    detectors = {kind: CANCE(**QUICK).fit(data) for kind, data in (("i", IMAGES), ("t", TABLE))}
    paths = {kind: detector.save(tmp_path / kind) for kind, detector in detectors.items()}
    monkeypatch.setattr(Contrast, "hidden", (5, 6))
    monkeypatch.setattr(convolutional_autoencoder, "__defaults__", ((7,), 8, False))
    monkeypatch.setattr(dense_autoencoder, "__defaults__", ((9,),))
    monkeypatch.setattr("cance_edu.method.autoencoder.channels_for", lambda shape: (3,))
    for kind, data in (("i", IMAGES), ("t", TABLE)):
        expected = detectors[kind].anomaly_score(data)
        np.testing.assert_array_equal(CANCE.load(paths[kind]).anomaly_score(data), expected)


FRAME = pd.DataFrame(TABLE, columns=["length", "width", "height", "mass"])


def test_a_loaded_detector_knows_the_names_of_its_columns(tmp_path):
    detector = CANCE(**QUICK).fit(FRAME)
    loaded = CANCE.load(detector.save(tmp_path / "named"))
    assert loaded.feature_names_in_.tolist() == list(FRAME.columns)
    assert loaded.feature_names_in_.dtype == detector.feature_names_in_.dtype
    np.testing.assert_array_equal(loaded.anomaly_score(FRAME), detector.anomaly_score(FRAME))
    for fitted in (detector, loaded):
        with pytest.raises(ValueError, match="must be in the same order"):
            fitted.anomaly_score(FRAME[["width", "length", "height", "mass"]])


# -- files of format 2, as version 0.1.0 wrote them ---------------------------------------------

OLD = json.loads((Path(__file__).parent / "data" / "format_2.json").read_text(encoding="utf-8"))


def in_format_2(detector, path, description):
    """Write the tensors of a detector under the names, and beside the description, of format 2."""
    _, tensors, _ = storage.load_model(detector.save(path))
    old = {k.replace("representation.scaling.", "columns."): v for k, v in tensors.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "FORMAT", 2)
        return storage.save_model(path, old, description)


@pytest.mark.parametrize(
    ("kind", "parameters", "data"),
    [
        ("images", {"channels": (4, 5, 6), "hidden": 16, "image_scaling": "raw-error"}, IMAGES),
        ("table", {"hidden": (8, 7)}, TABLE),
        ("pca", {"representation": "pca", "variant": "latnce"}, TABLE),
        ("error", {"variant": "error"}, IMAGES),
    ],
)
def test_files_of_format_2_are_read(tmp_path, kind, parameters, data):
    detector = CANCE(**QUICK, **parameters).fit(data)
    old = CANCE.load(in_format_2(detector, tmp_path / "old", OLD[kind]))
    np.testing.assert_array_equal(old.anomaly_score(data), detector.anomaly_score(data))
    assert old.get_params() | {"device": "auto"} == CANCE(**OLD_PARAMETERS[kind]).get_params()
    again = CANCE.load(old.save(tmp_path / "new"))
    np.testing.assert_array_equal(again.anomaly_score(data), detector.anomaly_score(data))
    refitted = old.fit(data)
    np.testing.assert_array_equal(refitted.anomaly_score(data), detector.anomaly_score(data))


OLD_PARAMETERS = {
    kind: {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in description["parameters"].items()
    }
    for kind, description in OLD.items()
}


def test_a_flipped_bit_in_a_tensor(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="was changed after it was saved"):
        CANCE.load(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"\"contamination\": 0.1,", rb"\"contamination\": 0.2,"),
        (b'"scale"', b'"skale"'),
        (b'"sha256":"', b'"sha256":"0'),
    ],
)
def test_an_edited_header(path, old, new):
    content = path.read_bytes()
    assert content.count(old) == 1
    length = int.from_bytes(content[:8], "little") + len(new) - len(old)
    path.write_bytes(length.to_bytes(8, "little") + content[8:].replace(old, new))
    with pytest.raises(ValueError, match="was changed after it was saved"):
        CANCE.load(path)


@settings(
    max_examples=settings().max_examples * 6 // 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_changed_byte_goes_unnoticed(detector, tmp_path, data):
    path = detector.save(tmp_path / "model")
    content = bytearray(path.read_bytes())
    header = 8 + int.from_bytes(content[:8], "little")
    # Blanks fill the header up; a tab in their place says the same.
    written = len(content[:header].rstrip(b" "))
    anywhere = st.one_of(st.integers(0, written - 1), st.integers(header, len(content) - 1))
    content[data.draw(anywhere)] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model"):
        CANCE.load(path)


@pytest.mark.parametrize("reason", [OSError("disk full"), KeyboardInterrupt()])
def test_a_save_that_fails_midway_keeps_the_old_file(path, detector, monkeypatch, reason):
    before = path.read_bytes()

    def half(tensors, file, metadata):
        file.write_bytes(b"half")
        raise reason

    monkeypatch.setattr(storage, "save_file", half)
    with pytest.raises(type(reason)):
        detector.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
