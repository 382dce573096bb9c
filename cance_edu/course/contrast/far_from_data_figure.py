"""What T and S say far from all data and noise."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cance_edu.course.contrast.far_from_data import Ray, Reach
from cance_edu.course.style import ANOMALY, NOISE, NORMAL

__all__ = ["draw_ray", "draw_reach"]


def draw_ray(figure: Figure, ray: Ray) -> list[Line2D]:
    """Draw the classifier's probability and log-odds, and the score with the truth, outwards.

    Parameters
    ----------
    figure : Figure
        Filled by three axes.
    ray : Ray
        What to draw.

    Returns
    -------
    list of Line2D
        Probability; log-odds; truth, score and the noise's part of it.
    """
    left, middle, right = figure.subplots(1, 3)
    artists = [
        *left.plot(ray.distance, ray.probability, color="black"),
        *middle.plot(ray.distance, ray.log_ratio, color="black"),
        *right.plot(ray.distance, -ray.true_log_prob, color=NORMAL, label=r"truth, $-\ln p_d$"),
        *right.plot(ray.distance, ray.score, ":", color="black", lw=2.5, label="score, $S$"),
        *right.plot(ray.distance, -ray.noise_log_prob, "--", color=NOISE, label=r"$-\ln p_n$"),
    ]
    left.set_ylabel(r"probability of data, $\sigma(T)$")
    middle.set_ylabel("log-odds T, nats")
    right.set_ylabel("nats")
    right.legend()
    for axes in (left, middle, right):
        axes.set_xlabel("distance from the mean")
    return artists


def draw_reach(axes: Axes, points: Reach) -> list[Line2D]:
    """Draw T against the distance from the noise, with the edge beyond which T never learned.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    points : Reach
        Normal and anomalous.

    Returns
    -------
    list of Line2D
        Normal points, anomalies.
    """
    axes.axvspan(0, points.edge, color=NOISE, alpha=0.12, label="99.9% of the noise")
    axes.axhline(0, color="grey", linewidth=0.8)
    artists = []
    for group, colour, marker, label in (
        (points.is_anomaly, ANOMALY, "x", "anomalous"),
        (~points.is_anomaly, NORMAL, ".", "normal"),
    ):
        place = (points.distance[group], points.log_ratio[group])
        artists += axes.plot(*place, marker, color=colour, markersize=4, alpha=0.6, label=label)
    axes.set(xlabel="distance from the noise's mean, standard deviations", xlim=(0, None))
    axes.set_ylabel("log-odds of data, T, nats")
    axes.legend()
    return artists[::-1]
