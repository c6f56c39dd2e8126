"""Encoded queries, sensible and senseless, about the records of ``generated_records``."""

from generated_records import NUMBERS, PEOPLE, TABLES, TEXTS, TICKETS
from hypothesis import strategies as st

PATHS = [
    "name",
    "owner",
    "parent",
    "count",
    "open",
    "due",
    "at",
    "spent",
    "cost",
    "level",
    "rank",
    "sys_id",
    "sys_class_name",
    "owner.name",
    "owner.boss",
    "owner.boss.name",
    "parent.owner.boss.age",
    "parent.parent.parent.owner.name",
    "parent.at",
    "bug.level",
    "bug.rank",
    "bug",
    "owner.secret",
    "notes",
    "nothing",
    "owner.nothing",
    "name.name",
    "Name",
    "",
]
OPERATORS = [
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "IN",
    "NOT IN",
    "LIKE",
    "NOT LIKE",
    "STARTSWITH",
    "ENDSWITH",
    "ISEMPTY",
    "ISNOTEMPTY",
    "ANYTHING",
    "INSTANCEOF",
    "CONTAINS",
    "*",
    "!*",
    "DOES NOT CONTAIN",
    "%",
    "BETWEEN",
    "DYNAMIC",
    "IN_HIERARCHY",
    "IN_HIERARCHY_DYNAMIC",
    "VALCHANGES",
    "CHANGESTO",
    "RLIKE",
    "==",
    "",
]
CALLS = [
    "gs.getUserID()",
    "gs.getUserName()",
    "gs.getUser().getID()",
    "gs.getUser().getMyGroups()",
    "getMyGroups()",
    "gs.now()",
    "gs.nowDateTime()",
    "gs.yesterday()",
    "gs.lastWeek()",
    "gs.daysAgo(1)",
    "gs.daysAgoStart(0)",
    "gs.daysAgoEnd(-1)",
    "gs.hoursAgoStart(2)",
    "gs.minutesAgo(30)",
    "gs.monthsAgo(1)",
    "gs.monthsAgoStart(1)",
    "gs.quartersAgoEnd(1)",
    "gs.yearsAgo(1)",
    "gs.yearsAgo(999999)",
    "gs.beginningOfToday()",
    "gs.endOfYesterday()",
    "gs.beginningOfThisWeek()",
    "gs.endOfLastMonth()",
    "gs.beginningOfNextQuarter()",
    "gs.beginningOfLast6Months()",
    "gs.endOfLast6Months()",
    "gs.beginningOfCurrentHour()",
    "gs.endOfCurrentMinute()",
    "gs.beginningOfOneYearAgo()",
    "gs.endOfOneYearAgo()",
    "gs.dateGenerate('2020-01-31','start')",
    "gs.dateGenerate('2020-01-31','10:20:30')",
    "gs.dateGenerate('2020-13-31','end')",
    "gs.getProperty('x')",
    "gs.daysAgo()",
]
values_or_calls = st.one_of(
    st.sampled_from([f"javascript:{each}" for each in CALLS]),
    st.sampled_from(["2020-01-31", "2020-02-01 06:59:59", "a", "10", "2"]),
)
units = st.sampled_from(["minute", "hour", "day", "dayofweek", "week", "month", "quarter", "year", "nonsense"])
parts = st.sampled_from(
    [
        ("dayofweek", "friday"),
        ("dayofweek", "satur"),
        ("month", "january"),
        ("month", "feb"),
        ("month", "ja"),
        ("quarter", "1"),
        ("quarter", "5"),
        ("year", "2020"),
        ("week", "0"),
        ("week", "4"),
        ("week", "52"),
        ("hour", "2"),
        ("hour", "23"),
        ("day", "1"),
    ]
)
signs = st.sampled_from(["GT", "GE", "LT", "LE", "EE"])
TIME_PATHS = ["at", "done", "due", "until", "parent.at", "owner.born", "born", "name"]
time_terms = st.one_of(
    st.builds(
        lambda path, word, label, low, high: f"{path}{word}{label}@{low}@{high}",
        st.sampled_from(TIME_PATHS),
        st.sampled_from(["ON", "NOTON"]),
        st.sampled_from(["Today", ""]),
        values_or_calls,
        values_or_calls,
    ),
    st.builds(
        lambda path, word: f"{path}{word}2020-01-31", st.sampled_from(TIME_PATHS), st.sampled_from(["ON", "NOTON"])
    ),
    st.builds(
        lambda path, low, high: f"{path}BETWEEN{low}@{high}",
        st.sampled_from([*TIME_PATHS, "count", "owner"]),
        values_or_calls,
        values_or_calls,
    ),
    st.builds(
        lambda path, part, sign: f"{path}DATEPARTx@javascript:gs.datePart('{part[0]}','{part[1]}','{sign}')",
        st.sampled_from(TIME_PATHS),
        parts,
        signs,
    ),
    st.builds(
        lambda path, sign, unit, way, count: f"{path}RELATIVE{sign}@{unit}@{way}@{count}",
        st.sampled_from(TIME_PATHS),
        signs,
        units,
        st.sampled_from(["ago", "ahead"]),
        st.integers(0, 3),
    ),
    st.builds(
        lambda path, word, other, unit: f"{path}{word}{other}@{unit}",
        st.sampled_from(TIME_PATHS),
        st.sampled_from(["SAMEAS", "NSAMEAS"]),
        st.sampled_from(TIME_PATHS),
        units,
    ),
    st.builds(
        lambda path, word, other, unit, way, count: f"{path}{word}{other}@{unit}@{way}@{count}",
        st.sampled_from(TIME_PATHS),
        st.sampled_from(["MORETHAN", "LESSTHAN"]),
        st.sampled_from(TIME_PATHS),
        units,
        st.sampled_from(["before", "after", "before or after", "beside"]),
        st.sampled_from([0, 1, 2, 99999]),
    ),
)
VALUES = [
    *TEXTS,
    *map(str, NUMBERS),
    *PEOPLE,
    *TICKETS,
    "true",
    "False",
    "2020-01-31",
    "2020-01-31 10:20:30",
    "2020-02-30",
    "1970-01-01 00:02:17",
    "137",
    "1.5",
    "-2.0",
    "a,b,2",
    ",,",
    "1,x",
    "bug",
    "ticket",
    "nosuch",
    "NULL",
    "h@me",
    "99999999999999999999",
    "٣",
    "a\0b",
    *(f"javascript:{each}" for each in CALLS),
    "me",
    "mine",
    "broken",
    "OR",
    "NQ",
]
terms = st.builds(
    lambda path, operator, value: f"{path}{operator}{value.replace('^', '^^')}",
    st.sampled_from(PATHS),
    st.sampled_from(OPERATORS),
    st.one_of(st.sampled_from(VALUES), st.text(alphabet="aAb%_\\^, 1ä", max_size=4)),
)
field_terms = st.builds(
    lambda path, word, other: f"{path}{word}{other}",
    st.sampled_from(PATHS),
    st.sampled_from(["SAMEAS", "NSAMEAS", "GT_FIELD", "LT_FIELD", "GT_OR_EQUALS_FIELD", "LT_OR_EQUALS_FIELD"]),
    st.sampled_from(PATHS),
)
text_terms = st.builds(
    lambda name, value: f"{name}={value.replace('^', '^^')}",
    st.sampled_from(["123TEXTQUERY321", "123TEXTINDEXGROUP321", "GOTO123TEXTQUERY321", "GOTOname"]),
    st.one_of(st.sampled_from(TEXTS), st.text(alphabet="ab %_", max_size=5)),
)
plain_terms = st.one_of(terms, terms, terms, time_terms, field_terms, text_terms)
orders = st.builds(
    lambda word, path: f"{word}{path}", st.sampled_from(["ORDERBY", "ORDERBYDESC", "GROUPBY"]), st.sampled_from(PATHS)
)
enclosed = st.lists(st.tuples(st.sampled_from(["", "", "OR", "NQ"]), plain_terms), max_size=2).map(
    lambda parts: "".join(f"^{joint}{term}" for joint, term in parts)
)
related_terms = st.one_of(
    st.builds(
        lambda table, path, count, inside, end: f"RLQUERY{table}.{path},{count}{inside}{end}",
        st.sampled_from([*TABLES, "nosuch"]),
        st.sampled_from(["owner", "boss", "parent", "count", "secret", "parent.owner"]),
        st.sampled_from(
            [">=1", "=0", "=00", ">1", "<2", "<=1", "!=1", "=1,m2m", "BETWEEN0@1", "BETWEEN1@2", ">=0", "x"]
        ),
        enclosed,
        st.sampled_from(["^ENDRLQUERY", "^ENDRLQUERY", ""]),
    ),
    st.builds(
        lambda own, other, table, inside, end: f"SUBQUERY{own},{other},{table}{inside}{end}",
        st.sampled_from(["sys_id", "owner", "name", "count", "boss"]),
        st.sampled_from(["owner", "boss", "name", "parent", "count", "sys_id"]),
        st.sampled_from(TABLES),
        enclosed,
        st.sampled_from(["^ENDSUBQUERY", "^ENDSUBQUERY", ""]),
    ),
    st.builds(
        lambda own, table, other, mark, inside: f"JOIN{own}={table}.{other}{mark}{inside[1:].replace('^', '^^')}",
        st.sampled_from(["ticket.sys_id", "bug.owner", "person.sys_id", "ticket.name"]),
        st.sampled_from(TABLES),
        st.sampled_from(["owner", "boss", "name", "sys_id"]),
        st.sampled_from(["!", "!", ""]),
        enclosed,
    ),
)
doubled = related_terms.map(lambda text: text.replace("^", "^^"))
pieces = st.one_of(
    plain_terms,
    plain_terms,
    plain_terms,
    related_terms,
    doubled,
    orders,
    st.sampled_from(["", "EQ", " ", "OR", "NQ", "^"]),
)
queries = st.lists(st.tuples(st.sampled_from(["^", "^", "^OR", "^NQ", "^ "]), pieces), max_size=7).map(
    lambda parts: "".join(f"{joint}{piece}" for joint, piece in parts)[1:]
)
