"""Files on a form: seen, attached, downloaded and removed, under the rules of the Attachment API."""

import io
import re

import pytest
from people import PASSWORD, Page, Person, api, make_person, set_property
from ticketlab.emulator.pages.attachment_strip import MOST_SHOWN, size_in_words
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

FILE = "attachFile"
MEGABYTE = 1024 * 1024


@pytest.fixture
def incident(instance):
    return api(instance, "POST", "/api/now/table/incident", {"short_description": "Printer on fire"})["sys_id"]


def attach(person, incident, content=b"Smoke.", name="smoke.txt", content_type="text/plain"):
    """Choose a file in the form that stands on the record's page, and send it."""
    form = person.get(f"/incident.do?sys_id={incident}").form(FILE)
    return Page(person.client.post(form.action, **multipart(form.values, content, name, content_type)))


def multipart(values, content=b"x", name="x.txt", content_type="text/plain"):
    """The body that a browser makes of a form with a file."""
    file = FileStorage(io.BytesIO(content), name, content_type=content_type)
    boundary, body = encode_multipart({**values, FILE: file})
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


@pytest.mark.parametrize(("size", "words"), [(0, "0 bytes"), (1, "1 byte"), (255, "255 bytes"), (1229, "1.2 KB")])
def test_a_size_is_said_in_words(size, words):
    assert size_in_words(size) == words


def attached(instance, incident):
    return api(instance, "GET", f"/api/now/attachment?table_sys_id={incident}")


def test_a_file_is_attached_seen_downloaded_and_removed(instance, admin, incident):
    page = admin.follow(attach(admin, incident))
    assert "Attached to: INC" in page.text
    assert "Manage Attachments (1): smoke.txt text/plain, 6 bytes" in page.text
    answer = admin.client.get(page.link("smoke.txt"))
    assert (answer.data, answer.mimetype) == (b"Smoke.", "text/plain")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="smoke.txt"')
    (form,) = (form for form in page.forms if form.action == page.link("smoke.txt"))
    question = admin.send(form)
    assert "Delete smoke.txt?" in question.text
    assert attached(instance, incident)
    page = admin.follow(admin.send(question.form("confirmed")))
    assert "Removed a file from: INC" in page.text
    assert attached(instance, incident) == []


def test_a_file_that_a_program_attached_to_the_task_stands_on_the_incident(instance, admin, incident):
    asked = f"/api/now/attachment/file?table_name=task&table_sys_id={incident}&file_name=of-the-task.txt"
    instance.test_client().post(asked, data=b"x", auth=("admin", "admin"))
    assert admin.get(f"/incident.do?sys_id={incident}").link("of-the-task.txt")


def test_the_form_of_a_new_record_says_when_files_can_be_attached(admin):
    """Where files can be attached to the record at all: to whom may not make one it says nothing."""
    assert "Files can be attached once the record is saved" in admin.get("/incident.do?sys_id=-1").text
    assert "Files can be attached" not in admin.get("/sys_audit.do?sys_id=-1").text


def test_of_very_many_files_it_says_that_there_are_more(instance, admin, incident):
    """No number would be the right one."""
    gate = part_of(instance, Gate)
    row = {"table_name": "incident", "table_sys_id": incident, "file_name": "log.txt", "content_type": "text/plain"}
    rows = [{"sys_id": f"{number:032}", **row} for number in range(MOST_SHOWN + 1)]
    with gate.store.writing() as connection:
        gate.store.insert_all(connection, gate.snapshot().tables, "sys_attachment", rows)
    assert f"Manage Attachments ({MOST_SHOWN}+):" in admin.get(f"/incident.do?sys_id={incident}").text
    with gate.store.writing() as connection:
        gate.store.delete(connection, gate.snapshot().tables, "sys_attachment", rows[0]["sys_id"])
    assert f"Manage Attachments ({MOST_SHOWN}):" in admin.get(f"/incident.do?sys_id={incident}").text


def test_a_script_may_name_the_record_in_the_body(instance, admin, incident):
    """As the platform's own page does; a file that is too large has then no form to be told above."""
    set_property(instance, "com.glide.attachment.max_size", "1")
    fields = {"sysparm_table": "incident", "sysparm_sys_id": incident, "sysparm_ck": admin.get("/home.do").token}
    assert admin.client.post("/sys_attachment.do", **multipart(fields)).status_code == 302
    assert [each["file_name"] for each in attached(instance, incident)] == ["x.txt"]
    assert admin.client.post("/sys_attachment.do", **multipart(fields, b"x" * 3 * MEGABYTE)).status_code == 413


def test_a_program_downloads_with_its_credentials(instance, admin, incident):
    """A link of a page is good for curl, too; what is refused is refused as by the API."""
    admin.follow(attach(admin, incident))
    address = f"/sys_attachment.do?sys_id={attached(instance, incident)[0]['sys_id']}"
    program = instance.test_client()
    assert program.get(address, auth=("admin", "admin")).data == b"Smoke."
    assert program.get(address, auth=("admin", "wrong")).status_code == 401
    assert program.get(f"/sys_attachment.do?sys_id={'0' * 32}", auth=("admin", "admin")).json["status"] == "failure"
    assert "/login.do" in program.get(address).headers["Location"]


def test_no_file_is_no_error_of_ours(admin, incident):
    page = attach(admin, incident, name="")
    assert page.status == 422
    assert page.alerts == ["No file was attached: choose one first."]
    assert page.form("incident.state")


@pytest.mark.parametrize("size", [MEGABYTE + 1, 3 * MEGABYTE])
def test_a_file_over_the_limit_is_told_above_the_form(instance, admin, incident, size):
    """A little over the limit, and so far over it that the body is not read at all."""
    set_property(instance, "com.glide.attachment.max_size", "1")
    page = attach(admin, incident, b"x" * size)
    assert page.status == 413
    assert page.alerts == ["The file was not attached: it is larger than the allowed 1 MB."]
    assert page.form("incident.state")
    assert attached(instance, incident) == []
    assert attach(admin, incident, b"x" * MEGABYTE).status == 302


@pytest.mark.parametrize("table", ["incident", "nothing", "task"])
def test_a_file_over_the_limit_for_a_record_without_a_form_is_told_plainly(instance, admin, incident, table):
    """There is no such record, no such table, or the form is another class's."""
    set_property(instance, "com.glide.attachment.max_size", "1")
    address = f"/sys_attachment.do?sysparm_table={table}&sysparm_sys_id={incident if table == 'task' else '0' * 32}"
    answer = admin.client.post(address, **multipart({}, b"x" * 3 * MEGABYTE))
    assert answer.status_code == 413
    assert "it is larger than the allowed 1 MB" in answer.text


def test_a_file_of_a_kind_that_is_not_listed_is_refused_by_page_and_api(instance, admin, incident):
    """glide.attachment.extensions names the endings that may be; a rename does not lead around it."""
    set_property(instance, "glide.attachment.extensions", "txt, PDF")
    page = attach(admin, incident, name="run.exe")
    assert page.status == 400
    assert "allows only files that end in txt, pdf" in page.alerts[0]
    asked = f"/api/now/attachment/file?table_name=incident&table_sys_id={incident}&file_name=exe"
    assert instance.test_client().post(asked, data=b"x", auth=("admin", "admin")).status_code == 400
    assert attach(admin, incident, name="run.TXT").status == 302
    (made,) = attached(instance, incident)
    renamed = instance.test_client().patch(
        f"/api/now/attachment/{made['sys_id']}", json={"file_name": "run.exe"}, auth=("admin", "admin")
    )
    assert renamed.status_code == 400


def test_who_may_read_but_not_change_a_record_only_downloads(instance, admin, incident):
    """The caller of an incident sees its files and no way to change them; forced, the gate refuses."""
    jo = make_person(instance, "jo.example")
    api(instance, "PATCH", f"/api/now/table/incident/{incident}", {"caller_id": jo})
    form = admin.get(f"/incident.do?sys_id={incident}").form(FILE)
    admin.follow(attach(admin, incident))
    person = Person(instance).log_in("jo.example", PASSWORD)
    page = person.get(f"/incident.do?sys_id={incident}")
    assert person.client.get(page.link("smoke.txt")).data == b"Smoke."
    assert FILE not in page.html
    token = page.token
    assert person.client.post(form.action, **multipart({"sysparm_ck": token})).status_code == 403
    removal = {"sysparm_ck": token, "confirmed": "true"}
    assert person.client.post(page.link("smoke.txt"), data=removal).status_code == 403
    assert [each["file_name"] for each in attached(instance, incident)] == ["smoke.txt"]


@pytest.mark.attack("X08")
def test_x08_a_file_of_a_hidden_record_is_no_file(instance, admin, incident):
    """Neither its content, nor its name, nor that it is there."""
    admin.follow(attach(admin, incident))
    made = attached(instance, incident)[0]["sys_id"]
    make_person(instance, "jo.example")
    jo = Person(instance).log_in("jo.example", PASSWORD)
    token = jo.get("/home.do").token
    told = [jo.get(f"/sys_attachment.do?sys_id={each}") for each in (made, "0" * 32)]
    assert [page.status for page in told] == [404, 404]
    assert told[0].text == told[1].text
    removal = {"sysparm_ck": token, "confirmed": "true"}
    assert jo.client.post(f"/sys_attachment.do?sys_id={made}", data=removal).status_code == 404
    aimed = f"/sys_attachment.do?sysparm_table=incident&sysparm_sys_id={incident}"
    assert jo.client.post(aimed, **multipart({"sysparm_ck": token})).status_code == 404
    assert len(attached(instance, incident)) == 1


@pytest.mark.attack("C01")
@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}], ids=["no token", "another site's"])
def test_c01_a_file_that_another_site_sends_is_not_attached(instance, admin, incident, headers):
    form = admin.get(f"/incident.do?sys_id={incident}").form(FILE)
    token = form.values["sysparm_ck"] if headers else ""
    body = multipart({"sysparm_ck": token})
    assert admin.client.post(form.action, **body, headers=headers).status_code == 403
    assert attached(instance, incident) == []


@pytest.mark.attack("C15")
@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_c15_an_attached_page_is_saved_and_never_shown(admin, incident, content_type):
    page = admin.follow(attach(admin, incident, b"<script>alert(1)</script>", "a.html", content_type))
    headers = admin.client.get(page.link("a.html")).headers
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.attack("C18")
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("a;filename=b.exe;.txt", "a;filename=b.exe;.txt"),
    ],
)
def test_c18_an_odd_name_is_text_and_names_no_folder(instance, admin, incident, name, kept):
    page = admin.follow(attach(admin, incident, name=name))
    assert [each["file_name"] for each in attached(instance, incident)] == [kept]
    assert "<img" not in page.html
    (address,) = set(re.findall(r'<a href="(/sys_attachment\.do\?sys_id=[0-9a-f]{32})">', page.html))
    told = admin.client.get(address).headers["Content-Disposition"]
    assert told.count('"') == 2
