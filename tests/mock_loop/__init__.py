"""The mock account refuses what Loop refuses, and answers as Loop answers."""
