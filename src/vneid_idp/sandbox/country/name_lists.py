"""Words from which make-believe names are put together, with rough frequencies, by tradition of naming.

Family names of the Kinh: shares published by Lê Trung Hoa (2005), "Họ và tên người Việt Nam"; the peoples' customs
follow the same work and common civil-status usage. Every combination is invented; likeness to a living person is
chance.
"""

from vneid_idp.sandbox.country.dice import Weighted


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


KINH_FAMILIES = Weighted(
    {
        "Nguyễn": 384,
        "Trần": 121,
        "Lê": 95,
        "Phạm": 70,
        "Hoàng": 33,
        "Huỳnh": 18,
        "Phan": 45,
        "Vũ": 24,
        "Võ": 15,
        "Đặng": 21,
        "Bùi": 20,
        "Đỗ": 14,
        "Hồ": 13,
        "Ngô": 13,
        "Dương": 10,
        "Lý": 5,
        "Đinh": 9,
        "Đoàn": 8,
        "Lương": 7,
        "Trịnh": 7,
        "Trương": 9,
        "Đào": 8,
        "Mai": 6,
        "Tô": 4,
        "Cao": 5,
        "Hà": 5,
        "Lâm": 4,
        "Phùng": 4,
        "Vương": 3,
        "Tạ": 3,
        "Thái": 3,
        "Châu": 2,
        "Tăng": 2,
        "Kiều": 2,
        "Nghiêm": 1,
        "Khuất": 1,
        "Doãn": 1,
        "Ông": 1,
        "Ưng": 1,
        "Tôn Thất": 1,
    }
)

MALE_MIDDLES = Weighted(
    {
        "Văn": 30,
        "Đức": 9,
        "Hữu": 8,
        "Minh": 9,
        "Quang": 7,
        "Anh": 5,
        "Xuân": 4,
        "Công": 4,
        "Đình": 5,
        "Thanh": 5,
        "Quốc": 5,
        "Gia": 5,
        "Tuấn": 4,
        "Hoàng": 5,
        "Duy": 4,
        "Trọng": 3,
        "Thành": 3,
        "Bá": 2,
        "Viết": 2,
        "Phúc": 2,
        "": 4,
    }
)
FEMALE_MIDDLES = Weighted(
    {
        "Thị": 34,
        "Ngọc": 9,
        "Thu": 7,
        "Thanh": 6,
        "Minh": 5,
        "Phương": 5,
        "Kim": 4,
        "Bích": 3,
        "Hồng": 4,
        "Khánh": 4,
        "Bảo": 4,
        "Thùy": 4,
        "Diễm": 2,
        "Mỹ": 3,
        "Hoàng": 2,
        "Quỳnh": 3,
        "Thị Thu": 3,
        "Thị Ngọc": 4,
        "Thị Thanh": 3,
        "Thị Kim": 3,
        "Ngọc Bảo": 1,
        "": 3,
    }
)
MALE_GIVEN = _words(
    "An Anh Bách Bảo Bình Cường Chiến Chung Dũng Duy Đăng Đạt Điệp Đức Giang Hải Hào Hậu Hiếu Hiệp Hoàng Hòa Hùng Huy "
    "Hưng Khang Khánh Khoa Khôi Kiên Kiệt Lâm Linh Long Lộc Mạnh Minh Nam Nghĩa Nguyên Nhân Nhật Phát Phong Phú Phúc "
    "Phước Quân Quang Quốc Quý Sang Sơn Tài Tâm Tân Tấn Thái Thành Thắng Thiện Thịnh Thọ Thuận Tiến Tín Toàn Trí "
    "Trọng Trung Trường Tú Tuấn Tùng Việt Vinh Vũ Vượng Xuân Ý"
)
FEMALE_GIVEN = _words(
    "An Anh Ánh Bích Châu Chi Cúc Diễm Diệp Dung Duyên Đào Đoan Giang Hà Hạnh Hằng Hân Hiền Hoa Hoài Hồng Huệ Huyền "
    "Hương Khuê Lan Lê Liên Liễu Linh Loan Ly Mai Mi My Mỹ Nga Ngân Nghi Ngọc Nguyệt Nhàn Nhi Như Nhung Oanh Phương "
    "Phượng Quyên Quỳnh Sương Tâm Thanh Thảo Thi Thoa Thơ Thu Thủy Thúy Thư Thương Tiên Trà Trang Trâm Trân Trinh "
    "Trúc Tú Tuyết Tươi Uyên Vân Vi Vy Xuân Yên Yến Ý"
)

# Peoples who name as the Kinh do: family, middle, given.
FAMILIES_LIKE_KINH: dict[str, tuple[str, ...]] = {
    "Tày": ("Nông", "Hoàng", "Ma", "Bế", "Triệu", "Lộc", "Chu", "Đàm", "Nguyễn", "Mã", "Lục"),
    "Nùng": ("Nông", "Lương", "Lý", "Hoàng", "Vi", "Long", "Chu", "Triệu"),
    "Thái": ("Lò", "Cầm", "Quàng", "Lường", "Tòng", "Điêu", "Cà", "Vì", "Lù", "Hoàng", "Lô"),
    "Mường": ("Bùi", "Quách", "Đinh", "Hà", "Bạch", "Trương", "Phùng"),
    "Sán Dìu": ("Trương", "Lưu", "Tạ", "Diệp", "Ôn"),
    "Bru-Vân Kiều": ("Hồ",),
}
MINORITY_GIVEN_MALE = _words("Páo Sính Hặc Inh Pản Ún Ín Dôm Thoan Pâng Kăn Ăm Ọi Mẩn Vảng Thiên Tiến Hùng Thắng Dũng")
MINORITY_GIVEN_FEMALE = _words("Mỷ Én Inh Phấng Ửng Sao Ơi Ọi Băm Nhình Pành Xuân Hoa Thắm Hiên Duyên Lả Nga Pảo Ơn")

HMONG_FAMILIES = _words("Giàng Sùng Vàng Thào Lầu Mùa Vừ Hờ Cứ Lý Hạng Tráng Ly Mua Hầu")
HMONG_MALE = _words("Páo Chu Dơ Sính Lử Vảng Tủa Chứ Sếnh Nủ Khua Lềnh Dinh Giống Súa Vàng Thành Pao")
HMONG_FEMALE = _words("Mỷ Dợ Say Chở Máy Dí Chía Sua Mai Pà Dở Xia Sáo Cở Chu Hoa")

DAO_FAMILIES = _words("Triệu Bàn Đặng Phùng Chảo Lý Phàn Tẩn")
DAO_MALE = _phrases("Láo Tả, Láo San, Láo Lở, Tồn Phú, Kiềm Hín, Dào Sơn, Chòi Vạng, Phụ Quyên")
DAO_FEMALE = _phrases("Tả Mẩy, Lở Mẩy, San Mẩy, Mùi Nái, Mùi Pham, Mùi Chài, Ú Mẩy, Phạm Mẩy")

KHMER_FAMILIES = _words("Thạch Sơn Kim Danh Kiên Châu Lâm Trần Lý Huỳnh Tăng")
KHMER_MALE = _phrases("Sóc Phép, Rươl, Phol, Sa Rinh, Chanh Đa, Sô Phanh, Ươne, Hiêng, Thươl, Minh, Sa Vuth, Dara")
KHMER_FEMALE = _phrases("Sa Rây, Chanh Thu, Sô Phi, Thị Ra, Na Ri, Sô Thia, Thị Sa Phia, Chanh Ni, Thị Hiên, Bô Pha")

CHAM_FAMILIES = _words("Bá Đàng Qua Đạo Thập Lưu Từ Quảng Trượng Báo Đổng Thành Hán Kiều")
CHAM_MALE = _phrases("Văn Chính, Năng Thọ, Ngọc Sanh, Xuân Hổ, Thanh Tuyền, Minh Trí, Quang Cẩn, Văn Tỷ")
CHAM_FEMALE = _phrases("Thị Hồng, Mỹ Tiên, Thị Ngọc Ánh, Nữ Hoàng Ly, Thị Cam, Thị Thu Sương, Kim Hoa, Thị Xuân")
CHAM_ISLAM_MALE = _phrases("Mohamad, Sa Lês, Musa, Sa Lim, Rô Phi, Ibrohim, Mách Sa, Du Sóh, Aly, Hâm Zah")
CHAM_ISLAM_FEMALE = _phrases("Sa Ri Pah, Fatimah, Rô Fi Áh, Ro Ky Ah, Ma Ri Yam, Sa Li Hah, Ây Sah, Ha Li Mah")

EDE_CLANS = _phrases("Niê, Mlô, Ayŭn, Byă, Ênuôl, Êban, Kđoh, Buôn Yă, Niê Kđăm, Buôn Krông, Hđơk, Knul, Kpơr")
EDE_MALE = _words("Moan Krông Thu Phôn Luyện Bhiông Ngông Wang Mốt Blô Khăm Sĩ Yôl Thoan")
EDE_FEMALE = _words("Hen Bia Len Lim Linh Wĭnh Blă Nuên Mrai Yar Juên Đoan Ngân Ruôm")

JRAI_FAMILIES = _phrases("Ksor, Siu, Rơ Chăm, Rmah, Nay, Kpă, Rơ Lan, Rơ Ô, Rah Lan, Puih, Kpuih")
JRAI_MALE = _words("Phước Blêh Hit Thuyên Đét Klơnh Hyak Nhao Bơng Thuan")
JRAI_FEMALE = _words("H'Lan H'Bia H'Nga H'Uyên H'Yung H'Mrao H'Phiên H'Đét")

XODANG_MALE = _words("Thút Nhiêng Hmên Đôi Lượng Pêng Thiêm Bring Jrang")
XODANG_FEMALE = _words("Hồng Lim Phượng Blech Nhơn Vải Khuyên Der Hanh")

KOHO_MALE = _words("K'Brôh K'Brếp K'Tếu K'Vũ K'Luyn K'Sêng K'Dèn K'Bes")
KOHO_FEMALE = _phrases("Ka Hường, Ka Thoan, Ka Brẻo, Ka Ếp, Ka Mai, K'Duyên, Ka Sã K'Ho, Ka Đào")

RAGLAI_FAMILIES = _phrases("Chamaléa, Pi Năng, Katơr, Cao, Mấu, Tro, Pi Lao, Bo Bo")

HOA_FAMILIES = _words("Lý Quách Trần Lâm Huỳnh Tăng Lương Phù Mạch Châu Vương Trịnh")
HOA_MALE = _phrases("Chí Hào, Vĩ Cường, Gia Lương, Cẩm Hùng, Diệu Minh, Kiến Hoa, Bội Cơ, Tuyền Phát")
HOA_FEMALE = _phrases("Mỹ Ngọc, Tú Linh, Bội Sang, Huệ Mẫn, Lệ Quân, Ái Châu, Thục Nghi, Cẩm Muối")

FOREIGN: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # ISO 3166-1 alpha-2: family names, given names of men, of women
    "KR": (
        ("KIM", "LEE", "PARK", "CHOI", "JUNG", "KANG"),
        ("MINJUN", "SEOJUN", "JI HOON"),
        ("SEOYEON", "JI WOO", "HAEUN"),
    ),
    "JP": (("SATO", "SUZUKI", "TAKAHASHI", "WATANABE"), ("HIROSHI", "KENJI", "TAKUMI"), ("YUKI", "SAKURA", "AYAKA")),
    "CN": (("WANG", "LI", "ZHANG", "LIU", "CHEN"), ("WEI", "JUN", "HAORAN"), ("FANG", "XIUYING", "YUTONG")),
    "LA": (("SOUVANNAVONG", "PHOMMACHANH", "INTHAVONG"), ("KHAMLA", "BOUNMY"), ("KEOMANY", "DAOVONE")),
    "KH": (("SOK", "CHEA", "HENG", "KEO"), ("DARA", "VANNAK", "SOPHEAP"), ("SREYMOM", "BOPHA", "CHANTHOU")),
    "FR": (("MARTIN", "LEFÈVRE", "D'ARTOIS", "GAUTIER"), ("ÉTIENNE", "LOÏC", "JEAN-MARC"), ("CHLOÉ", "ANNE-SOPHIE")),
    "US": (("SMITH", "O'CONNOR", "JOHNSON", "DE LA CRUZ"), ("JOHN MICHAEL", "ROBERT"), ("MARY ANN", "JENNIFER")),
    "IN": (("SHARMA", "VENKATARAMAN", "SINGH"), ("RAJESH KUMAR", "ARJUN"), ("PRIYA", "LAKSHMI DEVI")),
    "ID": (("", "WIJAYA"), ("SUHARTONO", "BUDI"), ("SUKARTI", "DEWI")),
}
