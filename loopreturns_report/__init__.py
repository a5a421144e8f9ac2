"""One HTML file that tells a shop what came back, from the marts of the dbt package loop_returns.

The way through the files: `warehouse` reads the marts, `questions` asks them, `figures` puts the
answers together for each shop, currency and period, `charts` says how they are drawn, `page` writes
the file, `cli` is the command.
"""
