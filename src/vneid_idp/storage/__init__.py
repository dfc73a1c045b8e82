"""Rows and transactions, with no word of the domain: metadata, statements, the unit of work, SQLite and PostgreSQL.

SQLAlchemy Core writes the SQL, once; the driver runs it. See README, *Decisions*.
"""
