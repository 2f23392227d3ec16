from __future__ import annotations

import httpx
import pytest

from inventory_planner.api.client import Client
from inventory_planner.api.listing import Page, get_order, list_orders
from inventory_planner.api.order_parts import get_connection
from inventory_planner.api.routes import DIRECT, Route, neuro, route_to
from inventory_planner.errors import ApiError, ConfigurationError, NotFoundError, RefusedError, UnreadableAnswerError
from inventory_planner_emulator import Account, Fault
from orders import API_KEY, order
from roads import NEURO_ORDERS, PLUGIN, TOKEN, Road

ACCESS = {
    "direct": (
        "the API key (Account > Settings > API; its user needs full access) and the account id (`a=` in the address of"
        " the web application)"
    ),
    "neuro": "`neuro_token`, and the Account ID and Access Token that the Inventory Planner plugin has in Neuro",
}
ADDRESS = {"direct": "base_url", "neuro": "neuro_url"}
KEY = {"direct": "api_key", "neuro": "neuro_token"}
HOST = {"direct": "Inventory Planner", "neuro": "Neuro"}


def sent_over(route: Route, key: str) -> httpx.Request:
    """The request for a page of 20 orders, the second one."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"meta": {"total": 0}, "purchase-orders": []})

    with Client("https://host.test", key, "a1000", 0, route, transport=httpx.MockTransport(answer)) as client:
        list_orders(client, page_size=20, page=1, status="open")
    (request,) = seen
    return request


def test_directly_a_request_has_the_key_and_the_account_and_pages_count_from_0() -> None:
    request = sent_over(DIRECT, API_KEY)
    assert str(request.url) == "https://host.test/api/v1/purchase-orders?limit=20&page=1&status=open"
    assert (request.headers["authorization"], request.headers["account"]) == (API_KEY, "a1000")


def test_through_neuro_a_request_has_a_bearer_token_and_pages_count_from_1() -> None:
    request = sent_over(neuro(PLUGIN), TOKEN)
    assert str(request.url) == f"https://host.test{NEURO_ORDERS}?page_size=20&page_no=2&status=open"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert "account" not in request.headers


def test_the_way_is_direct_without_a_plugin() -> None:
    assert route_to(None) is route_to("") is DIRECT
    assert route_to(PLUGIN).orders_path == NEURO_ORDERS


@pytest.mark.parametrize(
    ("route", "orders"),
    [
        (DIRECT, "/api/v1/purchase-orders"),
        (neuro("a/b c"), "/api/v1/plugins/a%2Fb%20c/inventoryPlanner/stockOrders"),
    ],
    ids=["direct", "neuro"],
)
def test_no_id_or_name_can_lead_to_another_path(route: Route, orders: str) -> None:
    assert route.path() == orders
    assert route.path("../a?b#c", "connections", "ü/1") == f"{orders}/..%2Fa%3Fb%23c/connections/%C3%BC%2F1"


def test_a_connection_may_have_a_slash_in_its_name(road: Road) -> None:
    road.account.put(order("one", connections=[{"connection": "shop/eu", "save_po": False}]))
    assert get_connection(road.client, "one", "shop/eu").connection == "shop/eu"


# errors name the settings of the road


def failure(road: Road) -> ApiError:
    with pytest.raises(ApiError) as caught:
        list_orders(road.client, page_size=1)
    return caught.value


def test_a_refusal_says_which_access_to_check(road: Road) -> None:
    road.account.api_key = road.account.neuro_token = "another"  # noqa: S105 (it is none)
    message = {"direct": "Invalid API key", "neuro": "Unauthenticated"}[road.name]
    error = failure(road)
    assert type(error) is RefusedError
    assert str(error) == f"GET {road.path} returned 401 ({message}). Check {ACCESS[road.name]}."


def test_a_firewall_is_that_of_the_host(road: Road) -> None:
    road.account.faults.append(Fault.cloudflare())
    error, host = failure(road), HOST[road.name]
    assert type(error) is RefusedError
    assert str(error) == (
        f"GET {road.path} returned 403 with an HTML page: a firewall in front of {host} blocks requests from this"
        f" machine. Run the command from another network, or ask {host}'s support to allow this one."
    )


def test_a_wrong_address_is_named_as_its_setting(road: Road) -> None:
    setting = ADDRESS[road.name]
    road.account.faults.extend(
        [Fault.status(302, b"", {"location": "/login"}), Fault.status(404, b"<html>"), *[Fault.html()] * 6]
    )
    errors = [failure(road) for _ in range(3)]
    assert [(type(each), str(each).partition(" returned ")[2]) for each in errors] == [
        (UnreadableAnswerError, f"302, a redirect, which is not followed. Correct `{setting}`."),
        (NotFoundError, f"404. Check the id and `{setting}`."),
        (
            UnreadableAnswerError,
            f"200 with an HTML page instead of JSON. Gave up after 6 attempts; check `{setting}`, or try again later.",
        ),
    ]


@pytest.mark.parametrize(("name", "route"), [("direct", DIRECT), ("neuro", neuro(PLUGIN))])
def test_a_setting_that_no_request_can_hold_is_named(name: str, route: Route) -> None:
    with pytest.raises(ConfigurationError, match=rf"`{KEY[name]}`.*SOURCES__INVENTORY_PLANNER__{KEY[name].upper()}"):
        Client("https://host.test", "two\nlines", "a1000", route=route)
    with pytest.raises(ConfigurationError, match=rf"`{ADDRESS[name]}` 'host.test' is not an address"):
        Client("host.test", "key", "a1000", route=route)


def test_the_token_appears_in_no_error(road: Road) -> None:
    secret = road.client.api_key
    road.account.faults.extend(
        [
            Fault.refused(f"Bearer {secret} is odd", 401),
            Fault.refused(f"Bearer {secret} is odd"),
            Fault.error_in_200(f"Bearer {secret} is odd"),
        ]
    )
    texts = [str(failure(road)) for _ in range(3)]
    assert [secret in text for text in texts] == [False] * 3
    assert ["Bearer *** is odd" in text for text in texts] == [True] * 3


# what Neuro may answer


def test_a_plugin_of_another_account_is_not_found(account: Account, road: Road) -> None:
    account.plugin = "another"
    if road.name == "direct":
        assert list_orders(road.client, page_size=1).orders == []
    else:
        assert type(failure(road)) is NotFoundError


def test_a_page_through_neuro_is_the_same_as_the_direct_one(account: Account, clients: dict[str, Client]) -> None:
    for number in range(5):
        account.put(order(f"order-{number}"))

    def pages(client: Client) -> list[tuple[int, list[bytes]]]:
        found: list[Page] = [list_orders(client, page_size=2, page=page, id_sort="desc") for page in range(4)]
        return [(page.meta.total, [bytes(raw) for raw in page.orders]) for page in found]

    assert pages(clients["neuro"]) == pages(clients["direct"])
    assert [len(orders) for _, orders in pages(clients["neuro"])] == [2, 2, 1, 0]


def test_an_order_through_neuro_is_the_same_as_the_direct_one(account: Account, clients: dict[str, Client]) -> None:
    account.put(order("one"))
    assert bytes(get_order(clients["neuro"], "one")) == bytes(get_order(clients["direct"], "one"))
