"""The other side of the wire: the clock, the databases and the people that tests hold in their hands."""
