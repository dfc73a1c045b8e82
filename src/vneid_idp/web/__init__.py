"""Face: the HTML and HTTP plumbing that all faces share.

It owns the look (tokens, base page, macros), the two languages, cookies, the CSRF token, security headers and the one
place where errors become answers. It decides nothing of the domain.
"""
