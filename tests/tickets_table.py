"""A table of ticket numbers, for tests of what is done with a whole database."""

from sqlalchemy import Engine, text
from ticketlab.shared.database import reading, writing


def make_tickets(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE ticket (number TEXT)"))
        connection.execute(text("INSERT INTO ticket VALUES ('seed')"))


def add(engine: Engine, number: str) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO ticket VALUES (:number)"), {"number": number})


def numbers(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT number FROM ticket ORDER BY rowid")).scalars())
