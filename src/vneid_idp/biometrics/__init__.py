"""How well a matcher tells faces apart: judged by its scores, and which judgements are on file for whom.

`evaluate`, `intervals`, `scores` and `det_plot` need the extra `biometrics`, and are for somebody's desk; what a server
asks (`service`) needs none of it.
"""
