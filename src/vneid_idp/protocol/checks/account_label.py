"""`account_label`: how the service calls the account that is to be linked. An extension of this provider's."""

import unicodedata

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import links_account
from vneid_idp.protocol.errors import InvalidRequest

LONGEST_LABEL = 64
_MOST_MARKS = 3
"""How many combining marks a letter may carry: more than any script needs would paint over what stands around it."""


def check_account_label(draft: RequestDraft) -> None:
    """Gives the label in normal form; none where the request links no account.

    It stands on a page of ours in somebody else's words, so it is one line of visible characters: nothing that breaks
    the line, hides, or turns the direction of what follows.
    """
    text = draft.params.get("account_label")
    if text is None or not links_account(draft.scope):
        draft.account_label = None
        return
    label = unicodedata.normalize("NFC", text)
    if len(label) > LONGEST_LABEL or not label.isprintable() or label != label.strip() or _is_piled(label):
        raise InvalidRequest(f"account_label must be one line of at most {LONGEST_LABEL} printable characters.")
    draft.account_label = label


def _is_piled(label: str) -> bool:
    marks = "".join(unicodedata.category(letter)[0] for letter in label)
    return "M" * (_MOST_MARKS + 1) in marks
