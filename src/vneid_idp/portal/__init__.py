"""Face: a person's own pages. Who used my identity, what they have, and how to take it back.

Routes: `/me`, `/me/services`, `/me/accounts`, `/me/children`, `/me/history`, `/me/security`, `/signout`. It
deliberately decides nothing: consents, bindings, passkeys and sessions change in their own packages.
"""
