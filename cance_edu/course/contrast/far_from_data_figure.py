"""What T and S say far from all data and noise."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cance_edu.course.contrast.far_from_data import Ray
from cance_edu.course.style import ARTIFICIAL, NOISE, NORMAL

__all__ = ["draw_ray"]

BROUGHT = r"brought, $-\ln p_n$"


def draw_ray(figure: Figure, ray: Ray, near: float = 5.0) -> list[Line2D]:
    """Draw the truth, the score and its two parts outwards: near the data, and all the way.

    Parameters
    ----------
    figure : Figure
        Filled by two axes.
    ray : Ray
        What to draw.
    near : float
        Where the left axes end.

    Returns
    -------
    list of Line2D
        Truth, score, the noise's part of it and T's; on the left, then on the right.
    """
    left, right = figure.subplots(1, 2)
    artists = []
    for axes in (left, right):
        artists += [
            *axes.plot(ray.distance, -ray.true_log_prob, color=NORMAL, label=r"truth, $-\ln p_d$"),
            *axes.plot(ray.distance, ray.score, ":", color="black", lw=2.5, label="score, $S$"),
            *axes.plot(ray.distance, -ray.noise_log_prob, "--", color=NOISE, label=BROUGHT),
            *axes.plot(ray.distance, -ray.log_ratio, "-.", color=ARTIFICIAL, label="learned, $-T$"),
        ]
        axes.axhline(0, color="grey", linewidth=0.8)
        axes.set(xlabel="distance from the mean, in units of z", ylabel="nats")
    nearby = ray.distance <= near
    lowest = float(-ray.log_ratio[nearby].max())
    left.set(title="near", xlim=(0, near), ylim=(lowest - 2, 1.2 * ray.score[nearby].max()))
    right.set(title="far")
    right.legend()
    return artists
