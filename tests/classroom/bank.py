"""Wrong solutions as students write them: those on which the checker was developed."""

import numpy as np
import torch
from scipy import stats
from torch.nn.functional import logsigmoid


def covariance(latent, ddof=0):
    centred = latent - latent.mean(axis=0)
    return centred.T @ centred / (len(latent) - ddof)


def off(matrix):
    return matrix - np.diag(np.diag(matrix))


def pairs(latent):
    d = latent.shape[1]
    return d * (d - 1)


def lognormal_sigma(mean, deviation):
    return np.sqrt(np.log(1 + (deviation / mean) ** 2))


THRESHOLD = {
    "the wrong end of the scores": lambda s, share: np.sort(s)[int(share * len(s)) - 1],
    "a share used as if it were percent": lambda s, share: np.percentile(s, 1 - share),
    "the scores taken for a normal distribution": lambda s, share: (
        np.mean(s) + np.std(s) * stats.norm.ppf(1 - share)
    ),
    "a share of the range, not of the scores": lambda s, share: (
        (1 - share) * s.max() + share * s.min()
    ),
    "one alarm too few": lambda s, share: sorted(s, reverse=True)[round(share * len(s)) - 1],
}

MODE = {
    "the median of the log-normal, not the mode": lambda m, s: np.exp(
        np.log(m) - lognormal_sigma(m, s) ** 2 / 2
    ),
    "the mean, not the mode": lambda m, s: m,
    "the standard deviation used as if it were the variance": lambda m, s: (
        m * (s / m**2 + 1) ** (-3 / 2)
    ),
    "the exponent's sign is flipped": lambda m, s: m * (s**2 / m**2 + 1) ** (3 / 2),
    "the logarithm of the mean used as mu": lambda m, s: np.exp(
        np.log(m) - lognormal_sigma(m, s) ** 2
    ),
    "sigma subtracted where its square was meant": lambda m, s: np.exp(
        np.log(m) - lognormal_sigma(m, s) ** 2 / 2 - lognormal_sigma(m, s)
    ),
    "the ratio of deviation and mean is not squared": lambda m, s: m * (1 + s / m) ** -1.5,
    "the result is halved, not the exponent": lambda m, s: m * ((s / m) ** 2 + 1) ** -3 / 2,
}


def between(u, low, high, centre, scale):
    a, b = stats.norm.cdf([low, high], centre, scale)
    return stats.norm.ppf(a + u * (b - a), centre, scale)


TRUNCATED_NORMAL = {
    "nothing is truncated": lambda u, m, s: m + s * stats.norm.ppf(u),
    "draws are clipped, not truncated": lambda u, m, s: np.clip(m + s * stats.norm.ppf(u), 0, m),
    "the upper end is forgotten": lambda u, m, s: between(u, 0, np.inf, m, s),
    "the lower end is forgotten": lambda u, m, s: between(u, -np.inf, m, m, s),
    "centred on zero instead of the mode": lambda u, m, s: between(u, 0, m, 0, s),
    "the variance used as if it were the scale": lambda u, m, s: between(u, 0, m, m, s**2),
    "uniform on the interval": lambda u, m, s: m * u,
    "the bounds are not standardised": lambda u, m, s: stats.truncnorm(0, m, m, s).ppf(u),
    "u is not used": lambda u, m, s: stats.truncnorm.rvs(-m / s, 0, m, s, size=len(u)),
}
K_AWARE = {
    "K is not used": lambda u, m, s, k: between(u, 0, m, m, s),
    "K is squared": lambda u, m, s, k: between(u, 0, m, m, k * k * s),
    "K moves the mode": lambda u, m, s, k: between(u, 0, k * m, k * m, s),
    "K narrows instead of widening": lambda u, m, s, k: between(u, 0, m, m, s / k),
    "u is not used": lambda u, m, s, k: between(np.random.random(len(u)), 0, m, m, k * s),
}
COVARIANCE_LOSS = {
    "the diagonal was not removed": lambda z: (covariance(z) ** 2).sum() / pairs(z),
    "the identity was subtracted instead of the diagonal": lambda z: (
        np.linalg.norm(covariance(z) - np.identity(z.shape[1])) ** 2 / pairs(z)
    ),
    "1/(n-1) instead of 1/n": lambda z: (off(covariance(z, ddof=1)) ** 2).sum() / pairs(z),
    "the latents are not centred": lambda z: (off(z.T @ z / len(z)) ** 2).sum() / pairs(z),
    "divided by d squared": lambda z: (off(covariance(z)) ** 2).mean(),
    "the sum instead of the mean": lambda z: (off(covariance(z)) ** 2).sum(),
    "correlations instead of covariances": lambda z: (
        (off(covariance((z - z.mean(0)) / z.std(0))) ** 2).sum() / pairs(z)
    ),
    "absolute values instead of squares": lambda z: np.abs(off(covariance(z))).sum() / pairs(z),
    "the norm is not squared": lambda z: np.linalg.norm(off(covariance(z))) / pairs(z),
    "the covariance of images, not of latents: a transpose is missing": lambda z: (
        np.linalg.norm(off(covariance(z.T))) ** 2 / pairs(z)
    ),
    "the mean over pairs of images, not of latents": lambda z: (
        (off(covariance(z.T)) ** 2).sum() / pairs(z.T)
    ),
    "the sum is over one triangle, the divisor counts both": lambda z: (
        (np.tril(covariance(z), -1) ** 2).sum() / pairs(z)
    ),
}


def merged(n, a, s, m, b, t, *, weight=None, factor=None, outer=None):
    weight = n / (n + m) if weight is None else weight
    factor = n * m / (n + m) ** 2 if factor is None else factor
    apart = (a - b)[:, None] * (a - b)[None, :] if outer is None else outer
    return weight * s + (1 - weight) * t + factor * apart


MERGE_COVARIANCES = {
    "the distance between the means is forgotten": lambda n, a, s, m, b, t: (
        (n * s + m * t) / (n + m)
    ),
    "the term between the groups is subtracted": lambda n, a, s, m, b, t: merged(
        n, a, s, m, b, t, factor=-n * m / (n + m) ** 2
    ),
    "both groups weigh the same": lambda *x: merged(*x, weight=0.5),
    "the weights are swapped": lambda n, a, s, m, b, t: merged(
        n, a, s, m, b, t, weight=m / (n + m)
    ),
    "1/(n-1) instead of 1/n": lambda n, a, s, m, b, t: (
        (n + m) * merged(n, a, s, m, b, t) / (n + m - 1)
    ),
    "the term between the groups is divided by n, not by its square": lambda n, a, s, m, b, t: (
        merged(n, a, s, m, b, t, factor=n * m / (n + m))
    ),
    "the means' difference is squared coordinate by coordinate": lambda n, a, s, m, b, t: merged(
        n, a, s, m, b, t, outer=np.diag((a - b) ** 2)
    ),
    "the term between the groups is one number, added to each element": (
        lambda n, a, s, m, b, t: merged(n, a, s, m, b, t, outer=(a - b).T @ (a - b))
    ),
    "the term between the groups is a row, added to each row": lambda n, a, s, m, b, t: merged(
        n, a, s, m, b, t, outer=(a - b) ** 2
    ),
}


def flat(images):
    return images.reshape(len(images), -1)


def cosine(x, y):
    lengths = np.sqrt((x**2).sum(1) * (y**2).sum(1))
    return np.divide((x * y).sum(1), lengths, out=np.zeros(len(x)), where=lengths > 0)


def both(error, dissimilarity):
    return np.column_stack([error, dissimilarity])


def squares(x, y):
    return ((flat(x) - flat(y)) ** 2).mean(1)


def right_c(x, y):
    return (1 - cosine(flat(x), flat(y))) / 2


def unsafe(x, y):
    x, y = flat(x), flat(y)
    return (1 - (x * y).sum(1) / np.sqrt((x**2).sum(1)) / np.sqrt((y**2).sum(1))) / 2


def centred(images):
    return flat(images) - flat(images).mean(1)[:, None]


COMPOSITE = {
    "the error is summed over pixels, not averaged": lambda x, y: both(
        ((flat(x) - flat(y)) ** 2).sum(1), right_c(x, y)
    ),
    "the root of the error was taken": lambda x, y: both(squares(x, y) ** 0.5, right_c(x, y)),
    "absolute differences instead of squares": lambda x, y: both(
        abs(flat(x) - flat(y)).mean(1), right_c(x, y)
    ),
    "the norm is not squared": lambda x, y: both(
        np.linalg.norm(flat(x - y), axis=1) / x[0].size, right_c(x, y)
    ),
    "the cosine similarity instead of the dissimilarity": lambda x, y: both(
        squares(x, y), (1 + cosine(flat(x), flat(y))) / 2
    ),
    "the factor one half is forgotten": lambda x, y: both(squares(x, y), 2 * right_c(x, y)),
    "a zero image divides by zero": lambda x, y: both(squares(x, y), unsafe(x, y)),
    "a zero reconstruction divides by zero": lambda x, y: both(
        squares(x, y), np.where(flat(x).any(1), unsafe(x, y), 0.5)
    ),
    "z_c, not the cosine, is 0 for a zero image": lambda x, y: both(
        squares(x, y), np.nan_to_num(unsafe(x, y))
    ),
    "the images are centred before the cosine": lambda x, y: both(
        squares(x, y), (1 - cosine(centred(x), centred(y))) / 2
    ),
    "the two features are in the wrong order": lambda x, y: both(right_c(x, y), squares(x, y)),
}
NCE_LOSS = {
    "the sign is flipped: this is the log-likelihood": lambda d, n, nu: (
        logsigmoid(d).mean() + nu * logsigmoid(-n).mean()
    ),
    "the noise term is not weighted by nu": lambda d, n, nu: (
        -(logsigmoid(d).mean() + logsigmoid(-n).mean())
    ),
    "nu weighs the data term": lambda d, n, nu: (
        -(nu * logsigmoid(d).mean() + logsigmoid(-n).mean())
    ),
    "noise is labelled as data": lambda d, n, nu: (
        -(logsigmoid(d).mean() + nu * logsigmoid(n).mean())
    ),
    "probabilities instead of their logarithms": lambda d, n, nu: (
        -(torch.sigmoid(d).mean() + nu * torch.sigmoid(-n).mean())
    ),
    "the logarithm of a sigmoid overflows": lambda d, n, nu: (
        -(torch.log(torch.sigmoid(d)).mean() + nu * torch.log(1 - torch.sigmoid(n)).mean())
    ),
    "right for moderate log-odds, wrong at 800: something was clamped": lambda d, n, nu: (
        -torch.log(torch.sigmoid(d) + 1e-12).mean()
        - nu * torch.log(torch.sigmoid(-n) + 1e-12).mean()
    ),
    "the value is right, and nothing depends on the log-odds any more": lambda d, n, nu: (
        -(logsigmoid(d).mean().item() + nu * logsigmoid(-n).mean().item())
    ),
    "at log-odds of 800 the value is right, the gradient is not": lambda d, n, nu: (
        torch.where(d < -30, -d, torch.log1p(torch.exp(-d))).mean()
        + nu * torch.where(n > 30, n, torch.log1p(torch.exp(n))).mean()
    ),
    "sums instead of means": lambda d, n, nu: -(logsigmoid(d).sum() + nu * logsigmoid(-n).sum()),
}


def widen(z, m, k):
    return k * (z - m) + m


def narrow(z, m, k):
    return (z - m) / k + m


def eq8(on_data, on_noise, nu):
    return logsigmoid(on_data).mean() + nu * logsigmoid(-on_noise).mean()


def tied(z, m, k):
    return widen(narrow(z, m, k).detach(), m, k)


NOISE_OBJECTIVE = {
    "the data term has no gradient in K: the stop-gradient is missing or around too much": (
        lambda t, z, v, m, k, nu: eq8(t(widen(narrow(z, m, k), m, k)), t(widen(v, m, k)), nu)
    ),
    "the noise term has no gradient in K": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, m, k)), t(widen(v, m, k).detach()), nu
    ),
    "nothing depends on K any more": lambda t, z, v, m, k, nu: eq8(
        t(z), t(widen(v, m, k)), nu
    ).item(),
    "the sign is Eq. 12's": lambda t, z, v, m, k, nu: -eq8(t(tied(z, m, k)), t(widen(v, m, k)), nu),
    "the noise term is not weighted by nu": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, m, k)), t(widen(v, m, k)), 1
    ),
    "K was applied to the noise before centring": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, m, k)), t(k * v), nu
    ),
    "the data are widened, but were never narrowed": lambda t, z, v, m, k, nu: eq8(
        t(widen(z.detach(), m, k)), t(widen(v, m, k)), nu
    ),
    "the mean is not added back to the noise": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, m, k)), t(k * (v - m)), nu
    ),
    "the mean is not added back in either term": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, m, k) - m), t(widen(v, m, k) - m), nu
    ),
    "the mean is not used at all": lambda t, z, v, m, k, nu: eq8(
        t(tied(z, 0, k)), t(widen(v, 0, k)), nu
    ),
    "only the noise term: the naive objective": lambda t, z, v, m, k, nu: (
        nu * logsigmoid(-t(widen(v, m, k))).mean()
    ),
}
SCORE = {
    "the score's sign is flipped": lambda t, n, nu: t + n + np.log(nu),
    "nu is forgotten": lambda t, n, nu: -t - n,
    "the logarithm of nu has the wrong sign": lambda t, n, nu: np.log(nu) - t - n,
    "nu itself instead of its logarithm": lambda t, n, nu: -t - nu - n,
    "the noise's density is forgotten": lambda t, n, nu: -t - np.log(nu),
    "the noise's log-density has the wrong sign": lambda t, n, nu: n - t - np.log(nu),
}


def compare(scores, is_anomaly, tie):
    a, b = scores[is_anomaly][:, None], scores[~is_anomaly][None, :]
    return np.where(a == b, tie, a > b).mean()


def precision_curve(scores, is_anomaly):
    total = 0.0
    previous = 0.0
    for threshold in np.unique(scores)[::-1]:
        found = (scores >= threshold) & is_anomaly
        recall = found.sum() / is_anomaly.sum()
        total += (recall - previous) * found.sum() / (scores >= threshold).sum()
        previous = recall
    return total


def curve_without_start(scores, is_anomaly):
    """The trapezoids between the thresholds; the first one, above all scores, is left out."""
    area, last = 0.0, None
    for threshold in np.unique(scores)[::-1]:
        x, y = ((scores >= threshold)[of].mean() for of in (~is_anomaly, is_anomaly))
        area += 0.0 if last is None else (x - last[0]) * (y + last[1]) / 2
        last = x, y
    return area


AUROC = {
    "the direction is flipped": lambda s, a: compare(-s, a, 0.5),
    "a tie counts as a win": lambda s, a: compare(s, a, 1),
    "a tie counts as a loss": lambda s, a: compare(s, a, 0),
    "the average precision, not the AUROC": precision_curve,
    "a ranking that is upside down is turned over": lambda s, a: (
        0.5 + abs(compare(s, a, 0.5) - 0.5)
    ),
    "the curve starts without (0, 0)": curve_without_start,
}

PRECISION = {
    "the base rate is forgotten": lambda t, f, share: 1 / (1 + f / t),
    "the normal images' share is forgotten": lambda t, f, share: 1 / (1 + f / (share * t)),
    "the two shares are swapped": lambda t, f, share: 1 / (1 + share * f / ((1 - share) * t)),
    "the share of all images that are real alarms": lambda t, f, share: t * share,
    "the share of alarms that are false": lambda t, f, share: (
        1 - t * share / (t * share + f - f * share)
    ),
}

PROMISED_RANK = {
    "n scores instead of n + 1": lambda n, c: int(np.ceil(round(n - n * c, 6))),
    "a share, not a rank": lambda n, c: 1 - c,
    "counted from the wrong end": lambda n, c: int(np.ceil(round(c * n + c, 6))),
    "one rank too high": lambda n, c: int(round((n + 1) * (1 - c), 6)) + 1,
}


def other_words(low, high):
    if low > 0:
        return "better"
    return "worse" if high < 0 else "not told apart"


def within(low, high, margin):
    return max(abs(low), abs(high)) <= margin


VERDICT = {
    "whatever holds zero is reproduced": lambda low, high, margin: (
        "reproduced" if low * high <= 0 else other_words(low, high)
    ),
    "zero is asked before the margin": lambda low, high, margin: (
        "reproduced" if low <= 0 <= high and within(low, high, margin) else other_words(low, high)
    ),
    "the middle is compared, not the interval": lambda low, high, margin: (
        "reproduced" if abs(np.mean([low, high])) < margin else other_words(low, high)
    ),
    "it is enough to touch the margin": lambda low, high, margin: (
        "reproduced"
        if min(abs(low), abs(high)) < margin or low < 0 < high
        else other_words(low, high)
    ),
    "better and worse only beyond the margin": lambda low, high, margin: (
        "reproduced"
        if within(low, high, margin)
        else "better"
        if low > margin
        else "worse"
        if high < -margin
        else "not told apart"
    ),
}


def distances(outputs, centre):
    return np.linalg.norm(outputs - centre, axis=1) ** 2


def sad(outputs, centre, labels, eta, *, of=None, weight=None, power=None):
    """Deep SAD's loss by powers of the distance, with a slip in one of its parts."""
    d = distances(outputs, centre) if of is None else of
    power = np.where(labels < 0, -1.0, 1.0) if power is None else power
    weight = np.where(labels == 0, 1.0, eta) if weight is None else weight
    return (weight * d**power).mean()


def two_means(outputs, centre, labels, eta):
    d = distances(outputs, centre)
    free, known = labels == 0, labels != 0
    first = d[free].mean() if free.any() else 0.0
    return first + (eta * (d[known] ** labels[known].astype(float)).mean() if known.any() else 0.0)


SAD_LOSS = {
    "the labels are not used: this is Deep SVDD's loss": lambda o, c, y, eta: sad(o, c, 0 * y, eta),
    "an anomaly's distance is subtracted, not inverted": lambda o, c, y, eta: sad(
        o, c, y, eta, power=1.0, weight=np.choose(y + 1, [-eta, 1.0, eta])
    ),
    "the distance is not squared": lambda o, c, y, eta: sad(
        o, c, y, eta, of=np.linalg.norm(o - c, axis=1)
    ),
    "known normal inputs are pushed away too": lambda o, c, y, eta: sad(
        o, c, y, eta, power=np.where(y == 0, 1.0, -1.0)
    ),
    "inputs without a label are taken for anomalies": lambda o, c, y, eta: sad(
        o, c, np.where(y > 0, 1, -1), eta
    ),
    "an input without a label costs the same wherever it lands": lambda o, c, y, eta: sad(
        o, c, y, eta, power=y.astype(float)
    ),
    "the labels are the wrong way round": lambda o, c, y, eta: sad(o, c, -y, eta),
    "the weight is forgotten": lambda o, c, y, eta: sad(o, c, y, 1.0),
    "the weight counts for inputs without a label": lambda o, c, y, eta: sad(
        o, c, y, eta, weight=np.where(y == 0, eta, 1.0)
    ),
    "the weight counts for anomalies alone": lambda o, c, y, eta: sad(
        o, c, y, eta, weight=np.where(y < 0, eta, 1.0)
    ),
    "labelled and unlabelled inputs are averaged apart": two_means,
    "a sum instead of a mean": lambda o, c, y, eta: len(y) * sad(o, c, y, eta),
    "the mean over coordinates instead of their sum": lambda o, c, y, eta: sad(
        o, c, y, eta, of=((o - c) ** 2).mean(1)
    ),
    "the centre moves with the batch": lambda o, c, y, eta: sad(o, o.mean(0), y, eta),
}


def in_shell(h, low, high, length=None):
    """Return steps of clipped lengths, in their own directions."""
    length = np.linalg.norm(h, axis=1)[:, None] if length is None else length
    return h / length * np.clip(length, low, high)


PROJECT = {
    "each coordinate is brought into the range, not the length": lambda h, r, gamma: (
        np.where(h < 0, -1, np.where(h > 0, 1, 0)) * np.clip(abs(h), r, gamma * r)
    ),
    "all steps are put on the inner sphere": lambda h, r, gamma: in_shell(h, r, r),
    "short steps stay short": lambda h, r, gamma: in_shell(h, 0, gamma * r),
    "long steps stay long": lambda h, r, gamma: in_shell(h, r, np.inf),
    "one length for the whole batch": lambda h, r, gamma: in_shell(
        h, r, gamma * r, np.sqrt((h**2).sum())
    ),
    "the step is not divided by its own length": lambda h, r, gamma: (
        np.linalg.norm(h, axis=1)[:, None] * in_shell(h, r, gamma * r)
    ),
    "γ taken for the outer radius, not for a multiple of r": lambda h, r, gamma: in_shell(
        h, r, gamma
    ),
    "the squared length is compared": lambda h, r, gamma: (
        h
        / np.sqrt((h**2).sum(1, keepdims=True))
        * np.clip((h**2).sum(1, keepdims=True), r, gamma * r)
    ),
}

BANK = {
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
