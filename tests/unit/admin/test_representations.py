"""What the published shapes of `admin/v1` say of clients."""

import re

from vneid_idp.admin.representations import ClientChange
from vneid_idp.protocol.members import OPERATOR_MEMBERS, WRITTEN_MEMBERS


def test_a_change_names_every_member_that_stands_when_it_is_left_out() -> None:
    assert set(re.findall(r"`(\w+)`", ClientChange.__doc__ or "")) == OPERATOR_MEMBERS.keys() - {*WRITTEN_MEMBERS}
