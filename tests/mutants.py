"""Slips planted one at a time in a copy of the library, and the test that must notice each.

One entry a slip: module, the source as it is (it must occur exactly once), the slip, the test.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    module: str
    fragment: str
    replacement: str
    test: str


MUTANTS = [
    # The mode's exponent: -1/2 gives the median.
    Mutant(
        "method/lognormal",
        "+ 1) ** -1.5",
        "+ 1) ** -0.5",
        "method/test_lognormal.py::test_mode_is_where_the_density_is_largest",
    ),
    # sigma is the standard deviation of ln z, not its variance.
    Mutant(
        "method/lognormal",
        "np.sqrt(variance_of_log)",
        "variance_of_log",
        "method/test_lognormal.py::test_sigma_is_the_standard_deviation_of_the_logarithm_not_its_variance",
    ),
    Mutant(
        "method/lognormal",
        "scale) - log_normaliser",
        "scale) + log_normaliser",
        "method/test_lognormal.py::test_truncated_normal_has_mass_one",
    ),
    Mutant(
        "method/lognormal",
        "np.sqrt(2))) / 2)",
        "np.sqrt(2))))",
        "method/test_lognormal.py::test_truncated_normal_has_mass_one",
    ),
    Mutant(
        "method/augmentation",
        "return np.multiply(standard_deviation, noise_scale)",
        "return np.multiply(standard_deviation, np.ones_like(noise_scale))",
        "method/test_lognormal.py::test_k_aware_augmentation_keeps_the_proposition_for_every_k",
    ),
    Mutant(
        "method/proposition",
        "scale = np.multiply(noise_scale, standard_deviation)",
        "scale = standard_deviation",
        "method/test_lognormal.py::test_densities_agree_with_scipy",
    ),
    Mutant(
        "method/proposition",
        "np.log1p(-artificial_share)",
        "np.log(artificial_share)",
        "method/test_lognormal.py::test_margin_agrees_with_scipy_densities",
    ),
    Mutant(
        "method/proposition",
        "margin >= -1e-12",
        "margin >= -1e-1",
        "method/test_lognormal.py::test_spread_that_each_k_needs",
    ),
    # A mutant of a sum over batches must fail by its value, not by a division by zero.
    Mutant(
        "method/moments",
        "/ len(batch)\n",
        "/ max(len(batch) - 1, 1)\n",
        "method/test_moments.py::test_any_batching_gives_the_moments_of_all_points",
    ),
    Mutant(
        "method/moments",
        "+ n_t * n_b / n**2 * between",
        "- n_t * n_b / n**2 * between",
        "method/test_moments.py::test_merging_two_groups_keeps_the_arguments_kind",
    ),
    Mutant(
        "method/moments",
        "n_b / n**2 *",
        "n_b / n *",
        "method/test_moments.py::test_merging_two_groups_keeps_the_arguments_kind",
    ),
    Mutant(
        "method/moments",
        "n_t / n * covariance_t + n_b / n * covariance_b",
        "n_b / n * covariance_t + n_t / n * covariance_b",
        "method/test_moments.py::test_merging_two_groups_keeps_the_arguments_kind",
    ),
    Mutant(
        "method/moments",
        "(n_t * mean_t + n_b * mean_b)",
        "(n_b * mean_t + n_t * mean_b)",
        "method/test_moments.py::test_merging_two_groups_keeps_the_arguments_kind",
    ),
    Mutant(
        "method/autoencoder",
        ".flatten(1).sum(1).mean()",
        ".flatten(1).mean(1).mean()",
        "method/test_autoencoder.py::test_reconstruction_loss_sums_over_pixels_and_averages_over_images",
    ),
    Mutant(
        "method/autoencoder",
        "off = covariance - torch.diag(covariance.diag())",
        "off = covariance",
        "method/test_autoencoder.py::test_covariance_loss_is_the_mean_squared_off_diagonal_element",
    ),
    Mutant(
        "method/autoencoder",
        "centred.T @ centred / len(latent)",
        "centred.T @ centred / (len(latent) - 1)",
        "method/test_autoencoder.py::test_covariance_loss_is_the_mean_squared_off_diagonal_element",
    ),
    Mutant(
        "method/autoencoder",
        "max(d * (d - 1), 1)",
        "d**2",
        "method/test_autoencoder.py::test_covariance_loss_is_the_mean_squared_off_diagonal_element",
    ),
    Mutant(
        "training/autoencoder",
        "model.encoder.eval()",
        "model.encoder.train()",
        "method/test_autoencoder.py::test_second_stage_leaves_encoder_and_its_statistics_alone",
    ),
    Mutant(
        "method/composite",
        "0.5 * (1 - cosine",
        "1.0 * (1 - cosine",
        "method/test_composite.py::test_features_against_loops_in_numpy_and_torch",
    ),
    # Zero images taken to be alike. (Without the guard: a warning, which is no assertion.)
    Mutant(
        "method/composite",
        "(x * y).sum(-1) / (lengths",
        "((x * y).sum(-1) + (lengths == 0)) / (lengths",
        "method/test_composite.py::test_zero_images_have_dissimilarity_one_half_and_opposite_ones_one",
    ),
    Mutant(
        "method/noise",
        "return 1 + softplus(psi)",
        "return softplus(psi)",
        "method/test_noise.py::test_psi_zero_is_not_k_one",
    ),
    Mutant(
        "method/noise",
        "self.cholesky.diag() * scale",
        "self.cholesky.diag()",
        "method/test_noise.py::test_log_prob_is_torchs_multivariate_normal_with_k_sigma_k",
    ),
    Mutant(
        "method/noise",
        "return scale * (z - mean) + mean",
        "return scale * z",
        "method/test_noise.py::test_widened_draws_have_the_widened_covariance",
    ),
    Mutant(
        "method/augmentation",
        "half, generator",
        "half, generator).flip(1",
        "method/test_augmentation.py::test_half_is_real_and_half_has_truncated_normal_features",
    ),
    Mutant(
        "method/augmentation",
        "augmented[half:, -2:]",
        "augmented[:half, -2:]",
        "method/test_augmentation.py::test_half_is_real_and_half_has_truncated_normal_features",
    ),
    Mutant(
        "method/nce",
        "- noise_ratio * logsigmoid(-on_noise)",
        "- logsigmoid(-on_noise)",
        "method/test_nce.py::test_loss_is_the_negative_log_likelihood_of_the_labels",
    ),
    Mutant(
        "method/nce",
        "return -(log_ratio + math.log(noise_ratio) + noise_log_prob)",
        "return -(log_ratio + noise_log_prob)",
        "method/test_nce.py::test_with_the_optimal_network_the_score_is_the_negative_log_density",
    ),
    Mutant(
        "method/nce",
        "return -(log_ratio + math",
        "return (log_ratio + math",
        "method/test_nce.py::test_with_the_optimal_network_the_score_is_the_negative_log_density",
    ),
    Mutant(
        "method/nce",
        "widen(narrow(z, mean, scale).detach(), mean, scale)",
        "widen(narrow(z, mean, scale), mean, scale)",
        "method/test_nce.py::test_gradient_of_the_objectives_in_k_against_quadrature",
    ),
    Mutant(
        "method/nce",
        "return -noise_objective_eq8(",
        "return noise_objective_eq8(",
        "method/test_nce.py::test_gradient_of_the_objectives_in_k_against_quadrature",
    ),
    Mutant(
        "method/nce",
        "return -nce_loss(on_data",
        "return nce_loss(on_data",
        "method/test_nce.py::test_gradient_of_the_objectives_in_k_against_quadrature",
    ),
    Mutant(
        "training/contrast",
        "weight_decay=0.0",
        "weight_decay=0.5",
        "method/test_nce.py::test_psi_is_not_pulled_by_weight_decay",
    ),
    Mutant(
        "training/autoencoder",
        "decoder_alone, model.decoder.parameters(), epochs[1]",
        "both, model.parameters(), epochs[1]",
        "method/test_autoencoder.py::test_second_stage_leaves_encoder_and_its_statistics_alone",
    ),
    Mutant(
        "method/autoencoder",
        "nn.BatchNorm1d(latent_dim, affine=False)",
        "nn.BatchNorm1d(latent_dim)",
        "method/test_autoencoder.py::test_latents_are_standardised_without_learned_scale",
    ),
    # Both halves artificial.
    Mutant(
        "method/augmentation",
        "[half:, -2:] = sample_truncated_normal(\n            self.mode, torch.as_tensor(width).to(self.mode), half,",
        "[:, -2:] = sample_truncated_normal(\n            self.mode, torch.as_tensor(width).to(self.mode), 2 * half,",
        "method/test_augmentation.py::test_half_is_real_and_half_has_truncated_normal_features",
    ),
    # One u for both features: they would not be independent.
    Mutant(
        "method/augmentation",
        "torch.rand(n, len(mode), dtype",
        "torch.rand(n, 1, dtype",
        "method/test_augmentation.py::test_half_is_real_and_half_has_truncated_normal_features",
    ),
    Mutant(
        "method/nce",
        "return noise_ratio * logsigmoid(",
        "return logsigmoid(",
        "method/test_nce.py::test_values_of_the_objectives_against_the_printed_formulas",
    ),
    Mutant(
        "method/nce",
        "return noise_ratio * on_noise",
        "return on_noise",
        "method/test_nce.py::test_mass_of_a_known_density_is_one",
    ),
    Mutant(
        "training/contrast",
        "if not self.learns or step > self.contrast.rest:",
        "if not self.learns:",
        "method/test_nce.py::test_k_rests_in_the_last_fifth_while_the_network_goes_on",
    ),
    Mutant(
        "training/contrast",
        "self.weights[min(resting",
        "self.weights[max(resting",
        "method/test_nce.py::test_network_of_least_held_out_loss_is_taken_but_only_from_where_k_rests",
    ),
    # T trained against noise that was not widened.
    Mutant(
        "training/contrast",
        "torch.cat([z, widen(v, noise.mean, moving.scale)])",
        "torch.cat([z, v])",
        "method/test_nce.py::test_a_known_density_is_learned",
    ),
    # The experiments.
    Mutant(
        "experiments/statistics",
        "is_anomaly[tied].mean()",
        "is_anomaly[tied][0]",
        "experiments/test_statistics.py::test_of_equal_scores_every_order_counts_the_same",
    ),
    Mutant(
        "experiments/statistics",
        "precision * count / is_anomaly.sum()",
        "precision * count / len(is_anomaly)",
        "experiments/test_statistics.py::test_a_share_is_scikit_learns_too",
    ),
    Mutant(
        "experiments/statistics",
        "~is_anomaly | (group == kind)",
        "~is_anomaly | (group != kind)",
        "experiments/test_statistics.py::test_kinds_are_measured_each_against_all_normal_inputs",
    ),
    Mutant(
        "experiments/cell",
        "(n - 1, paper.freedom or runs - 1)",
        "(n, paper.freedom or runs)",
        "experiments/test_comparison.py::test_the_interval_is_welchs_and_wider_by_the_rounding",
    ),
    Mutant(
        "experiments/cell",
        "high + paper.rounding",
        "high",
        "experiments/test_comparison.py::test_the_interval_is_welchs_and_wider_by_the_rounding",
    ),
    Mutant(
        "experiments/statistics",
        "doubled[kept > 0].sum() :",
        "doubled[kept < 0].sum() :",
        "experiments/test_statistics.py::test_the_p_value_is_that_of_all_signs_counted",
    ),
    Mutant(
        "experiments/statistics",
        "d.std(ddof=1)",
        "d.std()",
        "experiments/test_statistics.py::test_the_interval_is_students",
    ),
    Mutant(
        "experiments/results",
        'if not line.endswith(b"\\n"):',
        "if not line:",
        "experiments/test_results.py::test_a_line_cut_anywhere_is_found_and_taken_out",
    ),
    Mutant(
        "experiments/results",
        'record.pop("sha256", None) != _checksum(record)',
        'record.pop("sha256", None) is None',
        "experiments/test_results.py::test_a_changed_byte_anywhere_is_found",
    ),
    Mutant(
        "experiments/sweep",
        "if not all(key_of(",
        "if not any(key_of(",
        "experiments/test_sweep.py::test_a_sweep_runs_only_what_is_missing",
    ),
    Mutant(
        "datasets/split",
        "np.ascontiguousarray(array).data",
        "array[:1].tobytes()",
        "experiments/test_run.py::test_the_checksum_is_of_the_data_however_they_lie_in_memory",
    ),
    # The other detectors' objectives, and what their training may leave out unnoticed.
    Mutant(
        "detectors/vae",
        "- 1 - log_variance).sum(1) / 2",
        "- 1 - log_variance).sum(1)",
        "detectors/test_vae.py::test_the_toll_for_a_code_is_torchs_divergence",
    ),
    Mutant(
        "detectors/pixelcnn",
        "(n + 1, 0))[..., :-1] if self.first",
        "(n, 0)) if self.first",
        "detectors/test_pixelcnn.py::test_a_changed_pixel_leaves_its_own_and_earlier_logits_alone",
    ),
    Mutant(
        "detectors/lsa",
        "error + surprise_weight",
        "error - surprise_weight",
        "detectors/test_lsa.py::test_the_objective_by_hand",
    ),
    Mutant(
        "detectors/lsa",
        "order[held_out:]",
        "order",
        "detectors/test_lsa.py::test_the_extremes_are_of_rows_that_were_not_trained_on",
    ),
    Mutant(
        "detectors/dagmm",
        "weights[1] * penalty",
        "weights[1] / penalty",
        "detectors/test_dagmm.py::test_the_loss_against_a_loop",
    ),
    Mutant(
        "detectors/dagmm",
        "membership(z, kept)",
        "membership(z)",
        "detectors/test_dagmm.py::test_dropout_drops_half_of_the_units_in_training_alone",
    ),
    Mutant(
        "detectors/deep_svdd",
        "if self.pretraining_epochs:",
        "if not self.pretraining_epochs:",
        "detectors/test_deep_svdd.py::test_pretraining_is_an_autoencoders_and_comes_first",
    ),
    Mutant(
        "detectors/deep_sad",
        "labels < 0, 1 / (distance + 1e-6)",
        "labels < 0, -distance",
        "detectors/test_deep_svdd.py::test_deep_sads_loss_against_a_loop",
    ),
    Mutant(
        "detectors/drocc",
        "            self.network_.eval()\n            steps",
        "            steps",
        "detectors/test_drocc.py::test_the_search_leaves_batch_norms_statistics_alone",
    ),
    Mutant(
        "detectors/goad_loss",
        ".repeat(len(guesses))",
        ".repeat_interleave(len(guesses))",
        "detectors/test_goad.py::test_the_objective_is_scikit_learns_log_loss_and_the_weighted_triplets",
    ),
    Mutant(
        "detectors/goad",
        "        self._descend(source, loss, generator, self.network_.parameters())\n",
        "",
        "detectors/test_goad.py::test_a_trained_network_names_the_maps",
    ),
]
