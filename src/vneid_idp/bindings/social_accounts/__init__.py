"""Accounts of social networks: the first kind of binding.

Who proves an account, for how long a guardian's proof carries it, and what it may therefore do, as the policy in force
asks. Decree 147/2024/NĐ-CP Articles 23.3 and 27.3.
"""
