"""Make-believe faces: a template for everybody, a camera that takes it well, badly or of somebody else, and a matcher.

No picture and no model is behind it: 512 numbers out of dice, so distributed that scores look
like a real matcher's.
"""
