"""What holds for all tests: Hypothesis draws the same examples each time, and gives each the time that it takes."""

from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
