"""What the seeded account holds and how it came about, one module an area."""
