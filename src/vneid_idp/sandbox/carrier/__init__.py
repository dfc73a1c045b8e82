"""Sóng: an invented mobile carrier, the example of how a carrier registers subscribers by the rules of FAPI 2.0.

It knows the provider only by its published contracts (discovery, `numbers/v1`, `matches/v1`, the sandbox's camera) and
imports nothing else of this project: copy the folder and it still runs.
"""

from .app import create_app
from .config import Config, read_config

__all__ = ["Config", "create_app", "read_config"]
