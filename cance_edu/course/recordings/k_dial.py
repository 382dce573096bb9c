"""The K dial's numbers: CANCE on all of MNIST's eights, with K held and with K learned (lesson 06).

Noise is held at eight widths on one autoencoder a seed. K is learned by three objectives: with the
T that is trained, and with T*, which is known where an understudy takes the features' place.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from cance_edu.course.contrast.summary import recorded_network
from cance_edu.course.dial.rope import OBJECTIVES, FixedSample, optimal_pulls, pulls, pulls_on
from cance_edu.course.dial.summary import Scored, scored
from cance_edu.course.noise.understudy import AugmentedUnderstudy, Density, understudy
from cance_edu.course.noise.walk import optimal_walk
from cance_edu.datasets import OneClass, mnist, one_class
from cance_edu.detectors.cance import CANCE
from cance_edu.method.augmentation import ReconstructionAugmentation
from cance_edu.method.noise import GaussianNoise
from cance_edu.training.contrast import Contrast
from cance_edu.training.device import private_randomness
