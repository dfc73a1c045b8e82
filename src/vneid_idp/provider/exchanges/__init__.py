"""One module a grant type: check, change the grant in one statement, answer with tokens."""
