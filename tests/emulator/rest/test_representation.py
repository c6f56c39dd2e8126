"""JSON or XML, as the client asks: of lists, records and refusals alike."""

import json

import pytest
from defusedxml.ElementTree import fromstring
from ticketlab.emulator.rest.representation import to_json, to_xml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.source("rest 3", "D")
def test_an_xml_list_is_repeated_results_with_empty_elements_closed(api):
    """Nested objects are child elements; order is that of sysparm_fields."""
    answer = api.get(
        "incident",
        headers={"Accept": "application/xml"},
        sysparm_query="numberININC0000001,INC0000002^ORDERBYnumber",
        sysparm_fields="number,parent,opened_by",
    )
    root = fromstring(answer.data)
    assert answer.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert answer.text.startswith(
        f"{HEAD}<response><result><number>INC0000001</number><parent/><opened_by><link>http://"
    )
    assert [each.findtext("number") for each in root] == ["INC0000001", "INC0000002"]
    assert len(root.findtext("result/opened_by/value")) == 32


@pytest.mark.source("rest 3", "D")
def test_an_xml_record_is_one_result_and_dot_walks_keep_their_path(api):
    answer = api.get(
        "sys_user/6816f79cc0a8016401c5a33be04be441",
        headers={"Accept": "text/xml"},
        sysparm_fields="user_name,department.name",
    )
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert answer.text == (
        f"{HEAD}<response><result><user_name>admin</user_name>"
        "<department.name>Finance</department.name></result></response>"
    )


@pytest.mark.source("rest 3", "D")
def test_an_empty_xml_list_and_a_refusal_have_the_same_root(api, stranger):
    nothing = api.get("incident", headers={"Accept": "application/xml"}, sysparm_query="number=NONE")
    refused = stranger.get("incident", headers={"Accept": "application/xml"})
    assert nothing.text == f"{HEAD}<response/>"
    assert refused.status_code == 401
    assert refused.text == (
        f"{HEAD}<response><error><message>User Not Authenticated</message>"
        "<detail>Required to provide Auth information</detail></error><status>failure</status></response>"
    )


@pytest.mark.attack("D08")
@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml; charset=UTF-8"),
        ("application/xml, application/json", "application/json;charset=UTF-8"),
        ("application/json;q=0.5, text/xml", "text/xml; charset=UTF-8"),
        ("text/*", "text/xml; charset=UTF-8"),
    ],
)
def test_d08_the_content_type_is_what_the_client_likes_best(api, accept, content_type):
    """JSON when it is all the same to the client."""
    answer = api.get("incident", headers={"Accept": accept}, sysparm_limit=1)
    assert answer.headers["Content-Type"] == content_type
    assert answer.json["result"] if "json" in content_type else fromstring(answer.data).tag == "response"


@pytest.mark.attack("D03")
def test_d03_xml_of_any_text_is_well_formed():
    """What XML cannot hold is replaced, what it reserves is escaped, and a carriage return survives the parser."""
    odd = "<&>\"'\x01\x0b\ufffe\ud800 ]]> é 😀\r\n\t"
    root = fromstring(to_xml({"result": [{"a b": odd, "1": True, "": None}]}))
    assert root[0][0].text == "<&>\"'\ufffd\ufffd\ufffd\ufffd ]]> é 😀\r\n\t"
    assert [each.tag for each in root[0]] == ["a_b", "_1", "_"]


@pytest.mark.attack("D03")
def test_d03_json_of_any_text_can_be_read():
    odd = {"result": "\ud800 é 😀\x00"}
    assert json.loads(to_json(odd)) == odd


@pytest.mark.source("rest 3", "G")
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "application/xml; charset=utf-8"])
def test_an_xml_body_is_a_record(api, content_type):
    """The shape is unverified, and XML in does not mean XML out."""
    body = (
        "<request><entry><short_description>Größe &lt;XML&gt;</short_description><urgency>2</urgency>"
        "<caller_id><link>x</link><value>6816f79cc0a8016401c5a33be04be441</value></caller_id></entry></request>"
    )
    answer = api.open("/api/now/table/incident", "POST", data=body.encode(), content_type=content_type)
    assert answer.status_code == 201
    record = answer.json["result"]
    assert (record["short_description"], record["urgency"]) == ("Größe <XML>", "2")
    assert record["caller_id"]["value"] == "6816f79cc0a8016401c5a33be04be441"
