"""Rich authorization requests (RFC 9396): the types of `authorization_details`, a file each, and what holds for all."""
