"""All detectors of the package in their quickest form, for tests that hold for every one."""

from cance_edu import CANCE
from cance_edu.detectors.dagmm import DAGMM
from cance_edu.detectors.dagmm_cance import DAGMMCANCE
from cance_edu.detectors.deep_sad import DeepSAD
from cance_edu.detectors.deep_svdd import DeepSVDD
from cance_edu.detectors.drocc import DROCC
from cance_edu.detectors.goad import GOAD
from cance_edu.detectors.kde import KDE
from cance_edu.detectors.lsa import LSA
from cance_edu.detectors.neighbours import NearestNeighbours
from cance_edu.detectors.ocsvm import OCSVM
from cance_edu.detectors.pixelcnn import PixelCNN
from cance_edu.detectors.vae import VAE

NETWORK = {"epochs": 15, "batch_size": 20, "learning_rate": 5e-3}
QUICK = {
    "CANCE": (CANCE, {"epochs": (5, 2), "steps": 60}),
    "KDE": (KDE, {}),
    "OC-SVM": (OCSVM, {"max_samples": 80}),
    "1-NN": (NearestNeighbours, {}),
    "Deep SVDD": (DeepSVDD, {**NETWORK, "pretraining_epochs": 5}),
    "Deep SAD": (DeepSAD, {**NETWORK, "pretraining_epochs": 5}),
    "DAGMM": (DAGMM, {**NETWORK, "batch_size": 60}),
    "DAGMM-CANCE": (DAGMMCANCE, {**NETWORK, "batch_size": 60, "steps": 60}),
    "VAE": (VAE, NETWORK),
    "DROCC": (DROCC, {**NETWORK, "ascent_steps": 3}),
    "GOAD": (GOAD, {**NETWORK, "maps": 8, "dimensions": 4}),
    "LSA": (LSA, NETWORK),
    "PixelCNN": (PixelCNN, {**NETWORK, "levels": 5, "channels": 4, "layers": 2}),
}
"""By the name that tables use: the class, and parameters with which it trains in a moment."""


def quick(name, seed=0, **parameters):
    kind, settings = QUICK[name]
    return kind(random_state=seed, **{**settings, **parameters})
