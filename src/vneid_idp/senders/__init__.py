"""Senders: how each channel of `delivery` leaves this provider. A file a channel."""
