"""The matcher of faces as a server over HTTP: its contract (`openapi/face-matcher-v1.json`), and the client of it.

Requests and answers are signed (`signed_http`). Behind the port of `faces`; routes: none.
A matcher that cannot be asked is `MatcherUnavailable`: 503 where a face is to be compared, while all else goes on.
"""
