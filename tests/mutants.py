"""Slips planted one at a time in a copy of the library, and the test that must notice each.

One line a slip: module, the source as it is (it must occur exactly once), the slip, the test.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    module: str
    fragment: str
    replacement: str
    test: str


# fmt: off
MUTANTS = [
    # The mode's exponent: -1/2 gives the median.
    Mutant("lognormal", "+ 1) ** -1.5", "+ 1) ** -0.5", "test_lognormal.py::test_mode_is_where_the_density_is_largest"),
    # sigma is the standard deviation of ln z, not its variance.
    Mutant("lognormal", "np.sqrt(variance_of_log)", "variance_of_log", "test_lognormal.py::test_sigma_is_the_standard_deviation_of_the_logarithm_not_its_variance"),
    Mutant("lognormal", "scale) - log_normaliser", "scale) + log_normaliser", "test_lognormal.py::test_truncated_normal_has_mass_one"),
    Mutant("lognormal", "np.sqrt(2))) / 2)", "np.sqrt(2))))", "test_lognormal.py::test_truncated_normal_has_mass_one"),
    Mutant("lognormal", "return np.multiply(standard_deviation, noise_scale)", "return np.multiply(standard_deviation, np.ones_like(noise_scale))", "test_lognormal.py::test_k_aware_augmentation_keeps_the_proposition_for_every_k"),
    Mutant("lognormal", "scale = np.multiply(noise_scale, standard_deviation)", "scale = standard_deviation", "test_lognormal.py::test_densities_agree_with_scipy"),
    Mutant("lognormal", "np.log1p(-artificial_share)", "np.log(artificial_share)", "test_lognormal.py::test_margin_agrees_with_scipy_densities"),
    Mutant("lognormal", "margin < -1e-12", "margin < -1e-1", "test_lognormal.py::test_spread_that_each_k_needs"),
    # A mutant of a sum over batches must fail by its value, not by a division by zero.
    Mutant("moments", "/ len(batch)\n", "/ max(len(batch) - 1, 1)\n", "test_moments.py::test_any_batching_gives_the_moments_of_all_points"),
    Mutant("moments", "+ n_t * n_b / n**2 * between", "- n_t * n_b / n**2 * between", "test_moments.py::test_merging_two_groups_keeps_the_arguments_kind"),
    Mutant("moments", "n_b / n**2 *", "n_b / n *", "test_moments.py::test_merging_two_groups_keeps_the_arguments_kind"),
    Mutant("moments", "n_t / n * covariance_t + n_b / n * covariance_b", "n_b / n * covariance_t + n_t / n * covariance_b", "test_moments.py::test_merging_two_groups_keeps_the_arguments_kind"),
    Mutant("moments", "(n_t * mean_t + n_b * mean_b)", "(n_b * mean_t + n_t * mean_b)", "test_moments.py::test_merging_two_groups_keeps_the_arguments_kind"),
]
# fmt: on
