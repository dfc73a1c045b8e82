"""Requests that begin on one device and are answered on another: their clients poll for the answer.

Opened by the device grant (RFC 8628) and by CIBA, answered through the same pages as every authorization request, or in
the app. Owns the tables `polled_requests` and `disowned_clients`.
"""
