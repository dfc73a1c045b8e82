"""A browser of the simplest kind: keeps cookies and follows redirects. It sets the stage and is never measured."""

from urllib.parse import urljoin, urlsplit

from bench.http import Connection, Response


class Browser:
    """One person's browser, on one provider."""

    def __init__(self, connection: Connection, issuer: str) -> None:
        self._connection = connection
        self._issuer = issuer
        self._cookies: dict[tuple[str, str], str] = {}

    async def get_until(self, address: str, target: str) -> str:
        """Follow redirects from `address` until one leads to `target`, which is returned and not fetched.

        Raises `AssertionError` with what arrived instead.
        """
        for _ in range(10):
            response = await self.fetch("GET", address)
            location = response.headers.get(b"location", b"").decode()
            assert 300 <= response.status < 400, f"{address}: {response.status} {response.body[:500]!r}"
            address = urljoin(address, location)
            if address.startswith(target):
                return address
        raise AssertionError(f"no end of redirects at {address}")

    async def fetch(self, method: str, address: str, form: bytes = b"") -> Response:
        """One request with the cookies that belong to it; keeps those of the answer."""
        parts = urlsplit(urljoin(self._issuer, address))
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: text/html\r\n"
        if cookie := self.cookie_header(parts.path):
            head += f"Cookie: {cookie}\r\n"
        if method == "POST":
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
        response = await self._connection.send(head.encode() + b"\r\n" + form)
        for line in response.cookies:
            self._keep(line.decode(), parts.path)
        return response

    def cookie_header(self, path: str) -> str:
        """The cookies that go with a request to `path` (RFC 6265 §5.4)."""
        return "; ".join(
            f"{name}={value}"
            for (name, root), value in self._cookies.items()
            if path == root or path.startswith(root.rstrip("/") + "/")
        )

    def _keep(self, line: str, request_path: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        options = {key.lower(): text for key, _, text in (attribute.partition("=") for attribute in attributes)}
        key = (name, options.get("path") or request_path.rpartition("/")[0] or "/")
        if not value or options.get("max-age") == "0" or "1970" in options.get("expires", ""):
            self._cookies.pop(key, None)
        else:
            self._cookies[key] = value
