"""An OpenID provider for level-2 electronic identities in Viet Nam, with a sandbox; README.md has the map."""
