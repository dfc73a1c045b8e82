"""A carrier's register of subscriber numbers: reading a file of any size, what is wrong with its rows, and the class of
each.

Reading is a stream: neither a long file nor one that was made to do harm takes more memory than a small one. What a row
says, what the population register says, and what follows are values; nothing here asks anybody or stores anything.
"""
