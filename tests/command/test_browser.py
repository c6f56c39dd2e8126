"""The program's browser reads pages as a person does."""

import pytest
from pytest_httpserver import HTTPServer
from ticketlab.shared.clients.browser import Browser
from ticketlab.shared.clients.page import PageUnexpected
from werkzeug import Request, Response

PAGE = """
<style>h1 { color: red }</style><script>let hidden = "<form>"</script>
<h1>Change&nbsp;request</h1> <a href="/next">View <b>all</b></a>
<form action="/saved" method="post">
  <input type="hidden" name="csrf" value="a&amp;b"><label for="n">Name *</label><input id="n" name="name" value="old">
  <label for="s">State</label><select id="s" name="state"><option value="1">New</option>
  <option value="2" selected>Open</option></select>
  <label>Text <textarea name="text">two
lines</textarea></label>
  <input type="checkbox" name="ticked" checked><input type="checkbox" name="unticked">
  <input name="off" value="x" disabled>
  <button name="do" value="save">Save</button><button name="do" value="delete" formaction="/deleted">Delete</button>
</form>
"""


def echo(request: Request) -> Response:
    return Response(repr(sorted(request.form.items())) + request.path)


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/page").respond_with_data(PAGE, content_type="text/html")
    httpserver.expect_request("/saved").respond_with_handler(echo)
    httpserver.expect_request("/deleted").respond_with_handler(echo)
    httpserver.expect_request("/next").respond_with_data("<p>the next page", content_type="text/html")
    return httpserver


def test_text_is_what_a_person_reads(site: HTTPServer):
    """Scripts and styles are not text; spaces are spaces."""
    page = Browser().open(site.url_for("/page"))
    assert page.text.startswith("Change request View all")
    assert "color" not in page.text
    assert "hidden" not in page.text


def test_form_is_sent_as_a_browser_sends_it(site: HTTPServer):
    """Hidden fields and defaults go along, unticked and disabled ones do not; fields are found by their labels."""
    browser = Browser()
    sent = browser.fill(browser.open(site.url_for("/page")), "Save", {"Name": "new", "State": "New"})
    assert "('csrf', 'a&b')" in sent.html
    assert "('name', 'new')" in sent.html
    assert "('state', '1')" in sent.html
    assert "('ticked', 'on')" in sent.html
    assert "('do', 'save')" in sent.html
    assert "unticked" not in sent.html
    assert "'off'" not in sent.html
    assert sent.html.endswith("/saved")


def test_pressed_button_decides_where_a_form_goes(site: HTTPServer):
    """``formaction`` of the pressed button wins, and only its own value is sent."""
    browser = Browser()
    sent = browser.fill(browser.open(site.url_for("/page")), "Delete", {})
    assert "('do', 'delete')" in sent.html
    assert sent.html.endswith("/deleted")


def test_link_is_followed_by_its_text(site: HTTPServer):
    browser = Browser()
    assert browser.follow(browser.open(site.url_for("/page")), "View all").text == "the next page"


@pytest.mark.parametrize(("button", "field"), [("Send", "Name"), ("Save", "Nickname")])
def test_what_is_not_on_the_page_is_named(site: HTTPServer, button: str, field: str):
    """A missing button or field says what is there instead."""
    browser = Browser()
    with pytest.raises(PageUnexpected) as met:
        browser.fill(browser.open(site.url_for("/page")), button, {field: "x"})
    assert (button if button == "Send" else field) in str(met.value)
