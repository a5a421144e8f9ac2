"""Many shops in one run: side by side, with one STATE, each failing for itself."""
