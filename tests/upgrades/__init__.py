"""What a user of the last release may rely on, and whether this one keeps it.

`released/` holds what the last release promised (`surface.json`) and files that it wrote. They are
made by `python -m tests.upgrades --write` when a release is made, with the code of that release.
"""
