"""What a person allowed whom, with the proof of it. What was opened under it stands in `grants`.

Routes: none. OpenID Connect Core §3.1.2.4, Law 91/2025 on personal data Article 9.
"""
