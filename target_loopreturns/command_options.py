"""What the command line of the target has beside what every plugin has."""

from __future__ import annotations

import click


def own() -> list[click.Option]:
    """Its options."""
    return [
        click.Option(
            ["--input", "file_input"],
            type=click.File("rb"),
            help="A path to read messages from instead of from standard in.",
        ),
        click.Option(
            ["--plan", "plan_path"],
            type=click.Path(dir_okay=False),
            help="Save the plan in this file, and do nothing.",
        ),
        click.Option(
            ["--approve", "digest"],
            help="Do exactly the plan in the file of --plan, whose digest this is.",
        ),
        click.Option(
            ["--dry-run", "dry_run"],
            is_flag=True,
            help="Only show what would be done, also where 'apply' is true.",
        ),
        click.Option(
            ["--outcomes", "outcomes_file"],
            type=click.Path(dir_okay=False),
            help="A file for the outcomes, instead of the setting's.",
        ),
    ]
