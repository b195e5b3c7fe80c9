"""Settings that every test shares."""

from hypothesis import settings

# The same examples on every run and every machine: a test that fails for one fails for all.
settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")
