"""Old assertions of lessons that are not rewritten, and the assertion that now stands in place."""

REPLACED = {
    "02-027": "min(margins) == margins[0] > 0",
    "02-081": "max(on_latents) < 0.01",
    "02-092": "0.73 < negative.min() < 0.75",
    "05-044": "np.allclose(-log_density, detector.anomaly_score(split.test))",
    "07-004": "np.array_equal(restored.anomaly_score(split.test), scores)",
    "07-059": "len(own.train) == 200",
    "07-060": "own.is_anomaly.sum() == 120",
    "09-041": "low < 0 < high",
    "10-036": (
        "fits == {('Abalone', \"DROCC's split\"), ('Thyroid', \"GOAD's split\"), "
        "('Thyroid', \"DAGMM's split\")}"
    ),
    "10-049": "(clear, clear_area) == (1, 2)",
    "10-074": "-6 < low < 0 < high < 3",
    "10-077": "[verdicts[row] for row in ('Precision', 'Recall', 'F1')] == ['not told apart'] * 3",
    "11-005": "sides == {'above': 24, 'holds zero': 15, 'below': 1}",
    "11-006": "sides == {'above': 24, 'holds zero': 15, 'below': 1}",
    "11-010": "verdicts == {'better': 18, 'reproduced': 9, 'not told apart': 12, 'worse': 1}",
    "11-011": "rounded == {'above': 22, 'holds zero': 17, 'below': 1}",
    "11-012": "averages_of_mnist['Error'].verdict == 'reproduced'",
    "11-014": "averages_of_mnist['Error'].verdict == 'reproduced'",
    "11-030": "[len(over_seeds[protocol, 'CANCE'].values) for protocol in protocols] == [5, 5, 3]",
    "11-032": "max((found.deviation or 0 for found in over_seeds.values())) < 1",
    "11-050": "round(raw_alike['CANCE'], 2) == 0.86",
    "11-054": "round(short.mean(), 1) == 1.7",
    "11-055": (
        "{len(c.ours.values) for c in results.cells('table1', 'CIFAR-10', raw) if c.paper} "
        "== {2, 3}"
    ),
    "11-075": "round(of_table2[ten, 'CANCE'], 1) == 98.2",
    "11-076": "round(of_table2[ten, 'LatNCE'], 1) == 95.0",
    "11-083": "[verdict_of[p, 'CANCE'][0] for p in (six, ten)] == ['reproduced', 'better']",
    "11-084": "[verdict_of[p, 'CANCE'][0] for p in (six, ten)] == ['reproduced', 'better']",
    "11-107": "verdicts_after == {'better': 19, 'reproduced': 9, 'not told apart': 12}",
    "11-118": "{'table5', 'table6'} <= {name for name, _ in waiting}",
}
