"""A matcher to develop against: `face-matcher/v1` on invented faces, as a real one would offer it.

`vneid-idp --sandbox face-matcher serve` runs it beside the sandbox; the same contract test asks it and the matcher
directly.
"""
