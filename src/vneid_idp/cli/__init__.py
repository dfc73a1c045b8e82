"""The operator's commands: each reads the settings, opens what it needs, calls one service and prints the outcome."""

from vneid_idp.cli.commands import main as main
