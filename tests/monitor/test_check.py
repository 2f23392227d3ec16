from __future__ import annotations

from datetime import UTC, datetime

from inventory_planner.api.client import Client
from inventory_planner.monitor.check import CheckReport, check
from inventory_planner_emulator import Account, Server
from orders import order
from roads import client_of


def test_one_request_describes_an_account(account: Account, client: Client) -> None:
    account.put(order("one", last_modified="2026-01-05T09:41:07+02:00"))
    account.put(order("two", last_modified="2026-01-04T09:41:07+00:00"))

    found = check(client)

    newest = datetime(2026, 1, 5, 7, 41, 7, tzinfo=UTC)
    assert found == CheckReport(account.account_id, client.base_url, orders=2, newest=newest, problem=None)
    assert found.summary == (
        f"Account a1000 at {client.base_url} is reachable and has 2 orders, last modified at 2026-01-05 07:41:07 UTC."
    )
    assert len(account.requests) == 1


def test_an_empty_account_is_not_an_error(client: Client) -> None:
    assert check(client).summary == f"Account a1000 at {client.base_url} is reachable and has 0 orders."


def test_an_order_that_would_be_quarantined_is_reported(account: Account, client: Client) -> None:
    account.put(order("bad", shipping_handling="many"))

    assert check(client).problem == 'Expected a number, got "many" - at `$.shipping_handling`'


def test_an_account_that_is_reached_through_neuro_is_said_to_be(account: Account, server: Server) -> None:
    account.put(order("one", last_modified="2026-01-05T09:41:07+02:00"))

    with client_of("neuro", account, server.url) as neuro:
        found = check(neuro)

    newest = datetime(2026, 1, 5, 7, 41, 7, tzinfo=UTC)
    assert found == CheckReport("a1000", server.url, orders=1, newest=newest, problem=None, route=neuro.route)
    assert found.summary == (
        f"Account a1000 at {server.url} is reachable through Neuro and has 1 orders, last modified at 2026-01-05"
        " 07:41:07 UTC."
    )
