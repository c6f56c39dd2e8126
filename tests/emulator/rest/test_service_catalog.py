"""The Service Catalog API: what is on offer, a cart, and orders."""

import pytest
from sqlalchemy import event
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

CATALOG = "e0d08b13c3330100c8b837659bba8fb4"
UNKNOWN = "f" * 32


@pytest.fixture
def shop(api):
    return shop_of(api)


def shop_of(api):
    def call(method, path, body=None, prefix="/api/sn_sc/servicecatalog", **parameters):
        return api.open(f"{prefix}/{path}", method, json=body, query_string=parameters)

    return call


def item(shop, name):
    (found,) = shop("GET", "items", sysparm_text=name).json["result"]
    return found


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize("prefix", ["/api/sn_sc/servicecatalog", "/api/sn_sc/v1/servicecatalog"])
def test_catalogs_have_categories_and_items(shop, prefix):
    (catalog,) = shop("GET", "catalogs", prefix=prefix).json["result"]
    assert (catalog["sys_id"], catalog["title"]) == (CATALOG, "Service Catalog")
    assert (catalog["has_categories"], catalog["has_items"]) == (True, True)
    assert shop("GET", f"catalogs/{CATALOG}", prefix=prefix).json["result"] == catalog
    categories = shop("GET", f"catalogs/{CATALOG}/categories", prefix=prefix).json["result"]
    assert [(each["title"], each["count"]) for each in categories] == [("Access", 1), ("Hardware", 3)]
    for path in (f"catalogs/{UNKNOWN}", f"catalogs/{UNKNOWN}/categories", f"items/{UNKNOWN}"):
        assert shop("GET", path, prefix=prefix).status_code == 404


@pytest.mark.source("rest 10", "C")
def test_items_are_found_by_text_category_and_catalog(shop, api):
    """Only what is on offer; a list has no variables, an item has."""
    every = shop("GET", "items").json["result"]
    assert [each["name"] for each in every] == ["Standard Laptop", "Developer Laptop", "Mobile Phone", "VPN Access"]
    laptop = every[0]
    assert (laptop["price"], laptop["price_currency"], laptop["type"]) == ("$1,100.00", "USD", "catalog_item")
    assert laptop["category"]["title"] == "Hardware"
    assert laptop["catalogs"] == [{"sys_id": CATALOG, "title": "Service Catalog", "active": True}]
    hardware = shop("GET", "items", sysparm_category=laptop["category"]["sys_id"], sysparm_limit=2, sysparm_offset=1)
    assert [each["name"] for each in hardware.json["result"]] == ["Developer Laptop", "Mobile Phone"]
    assert shop("GET", "items", sysparm_catalog=UNKNOWN).json["result"] == []
    assert shop("GET", "items", sysparm_text="x^NQactive=false").json["result"] == []
    one = shop("GET", f"items/{item(shop, 'VPN')['sys_id']}").json["result"]
    assert [(each["name"], each["type"], each["mandatory"]) for each in one["variables"]] == [
        ("reason", 6, True),
        ("until", 9, False),
    ]
    fax = api.rows("sc_cat_item", name="Fax Line")[0]["sys_id"]
    assert shop("GET", f"items/{fax}").status_code == 404
    assert shop("POST", f"items/{fax}/order_now", {"sysparm_quantity": 1}).status_code == 404


@pytest.mark.source("rest 10", "C")
def test_an_item_is_ordered_at_once(api, shop, make_user):
    """By whoever sees the catalog; the answers to its variables stand beside the requested item."""
    customer = make_user()
    abel = api.rows("sys_user", user_name="abel.tuter")[0]["sys_id"]
    vpn = item(shop, "VPN")["sys_id"]
    body = {"sysparm_quantity": "2", "variables": {"reason": "On the road", "no_such": "ignored"}}
    placed = shop_of(customer)("POST", f"items/{vpn}/order_now", body).json["result"]
    assert placed["number"] == placed["request_number"]
    assert placed["sys_id"] == placed["request_id"]
    assert (placed["table"], placed["parent_table"], placed["parent_id"]) == ("sc_request", "task", None)
    (request,) = customer.rows("sc_request", sysparm_display_value="all")
    assert request["number"]["value"] == placed["number"]
    assert request["requested_for"]["value"] == request["opened_by"]["value"]
    for_abel = {**body, "sysparm_requested_for": abel}
    other = shop_of(customer)("POST", f"items/{vpn}/order_now", for_abel).json["result"]
    assert api.rows("sc_request", sys_id=other["sys_id"])[0]["requested_for"]["value"] == abel
    (ordered,) = api.rows("sc_req_item", request=placed["sys_id"])
    assert (ordered["quantity"], ordered["cat_item"]["value"]) == ("2", vpn)
    asked = "sc_item_option.item_option_new.name,sc_item_option.value"
    answers = api.rows("sc_item_option_mtom", request_item=ordered["sys_id"], sysparm_fields=asked)
    assert sorted(tuple(each.values()) for each in answers) == [("reason", "On the road"), ("until", "")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"sysparm_quantity": "1", "variables": {}}, "Mandatory Variables are required"),
        ({"sysparm_quantity": "1"}, "Mandatory Variables are required"),
        ({"sysparm_quantity": "-1", "variables": {"reason": "x"}}, "Invalid Quantity value"),
        ({"sysparm_quantity": "99999", "variables": {"reason": "x"}}, "Invalid Quantity value"),
        ({"sysparm_quantity": "many", "variables": {"reason": "x"}}, "Invalid Quantity value"),
    ],
)
def test_what_cannot_be_ordered_is_400(shop, body, message):
    vpn = item(shop, "VPN")["sys_id"]
    for action in ("order_now", "add_to_cart"):
        answer = shop("POST", f"items/{vpn}/{action}", body)
        assert (answer.status_code, answer.json["error"]["message"]) == (400, message)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(["mail", "chat"], "mail,chat"), (True, "true"), (12, "12"), ({"mail": 1}, None), ([["mail"]], None)],
)
def test_an_answer_is_kept_as_text_or_refused(api, shop, given, kept):
    """Several as a list field holds them (ours)."""
    vpn = item(shop, "VPN")["sys_id"]
    placed = shop("POST", f"items/{vpn}/order_now", {"variables": {"reason": given}})
    assert placed.status_code == (400 if kept is None else 200)
    if kept is not None:
        query = f"request_item.request={placed.json['result']['sys_id']}^sc_item_option.valueISNOTEMPTY"
        (answer,) = api.rows("sc_item_option_mtom", sysparm_query=query, sysparm_fields="sc_item_option.value")
        assert answer["sc_item_option.value"] == kept


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize("how", ["submit_order", "checkout"])
def test_a_cart_is_filled_and_ordered(api, shop, make_user, how):
    """Each has a cart of one's own; what is ordered leaves it, answers included."""
    buying = shop_of(make_user())
    assert buying("POST", f"cart/{how}").json["error"]["message"] == "Cart is empty"
    phone, laptop = (item(shop, name)["sys_id"] for name in ("Mobile Phone", "Standard Laptop"))
    buying("POST", f"items/{phone}/add_to_cart", {"sysparm_quantity": 2, "variables": {"colour": "red"}})
    cart = buying("POST", f"items/{laptop}/add_to_cart").json["result"]
    assert [(each["name"], each["quantity"], each["subtotal"]) for each in cart["items"]] == [
        ("Mobile Phone", "2", "$1,300.00"),
        ("Standard Laptop", "1", "$1,100.00"),
    ]
    assert cart["subtotal"] == "$2,400.00"
    assert buying("GET", "cart").json["result"] == cart
    assert shop("GET", "cart").json["result"]["items"] == []
    placed = buying("POST", f"cart/{how}").json["result"]
    assert set(placed) == {"request_number", "request_id"}
    rows = api.rows("sc_req_item", request=placed["request_id"], sysparm_fields="sys_id,cat_item.name,price")
    assert {row["cat_item.name"]: row["price"] for row in rows} == {"Mobile Phone": "650", "Standard Laptop": "1100"}
    assert api.rows("sc_request", sys_id=placed["request_id"])[0]["price"] == "2400"
    answers = api.rows("sc_item_option_mtom", sysparm_query=f"request_item.request={placed['request_id']}")
    assert len(answers) == 1
    assert buying("GET", "cart").json["result"]["items"] == []
    assert api.rows("sc_item_option", sysparm_query="cart_itemISNOTEMPTY") == []


@pytest.mark.source("rest 10", "C")
def test_a_cart_goes_on_without_what_its_owner_may_not_see_any_more(instance, shop, make_user):
    """It is not lost with it: the rest of it is shown and ordered."""
    buying = shop_of(make_user())
    for name in ("Mobile Phone", "Developer Laptop"):
        assert buying("POST", f"items/{item(shop, name)['sys_id']}/add_to_cart").status_code == 200
    rules = part_of(instance, Gate).record("sys_security_acl", Caller.system())
    rule = rules.find("name=sc_cat_item^operation=read")
    rules.update(rule.sys_id, {"condition": "price<1000"})
    try:
        assert [each["name"] for each in buying("GET", "cart").json["result"]["items"]] == ["Mobile Phone"]
        assert buying("POST", "cart/submit_order").status_code == 200
    finally:
        rules.update(rule.sys_id, {"condition": ""})


@pytest.mark.source("rest 10", "C")
def test_looking_into_a_cart_waits_for_no_writer(instance, make_user):
    """Once there is one, which takes a write."""
    buying = shop_of(make_user())
    cart = buying("GET", "cart").json["result"]
    statements = []
    engine = part_of(instance, Gate).store.engine
    note = lambda *given: statements.append(given[2])  # noqa: E731 - to be removed again
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert buying("GET", "cart").json["result"] == cart
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert not any(each.startswith(("BEGIN IMMEDIATE", "INSERT", "UPDATE")) for each in statements)
