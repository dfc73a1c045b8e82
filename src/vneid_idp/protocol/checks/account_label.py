"""`account_label`: how the service calls the account that is to be linked. An extension of this provider's."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import links_account
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.visible_line import visible_line

_LONGEST = 64


def check_account_label(draft: RequestDraft) -> None:
    """Gives the label in normal form; none where the request links no account.

    It stands on a page of ours in somebody else's words.
    """
    text = draft.params.get("account_label")
    if text is None or not links_account(draft.scope):
        draft.account_label = None
        return
    draft.account_label = visible_line(text, _LONGEST)
    if draft.account_label is None:
        raise InvalidRequest(
            f"account_label must be one line of at most {_LONGEST} visible characters, a letter or digit among them."
        )
