"""How much of the program could be wrong without a test that notices: `make mutants`."""
