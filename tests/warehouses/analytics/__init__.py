"""The dbt package on tables that were really loaded, and its figures recomputed from the account.

The way through the files: `account` is what is loaded, `loaded` and `bulk` bring it into a
warehouse, `building` has dbt build the models, `expected` and `summed` say what each mart must hold
(from the account's side, in Python), `truth` tells the difference, `prove` does all of that.
``python -m tests.warehouses.analytics`` does it at any size.
"""
