"""Old assertions of lessons that are not rewritten, and the assertion that now stands in place."""

REPLACED = {
    "02-027": "min(margins) == margins[0] > 0",
    "02-081": "max(on_latents) < 0.01",
    "02-092": "0.73 < negative.min() < 0.75",
    "05-044": "np.allclose(-log_density, detector.anomaly_score(split.test))",
    "07-004": "np.array_equal(restored.anomaly_score(split.test), scores)",
    "07-059": "len(own.train) == 200",
    "07-060": "own.is_anomaly.sum() == 120",
}
