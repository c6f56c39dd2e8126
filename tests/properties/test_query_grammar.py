"""The grammar of an encoded query as a grammar: a parser made from it reads the same tree as the product's own."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree
from ticketlab.emulator.query import parse

GRAMMAR = r"""
query: TEXT? (joint TEXT?)*
joint: AND | OR | NQ

TEXT.4: /([^^]|\^\^)+/s
NQ.3: /\^[\x00-\x20]*NQ/
OR.2: /\^[\x00-\x20]*OR(?!DERBY)/
AND.1: "^"
"""
PIECE = r"""
piece: sorting | term
sorting: (ORDERDESC | ORDER | GROUP) PATH?
term: FIELD? BLANKS? (OPERATOR VALUE? | VALUE) | FIELD BLANKS?

ORDERDESC.9: "ORDERBYDESC"
ORDER.8: "ORDERBY"
GROUP.8: "GROUPBY"
PATH: /.+/s
BLANKS.7: /[\x00-\x20]+/
FIELD.6: /(123TEXTQUERY321|123TEXTINDEXGROUP321|[a-z0-9_.]+)/
OPERATOR.5: /(RELATIVE(GT|GE|LT|LE|EE) | (GT|LT)(_OR_EQUALS)?_FIELD | IN_HIERARCHY(_DYNAMIC)? | DOES\ NOT\ CONTAIN
  | NOT\ LIKE | NOT\ IN | N?SAMEAS | ISNOTEMPTY | ISEMPTY | EMPTYSTRING | INSTANCEOF | STARTSWITH | ENDSWITH | ANYTHING
  | BETWEEN | CONTAINS | DYNAMIC | DATEPART | MORETHAN | LESSTHAN | VALCHANGES | CHANGESFROM | CHANGESTO | NOTON | LIKE
  | IN | ON | != | !\* | >= | <= | [=><*%])/x
VALUE.0: /.+/s
"""
ALIASES = {"CONTAINS": "LIKE", "*": "LIKE", "DOES NOT CONTAIN": "NOT LIKE", "!*": "NOT LIKE", "%": "ENDSWITH"}
ALIASES["EMPTYSTRING"] = "ISEMPTY"
BLANKS = "".join(map(chr, range(33)))

query_parser = Lark(GRAMMAR, start="query", parser="lalr")
piece_parser = Lark(PIECE, start="piece", parser="lalr")


def read(text: str) -> tuple:
    """Groups, orders and groupings as the grammar's own tree gives them."""
    groups: list = [[]]
    orders, grouped = [], []
    joint = "AND"
    for node in query_parser.parse(text).children:
        if isinstance(node, Tree):
            joint = node.children[0].type
            groups += [[]] if joint == "NQ" else []
            continue
        piece = str(node).replace("^^", "^").lstrip(BLANKS)
        if piece and piece != "EQ":
            found = piece_parser.parse(piece).children[-1]
            if found.data == "sorting":
                word, path = found.children[0].type, "".join(found.children[1:]).strip(BLANKS)
                if path and word == "GROUP":
                    grouped.append(path)
                elif path:
                    orders.append((path, word == "ORDERDESC"))
            elif joint == "OR" and groups[-1]:
                groups[-1][-1].append(term(found))
            else:
                groups[-1].append([term(found)])
        joint = "AND"
    return [group for group in groups if group], orders, grouped


def term(tree: Tree) -> tuple[str, str, str]:
    found = {token.type: str(token) for token in tree.children if isinstance(token, Token)}
    written = found.get("OPERATOR", "")
    return found.get("FIELD", ""), ALIASES.get(written, written), found.get("VALUE", "")


fragments = st.sampled_from(
    [
        *("^", "^", "^", "^^", "^OR", "^NQ", "^ ", "OR", "NQ", "EQ", "ORDERBY", "ORDERBYDESC", "GROUPBY"),
        *("a", "b.c", "priority", "A", " ", "x", "1", "=", "!=", ">=", "<", "IN", "NOT IN", "LIKE", "ON", "NOTON"),
        *("SAMEAS", "NSAMEAS", "BETWEEN", "RELATIVEGE", "GT_FIELD", "IN_HIERARCHY", "_DYNAMIC", "*", "%", "ISEMPTY"),
        *("123TEXTQUERY321", "DATEPART", "@", "Ä", "\n", "DESC"),
    ]
)


@pytest.mark.attack("Q02")
@settings(max_examples=400)
@given(st.lists(fragments, max_size=14).map("".join))
@example("ORDERBYEQ")
def test_q02_the_parser_and_a_grammar_read_the_same_tree(text):
    """Joints, fields, operators, values, orders and groupings; related records are the plain interpreter's to judge."""
    parsed = parse(text)
    groups = [
        [[(each.field, each.operator, each.value) for each in clause] for clause in group] for group in parsed.groups
    ]
    orders = [(each.field, each.descending) for each in parsed.orders]
    assert (groups, orders, list(parsed.grouped_by)) == read(text)
