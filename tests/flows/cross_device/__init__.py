"""Requests that begin on one device and are answered on another."""
