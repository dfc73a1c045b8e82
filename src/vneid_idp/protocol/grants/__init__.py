"""One module a grant type: what a redemption must satisfy. Values in, a decision out."""
