"""The developer's guide, `/guide`: a page a mechanism, each with a script that runs as it stands.

What the pages show is cut out of the scripts of `examples/guide`, and a test holds the answers against those of a
running sandbox.
"""
