"""Which addresses are used where in the make-believe country: ranges that documentation alone may use (RFC 5737, RFC
3849), of which no real person has one. In the form of an operator's table (`kernel/places.py`).
"""

PLACES = """
192.0.2.0/25,Hà Nội
192.0.2.128/25,Hải Phòng
198.51.100.0/25,Đà Nẵng
198.51.100.128/25,Nghệ An
203.0.113.0/25,Thành phố Hồ Chí Minh
203.0.113.128/25,Cần Thơ
2001:db8::/34,Hà Nội
2001:db8:4000::/34,Đà Nẵng
2001:db8:8000::/34,Thành phố Hồ Chí Minh
2001:db8:c000::/34,Cần Thơ
"""
