"""Quán Nước: an invented social network, the foreign side of the sandbox and the example of the integration guide.

It knows the provider only by its published contracts (OpenID Connect Discovery, `bindings/v1`) and imports nothing
else of this project: copy the folder and it still runs.
"""

from .app import create_app
from .config import Config, read_config

__all__ = ["Config", "create_app", "read_config"]
