"""Statements on polled requests. Rows may be lost with the power: the client simply starts again."""

from sqlalchemy import BigInteger, Text, and_, bindparam, case, delete, literal_column, or_, select, update

from vneid_idp.cross_device.rules import FETCHED_WITHIN, JITTER, SLOWER, OnRecord, Outcome
from vneid_idp.cross_device.tables import disowned_clients, polled_requests
from vneid_idp.protocol.polled import PolledKind
from vneid_idp.storage.statement import Statement, insert

_c = polled_requests.c
_open = (_c.answered_at.is_(None), _c.expires_at > bindparam("now", type_=BigInteger))
_this = _c.request_id == bindparam("of", type_=Text)
_by_code = _c.kind == literal_column(f"'{PolledKind.DEVICE}'")
_asked = _c.person_id == bindparam("person", type_=Text)
# Whoever has the code, or who was asked and nobody else: one that waits for nobody is answered by nobody.
_theirs = or_(_by_code, _asked)

ADD = Statement(insert(polled_requests))

# One statement for the common poll, whose answer is "not yet". What is answered has no pace any more.
_too_soon = and_(
    _c.answered_at.is_(None), _c.polls_from > bindparam("now", type_=BigInteger) + literal_column(str(JITTER))
)
# Who was told that the time is over gives up: an answer that is on its way finds it ended.
_over = and_(_c.answered_at.is_(None), _c.expires_at <= bindparam("now", type_=BigInteger))
_paced = _c.interval + case((_too_soon, literal_column(str(SLOWER))), else_=literal_column("0"))
POLL = Statement(
    update(polled_requests)
    .where(
        _c.handle == bindparam("of", type_=Text),
        _c.client_id == bindparam("of_client", type_=Text),
        _c.kind == bindparam("of_kind", type_=Text),
    )
    .values(
        interval=_paced,
        polls_from=bindparam("now", type_=BigInteger) + _paced,
        slowed_at=case((_too_soon, bindparam("now", type_=BigInteger)), else_=_c.slowed_at),
        answered_at=case((_over, bindparam("now", type_=BigInteger)), else_=_c.answered_at),
        outcome=case((_over, literal_column(f"'{Outcome.EXPIRED}'")), else_=_c.outcome),
    )
    .returning(_c.expires_at, _c.answered_at, _c.slowed_at, _c.outcome, _c.grant_id, _c.authorisation)
)

FIND = Statement(select(polled_requests).where(_this))
FIND_OPEN = Statement(select(polled_requests).where(_this, *_open))
# Held until the unit ends: whoever answers or cancels it meanwhile waits.
HOLD = Statement(select(_c.picked_at, _c.phone_id).where(_this, *_open, _theirs).with_for_update(read=True))
FIND_BY_CODE = Statement(select(polled_requests).where(_c.user_code == bindparam("code", type_=Text), *_open))
FIND_BY_HANDLE = Statement(select(polled_requests).where(_c.handle == bindparam("handle", type_=Text), *_open))
WAITING_FOR = Statement(select(polled_requests).where(_asked, *_open).order_by(_c.opened_at, _c.request_id))
# On one phone, which goes on with it: another one of the same person finds it taken.
_phone = bindparam("phone", type_=Text)
TAKE = Statement(
    update(polled_requests)
    .where(
        _this,
        *_open,
        _asked,
        or_(_c.number.is_(None), _c.number == bindparam("picked", type_=Text)),
        or_(_c.picked_at.is_(None), _c.phone_id.is_not_distinct_from(_phone)),
    )
    .values(picked_at=bindparam("now", type_=BigInteger), phone_id=_phone)
)
# One conditional statement: of two answers to the same request only the first finds it open, before its time is over.
# What is asked in the app is approved by who was asked, on the phone that took it in hand.
_fetched_until = bindparam("now", type_=BigInteger) + literal_column(str(FETCHED_WITHIN))
APPROVE = Statement(
    update(polled_requests)
    .where(
        _this,
        *_open,
        or_(_by_code, and_(_asked, _c.picked_at.is_not(None), _c.phone_id.is_not_distinct_from(_phone))),
    )
    .values(
        person_id=bindparam("person", type_=Text),
        answered_at=bindparam("now", type_=BigInteger),
        outcome=literal_column(f"'{Outcome.APPROVED}'"),
        grant_id=bindparam("grant", type_=Text),
        authorisation=bindparam("sealed_authorisation", type_=Text),
        by_message=bindparam("rests_on_number", type_=BigInteger),
        expires_at=case((_c.expires_at < _fetched_until, _fetched_until), else_=_c.expires_at),
    )
    .returning(*_c)
)
_approved = _c.outcome == literal_column(f"'{Outcome.APPROVED}'")
# Held until the grant is opened: whoever takes the answer back waits, and then finds the grant.
HOLD_APPROVED = Statement(
    select(_c.request_id)
    .where(_c.handle == bindparam("handle", type_=Text), _c.client_id == bindparam("of_client", type_=Text), _approved)
    .with_for_update(read=True)
)
END_APPROVED = Statement(
    update(polled_requests).where(_asked, _approved).values(outcome=literal_column(f"'{Outcome.ENDED}'"))
)
END_APPROVED_BY_MESSAGE = Statement(
    update(polled_requests)
    .where(
        _asked,
        _approved,
        or_(
            _c.by_message.is_distinct_from(literal_column("0")),
            _c.answered_at >= bindparam("since", type_=BigInteger),
        ),
    )
    .values(outcome=literal_column(f"'{Outcome.ENDED}'"))
)
END_APPROVED_ON = Statement(
    update(polled_requests)
    .where(_asked, _approved, _c.phone_id == _phone)
    .values(outcome=literal_column(f"'{Outcome.ENDED}'"))
)
END = Statement(
    update(polled_requests)
    .where(_this, *_open, _theirs)
    .values(answered_at=bindparam("now", type_=BigInteger), outcome=bindparam("how", type_=Text))
    .returning(*_c)
)
CANCEL = Statement(
    update(polled_requests)
    .where(
        _c.handle == bindparam("handle", type_=Text),
        _c.client_id == bindparam("of_client", type_=Text),
        _c.expires_at > bindparam("now", type_=BigInteger),
        # Approved and not fetched yet, it is taken back as well; whether it was fetched the grant says.
        or_(_c.answered_at.is_(None), _approved),
    )
    .values(
        answered_at=bindparam("now", type_=BigInteger),
        outcome=literal_column(f"'{Outcome.CANCELLED}'"),
    )
    .returning(*_c)
)
# Of two workers the second waits for the first, and finds nothing left to put on record.
PUT_ASKED = Statement(
    update(polled_requests)
    .where(_c.person_id.is_not(None), _c.on_record.is_(None), *_open)
    .values(on_record=literal_column(f"'{OnRecord.ASKED}'"))
    .returning(*_c)
)
PUT_OVER = Statement(
    update(polled_requests)
    .where(
        _c.person_id.is_not(None),
        _c.on_record.is_distinct_from(literal_column(f"'{OnRecord.OVER}'")),
        or_(
            and_(_c.answered_at.is_(None), _c.expires_at <= bindparam("now", type_=BigInteger)),
            _c.outcome == literal_column(f"'{Outcome.CANCELLED}'"),
            _c.outcome == literal_column(f"'{Outcome.EXPIRED}'"),
        ),
    )
    .values(on_record=literal_column(f"'{OnRecord.OVER}'"))
    .returning(*_c)
)
SWEEP = Statement(
    delete(polled_requests)
    .where(_c.expires_at < bindparam("before", type_=BigInteger))
    .returning(_c.client_id, _c.kind, _c.person_id, _c.outcome)
)
FORGET = Statement(delete(polled_requests).where(_asked))

_d = disowned_clients.c
_disown = insert(disowned_clients)
DISOWN = Statement(
    _disown.on_conflict_do_update(index_elements=["person_id", "client_id"], set_={"until": _disown.excluded.until})
)
IS_DISOWNED = Statement(
    select(_d.until).where(
        _d.person_id == bindparam("person", type_=Text),
        _d.client_id == bindparam("of_client", type_=Text),
        _d.until > bindparam("now", type_=BigInteger),
    )
)
SWEEP_DISOWNED = Statement(delete(disowned_clients).where(_d.until < bindparam("before", type_=BigInteger)))
FORGET_DISOWNED = Statement(delete(disowned_clients).where(_d.person_id == bindparam("person", type_=Text)))
