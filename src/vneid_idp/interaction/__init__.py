"""A request that waits for a person: sign-in, step-up, choice of a child, the consent screen.

Pages record facts (a session, a consent, a refusal) and lead back to `/authorize/{interaction}`; what comes next is
decided there, anew each time. An interaction belongs to one browser, expires, and ends once.

Routes: `/signin` and `/signin/{interaction}` with `/second` and `/passkey` below, `/level/{interaction}`,
`/child/{interaction}`, `/consent/{interaction}`, `/guardian/{interaction}`.
"""
