"""The identity app on a phone, at `/phone`: a browser that its holder enrolled answers requests that begin elsewhere.

Nothing is typed here that somebody could be talked out of: what is answered is proved by the phone's passkey, which its
lock opens (OpenID CIBA Core §3, *authentication device*).
"""
