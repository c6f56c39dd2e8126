"""Four hundred texts that mean something to a database or a template, and where in a query they can stand."""

QUOTES = ["'", '"', "`", "''", "\\'", "%27", "\u2019", ")", "')", '")', "];", "--", "/*", ";"]
TAILS = [
    " OR 1=1",
    " OR 'a'='a",
    " UNION SELECT user_password FROM sys_user",
    "; DROP TABLE task",
    "; PRAGMA writable_schema=1",
    " AND (SELECT pg_sleep(5))",
    " COLLATE BINARY",
    "||(SELECT 1)",
    " -- ",
    " /* */",
    "{{7*7}}",
    ":value_0",
    "%(value_0)s",
    "?1",
    "$1",
]
BARE = [f"{quote}{tail}" for quote in QUOTES for tail in TAILS]
CORPUS = BARE[:200] + [f"x{quote}{tail}{quote}" for quote in QUOTES for tail in TAILS][:200]
SHAPES = [
    "{text}={0}",
    "{0}=1",
    "{text}{0}x",
    "ORDERBY{0}",
    "{reference}.{0}=1",
    "{text}IN{0}",
    "{text}=x^OR{0}",
    "GROUPBY{0}",
    "123TEXTQUERY321={0}",
    "{time}ONx@{0}@{0}",
    "{text}SAMEAS{0}",
    "RLQUERY{table}.{0},>=1^{0}=1^ENDRLQUERY",
]


def injected(shape: str, poison: str, **names: str) -> str:
    """The query that a poison makes in this place of it; ``names`` are those of the table's fields."""
    return shape.format(poison.replace("^", "^^"), **names)
