"""What a person allowed whom, with the proof of it, and every grant that was opened under it.

A token lives only while its grant and the consent above it do; so withdrawal, replay and log-out are each one `UPDATE`.
Routes: none. OpenID Connect Core §3.1.2.4, RFC 6749 §1.5, Law 91/2025 on personal data Article 9.
"""
