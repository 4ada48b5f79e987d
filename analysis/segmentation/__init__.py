"""The comparison of periods: measures, resampling, confounders."""
