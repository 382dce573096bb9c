"""What data sets there are: source, licence, size, checksum, files under the data root.

A checksum stands here only if it is known from an independent record: torchvision's or
scikit-learn's own constants, or several public loaders that agree. ADBench publishes none; those
of its files were computed from copies, and its Thyroid's agrees with one public record.
"""

from cance_edu.datasets.description import DataSet, Remote

__all__ = ["CORRUPTIONS", "DATASETS", "IDX_FILES", "described"]

CORRUPTIONS = (
    "brightness",
    "canny_edges",
    "dotted_line",
    "fog",
    "glass_blur",
    "impulse_noise",
    "motion_blur",
    "rotate",
    "scale",
    "shear",
    "shot_noise",
    "spatter",
    "stripe",
    "translate",
    "zigzag",
)
"""MNIST-C's fifteen; its archive has `identity`, MNIST's own test set, beside them."""

IDX_FILES = tuple(
    f"{split}-{kind}-ubyte"
    for split in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
)
ADBENCH = (
    "https://raw.githubusercontent.com/Minqi824/ADBench/"
    "f7fed68dea6901fe9a81ed51b251b1d2456790cd/adbench/datasets"
)


MNIST_MD5 = dict(
    zip(
        IDX_FILES,
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        strict=True,
    )
)
CIFAR10_BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta")
ADBENCH_SHA256 = {
    0: "f0e89be5576c37e5c2f7393f7a478d8ec0cc348559fc177c273ff076ef10db00",
    4: "13fe6ac27684cadd0b223a48dcb532474e4eb69592b159d21d8f6d195ec48512",
    6: "f38334eec73be985612685b3efb99c58faaba7b154ecb5ed9b809acdc4cae9c9",
}

DATASETS = (
    DataSet(
        name="digits",
        size="bundled",
        licence="CC BY 4.0",
        source="1,797 scans of 8 x 8 pixels, UCI; part of scikit-learn, never downloaded",
    ),
    DataSet(
        name="mnist",
        size="66 MB",
        licence="CC BY-SA 3.0 (as commonly stated)",
        source="LeCun, Cortes and Burges: 70,000 digits of 28 x 28 pixels (md5 f68b3c2d, d53e105e, "
        "9fb629c4, ec29112d)",
        files=tuple(f"MNIST/raw/{name}" for name in IDX_FILES),
        remotes=tuple(
            Remote(
                f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}.gz",
                f"MNIST/raw/{name}",
                f"md5:{md5}",
                packed="gz",
            )
            for name, md5 in MNIST_MD5.items()
        ),
    ),
    DataSet(
        name="mnist_c",
        size="247 MB",
        licence="CC BY 4.0",
        source="Mu and Gilmer 2019, Zenodo record 3239543: MNIST's test set in 15 corruptions "
        "(sha256 af9ee8c6)",
        files=tuple(
            f"mnist_c/{name}/test_{what}.npy"
            for name in (*CORRUPTIONS, "identity")
            for what in ("images", "labels")
        ),
        remotes=(
            Remote(
                "https://zenodo.org/record/3239543/files/mnist_c.zip",
                "mnist_c",
                "sha256:af9ee8c6a815870c7fdde5af84c7bf8db0bcfa1f41056db83871037fba70e493",
                packed="zip",
            ),
        ),
    ),
    DataSet(
        name="cifar10",
        size="171 MB",
        licence="none stated; research use",
        source="Krizhevsky 2009: 60,000 colour pictures of 32 x 32 pixels (md5 c58f3010); or "
        "folders cifar10*/train/<class>",
        files=tuple(f"cifar-10-batches-py/{name}" for name in CIFAR10_BATCHES),
        instead=("cifar10/train", "cifar10-jpeg/train"),
        remotes=(
            Remote(
                "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
                "cifar-10-batches-py",
                "md5:c58f30108f718f92721af3b95e74349a",
                packed="tar",
            ),
        ),
    ),
    DataSet(
        name="abalone",
        size="0.2 MB",
        licence="CC BY 4.0",
        source="Nash et al. 1994, UCI: 4,177 shells, 8 measurements and rings (sha256 de37cdcd)",
        files=("abalone.data",),
        remotes=(
            Remote(
                "https://archive.ics.uci.edu/ml/machine-learning-databases/abalone/abalone.data",
                "abalone.data",
                "sha256:de37cdcdcaaa50c309d514f248f7c2302a5f1f88c168905eba23fe2fbc78449f",
            ),
        ),
    ),
    DataSet(
        name="thyroid",
        size="0.04 MB",
        licence="CC BY 4.0",
        source="ODDS, as ADBench ships it: 3,772 patients, 93 hyperfunctions (sha256 8de161b3); "
        "or ODDS's thyroid.mat",
        files=("thyroid.npz",),
        instead=("thyroid.mat",),
        remotes=(
            Remote(
                f"{ADBENCH}/Classical/38_thyroid.npz",
                "thyroid.npz",
                "sha256:8de161b3f235b7647bb0b39a836d983ff61d67bf234edac461da2d71e889cb87",
            ),
        ),
    ),
    DataSet(
        name="kddcup99",
        size="2 MB",
        licence="CC BY 4.0",
        source="UCI KDD Cup 1999, the 10% file: 494,021 connections, 41 columns (sha256 8045aca0)",
        files=("kddcup.data_10_percent.gz",),
        remotes=(
            Remote(
                "https://ndownloader.figshare.com/files/5976042",
                "kddcup.data_10_percent.gz",
                "sha256:8045aca0d84e70e622d1148d7df782496f6333bf6eb979a1b0837c42a9fd9561",
            ),
        ),
    ),
    DataSet(
        name="adbench",
        size="12 MB",
        licence="BSD 2-Clause (code); data for research",
        source="Han et al. 2022: ResNet-18 features of CIFAR-10, classes 0, 4 and 6 normal "
        "(sha256 f0e89be5, 13fe6ac2, f38334ee)",
        files=tuple(f"adbench/CV_by_ResNet18/CIFAR10_{i}.npz" for i in ADBENCH_SHA256),
        remotes=tuple(
            Remote(
                f"{ADBENCH}/CV_by_ResNet18/CIFAR10_{i}.npz",
                f"adbench/CV_by_ResNet18/CIFAR10_{i}.npz",
                f"sha256:{sha256}",
            )
            for i, sha256 in ADBENCH_SHA256.items()
        ),
    ),
    DataSet(
        name="resnet18",
        size="45 MB",
        licence="BSD 3-Clause; trained on ImageNet",
        source="torchvision's ResNet18_Weights.IMAGENET1K_V1, for features of images "
        "(sha256 f37072fd)",
        files=("resnet18-f37072fd.pth",),
        remotes=(
            Remote(
                "https://download.pytorch.org/models/resnet18-f37072fd.pth",
                "resnet18-f37072fd.pth",
                "sha256:f37072fd",
            ),
        ),
    ),
)


def described(name: str) -> DataSet:
    """Return what is known of a data set.

    Raises
    ------
    ValueError
        If there is no such data set.
    """
    known = {data_set.name: data_set for data_set in DATASETS}
    if name not in known:
        raise ValueError(f"there is no data set {name!r}; there are {', '.join(known)}")
    return known[name]
