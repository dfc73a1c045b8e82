"""A fresh café is not empty: invented regulars who have been talking since this morning."""

from .feed_store import Feed
from .store import Accounts, now

REGULARS = ("co.ba.tra_da", "meo_muop", "hoi.cho.xom", "ban.chai.2016", "radio_mua")

# (author, minutes ago, Vietnamese, English, picture)
_POSTS = (
    (
        "radio_mua",
        412,
        "Bản tin mưa: mái hiên quán vẫn khô, ghế nhựa còn sáu cái. Ai đi ngang nhớ mang ô cho người đi cùng nhé.",
        "Rain bulletin: the awning is still dry and six plastic stools are free. Bring an umbrella for two.",
        "rain",
    ),
    (
        "hoi.cho.xom",
        265,
        "Chiều nay đổi sách cũ lấy cây con ở đầu ngõ. Sách thiếu nhi được ưu tiên một chậu húng quế.",
        "This afternoon at the end of the lane: old books for seedlings. A children's book earns a pot of basil.",
        None,
    ),
    (
        "meo_muop",
        97,
        "Pha phin là môn thể thao duy nhất mà ngồi yên vẫn được tính là đang tập.",
        "Phin coffee is the only sport in which sitting still counts as training.",
        "phin",
    ),
    (
        "co.ba.tra_da",
        18,
        "Trà đá hôm nay thêm lát chanh, vẫn năm nghìn một cốc. Ngồi xuống kể chuyện gì vui đi các cháu!",
        "Iced tea comes with a slice of lime today, still five thousand a glass. Sit down and tell us something nice!",
        "tea",
    ),
)

# (index of the post, author, minutes ago, Vietnamese, English)
_COMMENTS = (
    (0, "co.ba.tra_da", 380, "Hiên nhà cô rộng, cứ vào đây mà trú.", "My awning is wide, come in and wait it out."),
    (
        1,
        "ban.chai.2016",
        240,
        "Cháu có bộ truyện tranh, đổi được mấy chậu ạ?",
        "I have a set of comics. How many pots is that?",
    ),
    (
        2,
        "radio_mua",
        80,
        "Thế trời mưa ngồi chờ tạnh có được tính không?",
        "Does waiting for the rain to stop count too?",
    ),
    (3, "meo_muop", 12, "Cho cháu hai cốc, một cốc không đá.", "Two glasses please, one without ice."),
    (
        3,
        "hoi.cho.xom",
        6,
        "Chuyện vui: cây khế nhà bác Tư ra hoa rồi.",
        "Something nice: old Tư's starfruit tree is in bloom.",
    ),
)


def furnish(accounts: Accounts, feed: Feed) -> None:
    """Seat the regulars in an empty database. They are part of the house and need no provider."""
    if not feed.is_empty:
        return
    for handle in REGULARS:
        accounts.create(handle, resident=True, account_id=f"qn_regular_{handle}")
    posts = [
        feed.add_post(f"qn_regular_{author}", text, text_en=english, picture=picture, created_at=now() - minutes * 60)
        for author, minutes, text, english, picture in _POSTS
    ]
    for index, author, minutes, text, english in _COMMENTS:
        feed.add_comment(posts[index], f"qn_regular_{author}", text, text_en=english, created_at=now() - minutes * 60)
    for index, post_id in enumerate(posts):
        for handle in REGULARS[: index + 2]:
            feed.toggle_like(post_id, f"qn_regular_{handle}")
    feed.start_stream("qn_regular_radio_mua", "Mưa rơi trên mái tôn, không lời", commercial=False)
