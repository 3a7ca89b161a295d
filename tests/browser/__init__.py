"""A package, so that its one browser is closed before the tests of other folders run."""
