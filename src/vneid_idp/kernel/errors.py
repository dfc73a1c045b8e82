"""The base of all refusals of the domain."""


class DomainError(Exception):
    """A refusal with a stable code, rendered as `application/problem+json` (RFC 9457) or as a page.

    `title` is a plain sentence for the developer of the caller. Neither text may hold a person's data.
    """

    code = "refused"
    status = 400
    title = "The request was refused."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
