"""What can be said of the dbt package and the report without a database."""
