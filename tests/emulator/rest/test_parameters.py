"""The sysparm_ parameters and what garbage in them does."""

import pytest
from ticketlab.emulator.errors import BadParameter
from ticketlab.emulator.rest.parameters import DisplayValue, read_parameters


def read(**given):
    return read_parameters(list(given.items()))


@pytest.mark.source("rest 2", "D")
def test_an_absent_limit_is_ten_thousand():
    assert (read().limit, read().offset) == (10_000, 0)


@pytest.mark.source("rest 2", "C")
@pytest.mark.parametrize(
    ("text", "meant"),
    [("True", "true"), ("FALSE", "false"), ("All", "all"), ("", "false"), ("junk", "false")],
)
def test_display_value_is_compared_without_regard_to_case(text, meant):
    assert read(sysparm_display_value=text).display_value is DisplayValue(meant)


@pytest.mark.source("rest 2", "C")
def test_fields_keep_their_order_and_empty_means_all():
    assert read(sysparm_fields="number, sys_id,caller_id.name,number").fields == ("number", "sys_id", "caller_id.name")
    assert read(sysparm_fields="").fields == ()


@pytest.mark.source("rest 2", "D")
def test_a_query_and_filters_exclude_each_other():
    assert read(sysparm_query="a=1", state="2").filters == ()
    assert read(sysparm_query="", state="2").filters == (("state", "2"),)


def test_unknown_parameters_never_err():
    assert read(sysparm_unheard_of="x").filters == ()


def test_of_a_repeated_parameter_the_first_counts():
    assert read_parameters([("sysparm_limit", "5"), ("sysparm_limit", "7")]).limit == 5


@pytest.mark.attack("D14")
@pytest.mark.parametrize("text", ["-1", "1;", "abc", "1.5", "١٢", "0x10", "1e3", "+5", "1 2"])
def test_d14_a_limit_that_is_no_number_from_zero_upwards_is_refused(text):
    """Minus one would be no limit at all in SQLite."""
    with pytest.raises(BadParameter):
        read(sysparm_limit=text)
    with pytest.raises(BadParameter):
        read(sysparm_offset=text)


@pytest.mark.attack("D14")
@pytest.mark.parametrize("text", ["1000000000", str(2**63), "9" * 5000])
def test_d14_an_enormous_limit_counts_as_the_largest_page(text):
    assert read(sysparm_limit=text).limit == 100_000
    assert read(sysparm_offset=text).offset <= 10**12


def test_leading_zeros_do_not_make_a_number_large():
    assert read(sysparm_limit="00000000005").limit == 5


@pytest.mark.attack("D03")
def test_d03_a_nul_in_a_parameter_is_refused():
    with pytest.raises(BadParameter):
        read(sysparm_query="a=\0")


@pytest.mark.attack("D16")
def test_d16_thousands_of_fields_and_deep_walks_are_cut():
    many = ",".join(f"f{n}" for n in range(5000))
    assert len(read(sysparm_fields=many).fields) == 1000
    assert read(sysparm_fields="a.b.c.d,a.b.c.d.e,a.b").fields == ("a.b.c.d", "a.b")


@pytest.mark.source("platform 1.4", "D")
def test_a_token_in_the_address_is_no_filter():
    assert read(access_token="x", state="2").filters == (("state", "2"),)


def test_a_long_query_is_read_and_forgotten():
    """A batch's addresses may have megabytes, and a reading that is kept would hold on to them."""
    short, long = "state=1", "state=1^" * 1000
    assert read(sysparm_query=short) is read(sysparm_query=short)
    assert read(sysparm_query=long) == read(sysparm_query=long)
    assert read(sysparm_query=long) is not read(sysparm_query=long)
