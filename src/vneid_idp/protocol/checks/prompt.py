"""`prompt` (OpenID Connect Core §3.1.2.1)."""

from vneid_idp.protocol.authorization import PROMPTS
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.errors import InvalidRequest

_NO_PROMPT: frozenset[str] = frozenset()


def check_prompt(draft: RequestDraft) -> None:
    """Gives the prompts that we know; `none` stands alone."""
    text = draft.params.get("prompt")
    if text is None:
        draft.prompt = _NO_PROMPT
        return
    asked = text.split()
    if "none" in asked and len(asked) > 1:
        raise InvalidRequest("prompt 'none' cannot be combined with another value.")
    draft.prompt = frozenset(asked).intersection(PROMPTS)
