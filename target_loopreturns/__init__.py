"""A Singer target that acts on returns in Loop: the writing side of this distribution."""
