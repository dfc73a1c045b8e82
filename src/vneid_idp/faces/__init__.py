"""Domain: faces. The port of whoever compares them, and the evidence by which a carrier's device says that it took
one.

Owns the table `capture_devices`. A template of a face is read by nobody here and kept nowhere: it is opened, handed to
the matcher and forgotten. Circular 08/2026/TT-BKHCN Art. 4 and Art. 8; ISO/IEC 30107-3. Does not know HTTP: a matcher
elsewhere is `matcher_client`, the make-believe one is the sandbox's.
"""
