"""One module a grant type: from a token request to what it comes to. Values in, a decision out."""
