"""A package, so that what its tests share is let go of before those of other folders run."""
