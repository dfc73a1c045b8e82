"""Provinces of Viet Nam as data: 63 before and 34 since 1 July 2025, and which became part of which.

Sources: Circular 07/2016/TT-BCA (place codes in personal ID numbers), Decision 19/2025/QĐ-TTg (codes since the
mergers). A merged province keeps the code of the member that hosts its seat, so a code may carry another name now
(15, 24, 44, 52, 80, 82, 91). Personal ID numbers keep the old place code for life.
"""

from types import MappingProxyType

FORMER: MappingProxyType[str, str] = MappingProxyType(
    {
        "001": "Hà Nội",
        "002": "Hà Giang",
        "004": "Cao Bằng",
        "006": "Bắc Kạn",
        "008": "Tuyên Quang",
        "010": "Lào Cai",
        "011": "Điện Biên",
        "012": "Lai Châu",
        "014": "Sơn La",
        "015": "Yên Bái",
        "017": "Hòa Bình",
        "019": "Thái Nguyên",
        "020": "Lạng Sơn",
        "022": "Quảng Ninh",
        "024": "Bắc Giang",
        "025": "Phú Thọ",
        "026": "Vĩnh Phúc",
        "027": "Bắc Ninh",
        "030": "Hải Dương",
        "031": "Hải Phòng",
        "033": "Hưng Yên",
        "034": "Thái Bình",
        "035": "Hà Nam",
        "036": "Nam Định",
        "037": "Ninh Bình",
        "038": "Thanh Hóa",
        "040": "Nghệ An",
        "042": "Hà Tĩnh",
        "044": "Quảng Bình",
        "045": "Quảng Trị",
        "046": "Thừa Thiên Huế",
        "048": "Đà Nẵng",
        "049": "Quảng Nam",
        "051": "Quảng Ngãi",
        "052": "Bình Định",
        "054": "Phú Yên",
        "056": "Khánh Hòa",
        "058": "Ninh Thuận",
        "060": "Bình Thuận",
        "062": "Kon Tum",
        "064": "Gia Lai",
        "066": "Đắk Lắk",
        "067": "Đắk Nông",
        "068": "Lâm Đồng",
        "070": "Bình Phước",
        "072": "Tây Ninh",
        "074": "Bình Dương",
        "075": "Đồng Nai",
        "077": "Bà Rịa – Vũng Tàu",
        "079": "Thành phố Hồ Chí Minh",
        "080": "Long An",
        "082": "Tiền Giang",
        "083": "Bến Tre",
        "084": "Trà Vinh",
        "086": "Vĩnh Long",
        "087": "Đồng Tháp",
        "089": "An Giang",
        "091": "Kiên Giang",
        "092": "Cần Thơ",
        "093": "Hậu Giang",
        "094": "Sóc Trăng",
        "095": "Bạc Liêu",
        "096": "Cà Mau",
    }
)
"""Three-digit place code → name of the province before 1 July 2025."""

CURRENT: MappingProxyType[str, str] = MappingProxyType(
    {
        "01": "Hà Nội",
        "04": "Cao Bằng",
        "08": "Tuyên Quang",
        "11": "Điện Biên",
        "12": "Lai Châu",
        "14": "Sơn La",
        "15": "Lào Cai",
        "19": "Thái Nguyên",
        "20": "Lạng Sơn",
        "22": "Quảng Ninh",
        "24": "Bắc Ninh",
        "25": "Phú Thọ",
        "31": "Hải Phòng",
        "33": "Hưng Yên",
        "37": "Ninh Bình",
        "38": "Thanh Hóa",
        "40": "Nghệ An",
        "42": "Hà Tĩnh",
        "44": "Quảng Trị",
        "46": "Huế",
        "48": "Đà Nẵng",
        "51": "Quảng Ngãi",
        "52": "Gia Lai",
        "56": "Khánh Hòa",
        "66": "Đắk Lắk",
        "68": "Lâm Đồng",
        "75": "Đồng Nai",
        "79": "Thành phố Hồ Chí Minh",
        "80": "Tây Ninh",
        "82": "Đồng Tháp",
        "86": "Vĩnh Long",
        "91": "An Giang",
        "92": "Cần Thơ",
        "96": "Cà Mau",
    }
)
"""Two-digit code → name of the province since 1 July 2025."""

_MERGED_INTO: dict[str, str] = {
    "002": "08",
    "010": "15",
    "006": "19",
    "027": "24",
    "026": "25",
    "017": "25",
    "030": "31",
    "034": "33",
    "035": "37",
    "036": "37",
    "045": "44",
    "049": "48",
    "062": "51",
    "064": "52",
    "058": "56",
    "054": "66",
    "067": "68",
    "060": "68",
    "070": "75",
    "074": "79",
    "077": "79",
    "072": "80",
    "087": "82",
    "083": "86",
    "084": "86",
    "089": "91",
    "093": "92",
    "094": "92",
    "095": "96",
}


def current_code(former_code: str) -> str:
    """The two-digit code of the province that a former province belongs to now; raises `KeyError` if unknown."""
    if former_code not in FORMER:
        raise KeyError(former_code)
    return _MERGED_INTO.get(former_code, former_code[1:])


def was_renamed(former_code: str) -> bool:
    """Whether people of this former province now live under another name: it was merged, or renamed like Huế."""
    return CURRENT[current_code(former_code)] != FORMER[former_code]
