"""The seeded account looks as the accounts look that people have seen."""
