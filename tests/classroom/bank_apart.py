"""The same misconceptions written another way, by loops and other libraries: kept apart.

The checker was not developed on these. A new misconception gets its solution here last.
"""

import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import torch
import torch.nn.functional as F
from scipy import integrate, optimize, special, stats
from sklearn.metrics import roc_curve


def log_parameters(mean, deviation):
    second = math.log(mean**2 + deviation**2)
    first = math.log(mean)
    return 2 * first - second / 2, second - 2 * first


def median(mean, deviation):
    mu, variance = log_parameters(mean, deviation)
    return stats.lognorm(math.sqrt(variance), scale=math.exp(mu)).median()


def mean_by_quadrature(mean, deviation):
    mu, variance = log_parameters(mean, deviation)
    sigma = math.sqrt(variance)
    return integrate.quad(
        lambda t: math.exp(t) * stats.norm.pdf(t, mu, sigma), mu - 12 * sigma, mu + 12 * sigma
    )[0]


def deviation_as_variance(mean, deviation):
    mu, variance = log_parameters(mean, math.sqrt(deviation))
    return math.exp(mu - variance)


def flipped_exponent(mean, deviation):
    _, variance = log_parameters(mean, deviation)
    return mean * math.exp(1.5 * variance)


def mu_is_the_log_of_the_mean(mean, deviation):
    _, variance = log_parameters(mean, deviation)
    mu = math.log(mean)
    return math.exp(mu) / math.exp(variance)


def minus_sigma(mean, deviation):
    mu, variance = log_parameters(mean, deviation)
    return math.exp(mu) / math.exp(math.sqrt(variance))


def unsquared(mean, deviation):
    return mean / math.sqrt((mean + deviation) / mean) ** 3


def cubed_and_halved(mean, deviation):
    _, variance = log_parameters(mean, deviation)
    return mean * math.exp(-3 * variance) / 2


THRESHOLD = {
    "the wrong end of the scores": lambda s, share: float(np.percentile(s, 100 * share)),
    "a share used as if it were percent": lambda s, share: np.percentile(s, (1 - share)),
    "the scores taken for a normal distribution": lambda s, share: stats.norm(
        s.mean(), s.std()
    ).isf(share),
    "a share of the range, not of the scores": lambda s, share: s.min() + (1 - share) * np.ptp(s),
    "one alarm too few": lambda s, share: np.partition(s, -round(share * len(s)))[
        -round(share * len(s))
    ],
}

MODE = {
    "the median of the log-normal, not the mode": median,
    "the mean, not the mode": mean_by_quadrature,
    "the standard deviation used as if it were the variance": deviation_as_variance,
    "the exponent's sign is flipped": flipped_exponent,
    "the logarithm of the mean used as mu": mu_is_the_log_of_the_mean,
    "sigma subtracted where its square was meant": minus_sigma,
    "the ratio of deviation and mean is not squared": unsquared,
    "the result is halved, not the exponent": cubed_and_halved,
}


def plain(u, mode, scale):
    return [NormalDist(mode, scale).inv_cdf(x) for x in u]


def clipped(u, mode, scale):
    return [min(max(x, 0.0), mode) for x in plain(u, mode, scale)]


def solve(u, low, high, centre, scale):
    """Invert the CDF of a truncated normal by bisection."""
    normal = NormalDist(centre, scale)
    below, above = normal.cdf(low), normal.cdf(high)
    return [
        optimize.brentq(
            lambda z, x=x: (normal.cdf(z) - below) / (above - below) - x, low, high, xtol=1e-13
        )
        for x in u
    ]


def no_upper_end(u, mode, scale):
    return solve(u, 0.0, mode + 12 * scale, mode, scale)


def no_lower_end(u, mode, scale):
    # Half a normal, folded to the left of the mode.
    return mode - scale * math.sqrt(2) * special.erfinv(u)


def around_zero(u, mode, scale):
    return scale * math.sqrt(2) * special.erfinv(u * math.erf(mode / scale / math.sqrt(2)))


def right_draw(u, mode, scale):
    return mode - around_zero(u, mode, scale)


def uniform(u, mode, scale):
    return np.interp(u, [0, 1], [0, mode])


def raw_bounds(u, mode, scale):
    return [mode + scale * x for x in solve(u, 0.0, mode, 0.0, 1.0)]


def seeded(u, mode, scale):
    return right_draw(np.random.default_rng(0).random(len(u)), mode, scale)


TRUNCATED_NORMAL = {
    "nothing is truncated": plain,
    "draws are clipped, not truncated": clipped,
    "the upper end is forgotten": no_upper_end,
    "the lower end is forgotten": no_lower_end,
    "centred on zero instead of the mode": around_zero,
    "the variance used as if it were the scale": lambda u, m, s: right_draw(u, m, s * s),
    "uniform on the interval": uniform,
    "the bounds are not standardised": raw_bounds,
    "u is not used": seeded,
}
K_AWARE = {
    "K is not used": lambda u, m, s, k: right_draw(u, m, s),
    "K is squared": lambda u, m, s, k: right_draw(u, m, s * k**2),
    "K moves the mode": lambda u, m, s, k: right_draw(u, m * k, s),
    "K narrows instead of widening": lambda u, m, s, k: right_draw(u, m, s / k),
    "u is not used": lambda u, m, s, k: seeded(u, m, k * s),
}


def loop_loss(latent, *, divide=None, centre=True, power=2, keep=lambda j, k: j != k, norm=None):
    """Eq. 2 by loops over pairs, with one thing changed."""
    n, d = latent.shape
    means = latent.mean(0) if centre else np.zeros(d)
    total, count = 0.0, 0
    for j in range(d):
        for k in range(d):
            if keep(j, k):
                c = sum((latent[i, j] - means[j]) * (latent[i, k] - means[k]) for i in range(n))
                c /= divide or n
                if norm is not None:
                    c /= norm[j] * norm[k]
                total += abs(c) ** power
                count += 1
    return total, count


def diagonal_kept(latent):
    total, _ = loop_loss(latent, keep=lambda j, k: True)
    d = latent.shape[1]
    return total / d / (d - 1)


def identity_subtracted(latent):
    z = torch.from_numpy(latent)
    difference = torch.cov(z.T, correction=0) - torch.eye(z.shape[1])
    return difference.pow(2).sum() / (z.shape[1] ** 2 - z.shape[1])


def unbiased(latent):
    covariance = torch.cov(torch.from_numpy(latent).T)
    d = len(covariance)
    return (covariance.square().sum() - covariance.diag().square().sum()) / (d * d - d)


def not_centred(latent):
    total, count = loop_loss(latent, centre=False)
    return total / count


def d_squared(latent):
    return loop_loss(latent)[0] / latent.shape[1] ** 2


def only_the_sum(latent):
    return loop_loss(latent)[0]


def correlations(latent):
    total, count = loop_loss(latent, norm=latent.std(0))
    return total / count


def absolute(latent):
    total, count = loop_loss(latent, power=1)
    return total / count


def root_over_pairs(latent):
    total, count = loop_loss(latent)
    return math.sqrt(total) / count


def of_images(latent):
    return loop_loss(latent.T)[0] / loop_loss(latent)[1]


def mean_of_images(latent):
    total, count = loop_loss(latent.T)
    return total / count


def one_triangle(latent):
    total, count = loop_loss(latent, keep=lambda j, k: j < k)
    return total / (2 * count)


COVARIANCE_LOSS = {
    "the diagonal was not removed": diagonal_kept,
    "the identity was subtracted instead of the diagonal": identity_subtracted,
    "1/(n-1) instead of 1/n": unbiased,
    "the latents are not centred": not_centred,
    "divided by d squared": d_squared,
    "the sum instead of the mean": only_the_sum,
    "correlations instead of covariances": correlations,
    "absolute values instead of squares": absolute,
    "the norm is not squared": root_over_pairs,
    "the covariance of images, not of latents: a transpose is missing": of_images,
    "the mean over pairs of images, not of latents": mean_of_images,
    "the sum is over one triangle, the divisor counts both": one_triangle,
}


def pooled(n, a, s, m, b, t):
    """The right answer through second moments about the joint mean."""
    mean = (n * a + m * b) / (n + m)
    second = n * (s + np.outer(a, a)) + m * (t + np.outer(b, b))
    return second / (n + m) - np.outer(mean, mean)


def within(n, a, s, m, b, t):
    return np.average([s, t], axis=0, weights=[n, m])


def minus_between(*x):
    return 2 * within(*x) - pooled(*x)


def equal_weights(n, a, s, m, b, t):
    return (s + t) / 2 + pooled(n, a, s, m, b, t) - within(n, a, s, m, b, t)


def swapped(n, a, s, m, b, t):
    return within(m, a, s, n, b, t) + pooled(n, a, s, m, b, t) - within(n, a, s, m, b, t)


def sample_covariance(n, a, s, m, b, t):
    return pooled(n, a, s, m, b, t) / (1 - 1 / (n + m))


def divided_once(n, a, s, m, b, t):
    x = (n, a, s, m, b, t)
    return within(*x) + (n + m) * (pooled(*x) - within(*x))


def diagonal_only(n, a, s, m, b, t):
    x = (n, a, s, m, b, t)
    return within(*x) + np.diag(np.diag(pooled(*x) - within(*x)))


def trace_everywhere(*x):
    return within(*x) + np.trace(pooled(*x) - within(*x))


def row_everywhere(*x):
    return within(*x) + np.diag(pooled(*x) - within(*x))[None, :]


MERGE_COVARIANCES = {
    "the distance between the means is forgotten": within,
    "the term between the groups is subtracted": minus_between,
    "both groups weigh the same": equal_weights,
    "the weights are swapped": swapped,
    "1/(n-1) instead of 1/n": sample_covariance,
    "the term between the groups is divided by n, not by its square": divided_once,
    "the means' difference is squared coordinate by coordinate": diagonal_only,
    "the term between the groups is one number, added to each element": trace_everywhere,
    "the term between the groups is a row, added to each row": row_everywhere,
}


def by_image(error, dissimilarity, order=(0, 1)):
    """Loop over images and put the two numbers side by side."""

    def features(inputs, reconstructions):
        rows = []
        for x, y in zip(torch.from_numpy(inputs), torch.from_numpy(reconstructions), strict=True):
            pair = (float(error(x, y)), float(dissimilarity(x.flatten(), y.flatten())))
            rows.append([pair[order[0]], pair[order[1]]])
        return torch.tensor(rows, dtype=torch.float64)

    return features


def mse(x, y):
    return F.mse_loss(x, y)


def cos(x, y):
    return F.cosine_similarity(x, y, dim=0)


def half(x, y):
    return (1 - cos(x, y)) / 2


def dot_over_norms(x, y):
    return 0.5 - torch.dot(x, y) / (x.norm() * y.norm()) / 2


COMPOSITE = {
    "the error is summed over pixels, not averaged": by_image(
        lambda x, y: F.mse_loss(x, y, reduction="sum"), half
    ),
    "the root of the error was taken": by_image(lambda x, y: mse(x, y).sqrt(), half),
    "absolute differences instead of squares": by_image(F.l1_loss, half),
    "the cosine similarity instead of the dissimilarity": by_image(
        mse, lambda x, y: 1 - half(x, y)
    ),
    "the factor one half is forgotten": by_image(mse, lambda x, y: 1 - cos(x, y)),
    "the norm is not squared": by_image(lambda x, y: (x - y).norm() / x.numel(), half),
    "a zero image divides by zero": by_image(mse, dot_over_norms),
    "a zero reconstruction divides by zero": by_image(
        mse, lambda x, y: dot_over_norms(x, y) if x.norm() > 0 else 0.5
    ),
    "z_c, not the cosine, is 0 for a zero image": by_image(
        mse, lambda x, y: half(x, y) if x.norm() * y.norm() > 0 else 0.0
    ),
    "the images are centred before the cosine": by_image(
        mse, lambda x, y: half(x - x.mean(), y - y.mean())
    ),
    "the two features are in the wrong order": by_image(mse, half, order=(1, 0)),
}


def cross_entropy(on_data, on_noise, weights=(1.0, 1.0), labels=(1.0, 0.0), reduction="mean"):
    terms = [
        F.binary_cross_entropy_with_logits(
            logits, torch.full_like(logits, label), reduction=reduction
        )
        for logits, label in zip((on_data, on_noise), labels, strict=True)
    ]
    return weights[0] * terms[0] + weights[1] * terms[1]


def probabilities(on_data, on_noise, noise_ratio):
    data = sum(1 / (1 + torch.exp(-t)) for t in on_data) / len(on_data)
    noise = sum(1 / (1 + torch.exp(t)) for t in on_noise) / len(on_noise)
    return -data - noise_ratio * noise


def overflowing(on_data, on_noise, noise_ratio):
    data = torch.log(1 / (1 + torch.exp(-on_data)))
    noise = torch.log(1 - 1 / (1 + torch.exp(-on_noise)))
    return -torch.mean(data) - noise_ratio * torch.mean(noise)


def clipped_by_torch(on_data, on_noise, noise_ratio):
    """PyTorch's cross-entropy of probabilities keeps a logarithm at -100 or above."""
    data = F.binary_cross_entropy(torch.sigmoid(on_data), torch.ones_like(on_data))
    noise = F.binary_cross_entropy(torch.sigmoid(on_noise), torch.zeros_like(on_noise))
    return data + noise_ratio * noise


@torch.no_grad()
def no_gradient(on_data, on_noise, noise_ratio):
    return cross_entropy(on_data, on_noise, (1, noise_ratio))


def by_sign(on_data, on_noise, noise_ratio):
    def log_sigmoid(t):
        below = torch.log(torch.exp(t) / (1 + torch.exp(t)))
        return torch.where(t < -500, t, torch.where(t < 0, below, -torch.log(1 + torch.exp(-t))))

    return -log_sigmoid(on_data).mean() - noise_ratio * log_sigmoid(-on_noise).mean()


NCE_LOSS = {
    "the sign is flipped: this is the log-likelihood": lambda d, n, nu: (
        -cross_entropy(d, n, (1, nu))
    ),
    "the noise term is not weighted by nu": lambda d, n, nu: cross_entropy(d, n),
    "nu weighs the data term": lambda d, n, nu: cross_entropy(d, n, (nu, 1)),
    "noise is labelled as data": lambda d, n, nu: cross_entropy(d, n, (1, nu), (1.0, 1.0)),
    "probabilities instead of their logarithms": probabilities,
    "the logarithm of a sigmoid overflows": overflowing,
    "right for moderate log-odds, wrong at 800: something was clamped": clipped_by_torch,
    "the value is right, and nothing depends on the log-odds any more": no_gradient,
    "at log-odds of 800 the value is right, the gradient is not": by_sign,
    "sums instead of means": lambda d, n, nu: cross_entropy(d, n, (1, nu), reduction="sum"),
}


def diagonal(z, mean, matrix):
    return (z - mean) @ matrix + mean


def objective(data_of, noise_of, sign=-1, with_ratio=True):
    """Eq. 8 with K as a matrix and the cross-entropy as the logarithms."""

    def minimised(network, z, v, mean, scale, noise_ratio):
        matrix = torch.diag(scale)
        on_data, on_noise = network(data_of(z, mean, matrix)), network(noise_of(v, mean, matrix))
        return sign * cross_entropy(on_data, on_noise, (1, noise_ratio if with_ratio else 1))

    return minimised


def stopped(z, mean, matrix):
    with torch.no_grad():
        before = (z - mean) @ torch.linalg.inv(matrix)
    return before @ matrix + mean


def not_stopped(z, mean, matrix):
    return (z - mean) @ torch.linalg.inv(matrix) @ matrix + mean


def frozen(v, mean, matrix):
    with torch.no_grad():
        return diagonal(v, mean, matrix)


def noise_alone(network, z, v, mean, scale, noise_ratio):
    on_noise = network(diagonal(v, mean, torch.diag(scale)))
    return noise_ratio * torch.log(1 - torch.sigmoid(on_noise)).mean()


NOISE_OBJECTIVE = {
    "the data term has no gradient in K: the stop-gradient is missing or around too much": (
        objective(not_stopped, diagonal)
    ),
    "the noise term has no gradient in K": objective(stopped, frozen),
    "nothing depends on K any more": torch.no_grad()(objective(stopped, diagonal)),
    "the sign is Eq. 12's": objective(stopped, diagonal, sign=1),
    "the noise term is not weighted by nu": objective(stopped, diagonal, with_ratio=False),
    "K was applied to the noise before centring": objective(
        stopped, lambda v, mean, matrix: v @ matrix
    ),
    "the data are widened, but were never narrowed": objective(diagonal, diagonal),
    "the mean is not added back to the noise": objective(
        stopped, lambda v, mean, matrix: v @ matrix - mean @ matrix
    ),
    "the mean is not added back in either term": objective(
        lambda z, mean, matrix: torch.linalg.solve(matrix, (z - mean).T).T.detach() @ matrix,
        lambda v, mean, matrix: (v - mean) @ matrix,
    ),
    "the mean is not used at all": objective(
        lambda z, mean, matrix: (z / matrix.diag()).detach() * matrix.diag(),
        lambda v, mean, matrix: torch.einsum("ij,nj->ni", matrix, v),
    ),
    "only the noise term: the naive objective": noise_alone,
}


def summed(*signs, ratio=math.log):
    """A signed sum of T, the logarithm of nu and the noise's log-density, point by point."""

    def score(log_ratio, noise_log_prob, noise_ratio):
        parts = zip(log_ratio, noise_log_prob, strict=True)
        return [signs[0] * t + signs[1] * ratio(noise_ratio) + signs[2] * n for t, n in parts]

    return score


SCORE = {
    "the score's sign is flipped": summed(1, 1, 1),
    "nu is forgotten": summed(-1, 0, -1),
    "the logarithm of nu has the wrong sign": summed(-1, 1, -1),
    "nu itself instead of its logarithm": summed(-1, -1, -1, ratio=float),
    "the noise's density is forgotten": summed(-1, -1, 0),
    "the noise's log-density has the wrong sign": summed(-1, -1, 1),
}


def rank_auroc(scores, is_anomaly, method="average"):
    ranks = stats.rankdata(scores, method=method)
    n, m = int(is_anomaly.sum()), int((~is_anomaly).sum())
    return (ranks[is_anomaly].sum() - n * (n + 1) / 2) / (n * m)


def sided(scores, is_anomaly, side):
    normal = np.sort(scores[~is_anomaly])
    return np.mean([np.searchsorted(normal, s, side) for s in scores[is_anomaly]]) / len(normal)


def average_precision(scores, is_anomaly):
    order = np.lexsort((np.arange(len(scores)), -scores))
    levels = sorted(set(scores), reverse=True)
    area, last = 0.0, 0
    for level in levels:
        above = [i for i in order if scores[i] >= level]
        hits = sum(bool(is_anomaly[i]) for i in above)
        area += (hits - last) * hits / len(above)
        last = hits
    return area / is_anomaly.sum()


def curve_without_start(scores, is_anomaly):
    false, true, _ = roc_curve(is_anomaly, scores, drop_intermediate=False)
    return integrate.trapezoid(true[1:], false[1:])


AUROC = {
    "the direction is flipped": lambda s, a: rank_auroc(s, ~a),
    "a tie counts as a win": lambda s, a: sided(s, a, "right"),
    "a tie counts as a loss": lambda s, a: sided(s, a, "left"),
    "the average precision, not the AUROC": average_precision,
    "a ranking that is upside down is turned over": lambda s, a: max(
        rank_auroc(s, a), rank_auroc(-s, a)
    ),
    "the curve starts without (0, 0)": curve_without_start,
}


def alarms(t, f, share, of_normal=None):
    """Return real and false alarms among a thousand images."""
    others = 1 - share if of_normal is None else of_normal
    return 1000 * share * t, 1000 * others * f


def first_over_sum(real, false):
    return real / (real + false)


PRECISION = {
    "the base rate is forgotten": lambda t, f, share: first_over_sum(*alarms(t, f, 0.5)),
    "the normal images' share is forgotten": lambda t, f, share: first_over_sum(
        *alarms(t, f, share, of_normal=1.0)
    ),
    "the two shares are swapped": lambda t, f, share: first_over_sum(*alarms(t, f, 1 - share)),
    "the share of all images that are real alarms": lambda t, f, share: (
        alarms(t, f, share)[0] / 1000
    ),
    "the share of alarms that are false": lambda t, f, share: first_over_sum(
        *reversed(alarms(t, f, share))
    ),
}


def first_rank(n, alarm_share, promise):
    """Return the first rank whose share of alarms, exactly, is at most what is promised."""
    exactly = Fraction(promise).limit_denominator(10_000)
    return next(k for k in range(n + 2) if alarm_share(k, n) <= exactly)


def above(k, n):
    return Fraction(n + 1 - k, n + 1)


PROMISED_RANK = {
    "n scores instead of n + 1": lambda n, c: first_rank(n, lambda k, n: Fraction(n - k, n), c),
    "a share, not a rank": lambda n, c: (n - n * c) / n,
    "counted from the wrong end": lambda n, c: (
        n
        + 1
        - sum(k <= (n + 1) * (1 - Fraction(c).limit_denominator(10_000)) for k in range(1, n + 1))
    ),
    "one rank too high": lambda n, c: (
        1 + sum(above(k, n) >= Fraction(c).limit_denominator(10_000) for k in range(1, n + 1))
    ),
}


def input_by_input(term, *, divide=True):
    """Add up a term of (squared distance, label, η), one input after the other."""

    def loss(outputs, centre, labels, eta):
        total = 0.0
        for output, label in zip(torch.tensor(outputs), labels, strict=True):
            d = float(F.mse_loss(output, torch.tensor(centre), reduction="sum"))
            total += term(d, int(label), eta)
        return total / len(labels) if divide else total

    return loss


def right_term(d, label, eta):
    return (eta if label else 1) * d ** (label or 1)


def group_by_group(outputs, centre, labels, eta):
    total = 0.0
    for group in ((0,), (1, -1)):
        rows = np.isin(labels, group)
        if rows.any():
            total += input_by_input(right_term)(outputs[rows], centre, labels[rows], eta)
    return total


SAD_LOSS = {
    "the labels are not used: this is Deep SVDD's loss": input_by_input(lambda d, y, eta: d),
    "an anomaly's distance is subtracted, not inverted": input_by_input(
        lambda d, y, eta: d if y == 0 else eta * y * d
    ),
    "the distance is not squared": input_by_input(
        lambda d, y, eta: right_term(math.sqrt(d), y, eta)
    ),
    "known normal inputs are pushed away too": input_by_input(
        lambda d, y, eta: right_term(d, -abs(y), eta)
    ),
    "inputs without a label are taken for anomalies": input_by_input(
        lambda d, y, eta: right_term(d, y or -1, eta)
    ),
    "an input without a label costs the same wherever it lands": input_by_input(
        lambda d, y, eta: math.pow(d, y) * (eta if y else 1)
    ),
    "the labels are the wrong way round": input_by_input(lambda d, y, eta: right_term(d, -y, eta)),
    "the weight is forgotten": input_by_input(lambda d, y, eta: right_term(d, y, 1)),
    "the weight counts for inputs without a label": input_by_input(
        lambda d, y, eta: right_term(d, y, 1) * (1 if y else eta)
    ),
    "the weight counts for anomalies alone": input_by_input(
        lambda d, y, eta: right_term(d, y, eta if y == -1 else 1)
    ),
    "labelled and unlabelled inputs are averaged apart": group_by_group,
    "a sum instead of a mean": input_by_input(right_term, divide=False),
    "the mean over coordinates instead of their sum": lambda o, c, y, eta: input_by_input(
        lambda d, label, weight: right_term(d / len(c), label, weight)
    )(o, c, y, eta),
    "the centre moves with the batch": lambda o, c, y, eta: input_by_input(right_term)(
        o, np.average(o, axis=0), y, eta
    ),
}


def step_by_step(new_length, of=lambda step: math.hypot(*step), along=True):
    """Return a projection that gives each step of a batch a new length, one after the other."""

    def project(steps, radius, gamma):
        found = []
        for step in steps.tolist():
            length = of(step)
            far = new_length(length, radius, gamma)
            found.append([one * far / (length if along else 1) for one in step])
        return np.array(found)

    return project


def clipped(value, low, high):
    return min(max(value, low), high)


def coordinate_by_coordinate(steps, radius, gamma):
    found = [
        [math.copysign(clipped(abs(v), radius, gamma * radius), v) if v else 0.0 for v in step]
        for step in steps.tolist()
    ]
    return np.array(found)


def as_one_long_step(steps, radius, gamma):
    length = math.hypot(*steps.ravel())
    return steps * (clipped(length, radius, gamma * radius) / length)


PROJECT = {
    "each coordinate is brought into the range, not the length": coordinate_by_coordinate,
    "all steps are put on the inner sphere": step_by_step(lambda length, r, gamma: r),
    "short steps stay short": step_by_step(
        lambda length, r, gamma: gamma * r if length > gamma * r else length
    ),
    "long steps stay long": step_by_step(lambda length, r, gamma: r if length < r else length),
    "one length for the whole batch": as_one_long_step,
    "the step is not divided by its own length": step_by_step(
        lambda length, r, gamma: clipped(length, r, gamma * r), along=False
    ),
    # As torch and NumPy do where the bounds cross: the upper one wins.
    "γ taken for the outer radius, not for a multiple of r": step_by_step(
        lambda length, r, gamma: min(max(length, r), gamma)
    ),
    "the squared length is compared": step_by_step(
        lambda length, r, gamma: clipped(length**2, r, gamma * r)
    ),
}


def sign_of_all(low, high, margin=0.0):
    """Return the sign that the whole interval has beyond a margin, 0 if it has none."""
    signs = {math.copysign(1, end) if abs(end) > margin else 0.0 for end in (low, high)}
    return signs.pop() if len(signs) == 1 else 0.0


def in_a_word(sign):
    return {1.0: "better", -1.0: "worse", 0.0: "not told apart"}[sign]


def no_farther(value, margin):
    return "reproduced" if abs(value) <= margin else None


VERDICT = {
    "whatever holds zero is reproduced": lambda low, high, margin: in_a_word(
        sign_of_all(low, high)
    ).replace("not told apart", "reproduced"),
    "zero is asked before the margin": lambda low, high, margin: (
        in_a_word(sign_of_all(low, high))
        if sign_of_all(low, high)
        else no_farther(max(-low, high), margin) or "not told apart"
    ),
    "the middle is compared, not the interval": lambda low, high, margin: (
        no_farther(low + (high - low) / 2, margin) or in_a_word(sign_of_all(low, high))
    ),
    "it is enough to touch the margin": lambda low, high, margin: (
        no_farther(np.clip(0.0, low, high), margin) or in_a_word(sign_of_all(low, high))
    ),
    "better and worse only beyond the margin": lambda low, high, margin: (
        no_farther(max(-low, high), margin) or in_a_word(sign_of_all(low, high, margin))
    ),
}

BANK_APART = {
    "threshold": THRESHOLD,
    "mode": MODE,
    "truncated_normal": TRUNCATED_NORMAL,
    "k_aware": K_AWARE,
    "covariance_loss": COVARIANCE_LOSS,
    "merge_covariances": MERGE_COVARIANCES,
    "reconstruction_features": COMPOSITE,
    "nce_loss": NCE_LOSS,
    "noise_objective": NOISE_OBJECTIVE,
    "anomaly_score": SCORE,
    "auroc": AUROC,
    "precision": PRECISION,
    "promised_rank": PROMISED_RANK,
    "sad_loss": SAD_LOSS,
    "project": PROJECT,
    "verdict": VERDICT,
}
