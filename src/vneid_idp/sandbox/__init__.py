"""A make-believe country to try the provider in: people, a demo social network, everything on this machine."""
