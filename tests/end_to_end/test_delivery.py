"""Deliveries to a real sshd: never half a file under a final name, never a row lost or sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from deliveries import NOW, STOCK, VALID, Cells, Warehouseman, before_each_step, stock, write
from inventory_planner.data_folder import DataFolder
from inventory_planner.delivery.connection import probe
from inventory_planner.delivery.files import FILES, File
from inventory_planner.delivery.keys import ensure_key
from inventory_planner.delivery.sftp import MAX_ATTEMPTS, Server, fingerprint
from inventory_planner.errors import (
    ConfigurationError,
    RefusedError,
    RejectedError,
    UnknownOutcomeError,
    UnreachableError,
)
from inventory_planner.settings import DeliverySettings
from inventory_planner.warehouse.warehouse import Warehouse
from sftp_server import SftpServer, needs_sshd, serving

pytestmark = [needs_sshd, pytest.mark.long]

MANY = 3_000  # rows; some 150 kB, which take many blocks


class Killed(BaseException):
    """The process ends here, as far as our code can tell."""


def kill() -> None:
    raise Killed


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with serving(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def man(sshd: SftpServer, folder: DataFolder, tmp_path: Path) -> Warehouseman:
    """Somebody who delivers to a server whose directories are empty."""
    return set_up(sshd, folder, tmp_path.name)


@pytest.fixture
def own(folder: DataFolder, tmp_path: Path) -> Iterator[Warehouseman]:
    """Somebody who delivers to a server of his own, which may be stopped and started again."""
    with serving(tmp_path / "server") as server:
        yield set_up(server, folder, "own")


def set_up(server: SftpServer, folder: DataFolder, name: str) -> Warehouseman:
    server.authorize(ensure_key(folder)[0])
    server.cuts, server.cut_after, server.connections = 0, None, 0
    server.files = name
    directories = {file.name: str(server.directory(file.name)) for file in FILES.values()}
    return Warehouseman(folder, server, DeliverySettings("127.0.0.1", server.port, server.user, directories))


def many(value: int = 0) -> list[Cells]:
    return stock(**{f"variant-{number}": number + value for number in range(MANY)})


def assert_each_row_arrived_once(man: Warehouseman, *wanted: list[Cells]) -> None:
    """The receiver, which applies files in their order, has the rows of the last file, and got no row twice."""
    received = [tuple(row.items()) for rows in man.received() for row in rows]
    assert len(received) == len(set(received))
    applied = {dict(row)["VARIANT_ID"]: dict(row) for row in received}
    expected = {row["VARIANT_ID"]: row for rows in wanted for row in rows}
    assert applied == expected
    assert man.drafts() == []
    delivered = {each.file_name for each in man.log() if each.state == "delivered"}
    assert {path.name for path in man.visible()} == delivered


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_of_each_kind_arrives_once(man: Warehouseman, file: File) -> None:
    row = VALID[file.kind]
    report = man.deliver([row], file)
    assert report.delivery
    assert report.delivery.message == "Delivered, and read back."
    assert man.received(file) == [[row]]
    assert man.visible(file)[0].name == f"{file.name}_20260131T120000Z_1.csv"
    assert man.deliver([row], file).delivery is None
    assert man.deliver([row], file, is_full=True).delivery
    assert man.received(file) == [[row], [row]]


def test_only_new_and_changed_rows_are_sent(man: Warehouseman) -> None:
    man.deliver(stock(a=1, b=2, c=3))
    later = [{**row, "UPDATED_AT": "2026-02-01 00:00:00"} for row in stock(a=1, b=5, d=4)]
    man.deliver(later)
    assert man.received() == [stock(a=1, b=2, c=3), later[1:]]
    log = [(each.new_rows, each.changed_rows, each.sent_rows, each.source_rows, each.is_full) for each in man.log()]
    assert log == [(3, 0, 3, 3, True), (1, 1, 2, 3, False)]


def test_all_lines_of_a_changed_order_are_sent(man: Warehouseman) -> None:
    file, row = FILES["stock-order"], VALID["stock-order"]
    rows = [{**row, "ID": order, "LINE_ITEM_ID": line} for order in ("s1", "s2") for line in ("1", "2")]
    man.deliver(rows, file)
    later = [*rows[:3], {**rows[3], "RECEIVED": "2"}]
    man.deliver(later, file)
    assert man.received(file) == [rows, later[2:]]


def test_everything_is_sent_from_time_to_time(man: Warehouseman) -> None:
    man.configure(full_every_days=7)
    for days in (0, 6, 7, 8):
        man.now = NOW.replace(day=1 + days)
        man.deliver(stock(a=days, b=1))
    assert [[row["VARIANT_ID"] for row in rows] for rows in man.received()] == [["a", "b"], ["a"], ["a", "b"], ["a"]]


def test_another_directory_gets_everything(man: Warehouseman) -> None:
    man.deliver(stock(a=1))
    man.configure(directories={STOCK.name: str(man.server.directory("vendor"))})
    man.deliver(stock(a=1))
    assert man.received(FILES["vendor"]) == [stock(a=1)]


def test_files_of_one_directory_are_seconds_apart(man: Warehouseman) -> None:
    man.deliver(stock(a=1))
    ended = man.log()[0].ended_at
    assert ended
    man.now = ended.replace(microsecond=0)
    man.deliver(stock(a=2))
    man.now = ended.replace(year=ended.year + 1)
    man.deliver(stock(a=3))
    assert [round(seconds) for seconds in man.waits] in ([5], [])  # at the clock's whole second, it may be before
    assert len({path.name for path in man.visible()}) == 3


# what goes wrong on the way


@pytest.mark.parametrize(
    ("share", "cuts"),
    [
        *((share, 1) for share in (0.02, 0.5, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995)),
        *((share, MAX_ATTEMPTS + 1) for share in (0.02, 0.5, 0.97, 0.99)),
    ],
)
def test_a_dropped_connection_loses_nothing(man: Warehouseman, share: float, cuts: int) -> None:
    sent: list[int] = []
    man.server.before_block = sent.append
    man.deliver(many())
    man.server.before_block = lambda _: None
    man.server.cut_after, man.server.cuts, man.server.connections = int(max(sent) * share), cuts, 0
    try:
        man.deliver(many(1))
    except (UnreachableError, UnknownOutcomeError):
        assert cuts > 1
    man.server.cuts = 0
    man.deliver(many(1))
    assert_each_row_arrived_once(man, many(1))


def test_a_server_that_stays_away_is_tried_a_few_times(own: Warehouseman) -> None:
    own.deliver(stock(a=1))
    own.server.stop()
    with pytest.raises(UnreachableError, match=r"Can't look at .+ Check DELIVERY__ENDPOINT and the network"):
        own.deliver(stock(a=2))
    assert own.waits[-3:] == [2, 4, 8]
    own.server.start()
    own.deliver(stock(a=2))
    assert_each_row_arrived_once(own, stock(a=1), stock(a=2))
    assert [each.state for each in own.log()] == ["delivered", "failed", "delivered"]


def test_a_server_lost_at_the_last_step_leaves_a_doubt_that_the_next_command_settles(own: Warehouseman) -> None:
    with before_each_step(Server, ("rename",), own.server.stop), pytest.raises(UnknownOutcomeError) as caught:
        own.deliver(stock(a=1))
    place = f"{own.settings.directories[STOCK.name]}/{own.log()[0].file_name}"
    assert str(caught.value).startswith(f"It is not known whether {place} arrived. Can't ")
    assert (own.log()[0].is_in_doubt, own.visible()) == (True, [])
    own.server.start()
    report = own.deliver(stock(a=1))
    assert [each.message for each in report.settled] == ["Delivered; verified on the server."]
    assert report.delivery is None
    assert_each_row_arrived_once(own, stock(a=1))


def test_a_file_that_a_later_command_reveals_counts_for_the_night_after_that(man: Warehouseman) -> None:
    with before_each_step(Server, ("rename",), kill), pytest.raises(Killed):
        man.deliver(stock(a=1))
    assert [each.night for each in man.log()] == ["2026-02-01"]
    man.now = NOW + timedelta(days=2)
    (settled,) = man.deliver(stock(a=1)).settled
    assert (settled.state, settled.sent_at, settled.night) == ("delivered", man.now, "2026-02-03")
    assert [each.night for each in man.log()] == ["2026-02-03"]


def test_a_file_that_was_revealed_before_the_interruption_keeps_its_night(man: Warehouseman) -> None:
    def kill_if_revealed() -> None:
        if man.visible():
            kill()

    with before_each_step(Server, ("size", "read"), kill_if_revealed), pytest.raises(Killed):
        man.deliver(stock(a=0))
    man.now = NOW + timedelta(days=2)
    assert [each.night for each in man.deliver(stock(a=0)).settled] == ["2026-02-01"]


def test_a_kill_at_any_step_loses_nothing(man: Warehouseman) -> None:
    names = ("write", "read", "size", "rename", "remove")
    step, states = 0, set()
    wanted = stock(a=0, b=0)
    man.deliver(wanted)
    is_killed = True
    while is_killed:
        step, count, is_killed = step + 1, 0, False

        def hook() -> None:
            nonlocal count, is_killed
            count += 1
            if count == step:  # noqa: B023 (called within this turn)
                is_killed = True
                raise Killed

        wanted = stock(a=step, b=0)
        with before_each_step(Server, names, hook), before_each_step(Warehouse, ("execute",), hook):
            try:
                man.deliver(wanted)
            except Killed:
                states.add(man.log()[-1].state)
        man.deliver(wanted)
        man.deliver(wanted)
        assert len(man.received()) == step + 1
    assert states == {"intended", "sent", "delivered"}
    assert_each_row_arrived_once(man, wanted)


def test_the_rows_of_a_killed_delivery_are_not_lost_when_the_next_file_lacks_them(man: Warehouseman) -> None:
    man.deliver(stock(a=1, b=1))
    with before_each_step(Server, ("remove",), kill), pytest.raises(Killed):
        man.deliver(stock(a=2))
    assert man.log()[-1].is_in_doubt
    report = man.deliver(stock(b=2))
    assert [each.message for each in report.settled] == ["Delivered; verified on the server."]
    assert_each_row_arrived_once(man, stock(a=1, b=1), stock(a=2, b=2))


def test_a_full_disk_leaves_nothing_behind(own: Warehouseman) -> None:
    own.server.max_bytes = 50_000
    own.server.stop()
    own.server.start()
    with pytest.raises(RejectedError, match=r"did not write .+ and that the disk is not full"):
        own.deliver(many())
    assert (own.visible(), own.drafts()) == ([], [])
    own.server.max_bytes = None
    own.server.stop()
    own.server.start()
    own.deliver(many())
    assert_each_row_arrived_once(own, many())


def test_a_refused_key_is_not_tried_again(man: Warehouseman) -> None:
    man.server.authorize("")
    with pytest.raises(RefusedError, match=r"refused the key\. Paste the output of `inventory-planner deliver key`"):
        man.deliver(stock(a=1))
    assert (man.server.connections, man.waits, man.received()) == (1, [], [])
    assert not (man.folder.delivery / "known_hosts").exists()


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_another_host_key_is_refused(own: Warehouseman, algorithm: str) -> None:
    own.deliver(stock(a=1))
    before = own.server.host_key
    own.server.stop()
    own.server.new_host_key(algorithm)
    own.server.start()
    own.server.connections = 0
    with pytest.raises(ConfigurationError) as caught:
        own.deliver(stock(a=2))
    assert f"is not the expected {fingerprint(before)}. Nothing was sent." in str(caught.value)
    assert (own.server.connections, own.received()) == (1, [stock(a=1)])
    own.configure(host_key=own.server.host_key)
    own.deliver(stock(a=2))
    assert own.received() == [stock(a=1), stock(a=2)]


def test_the_host_key_can_be_known_before_by_its_fingerprint(man: Warehouseman) -> None:
    man.configure(host_key=fingerprint(man.server.host_key))
    man.deliver(stock(a=1))
    assert not (man.folder.delivery / "known_hosts").exists()
    man.configure(host_key="SHA256:AAAA")
    with pytest.raises(ConfigurationError, match="is not the expected SHA256:AAAA"):
        man.deliver(stock(a=2))


@pytest.mark.parametrize("algorithm", ["ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_fingerprint_may_be_of_any_of_the_host_keys(own: Warehouseman, algorithm: str) -> None:
    key = own.server.add_host_key(algorithm)
    own.server.stop()
    own.server.start()
    for number, expected in enumerate([fingerprint(key), key, fingerprint(own.server.host_key)]):
        own.configure(host_key=expected)
        own.deliver(stock(a=number))
    assert len(own.received()) == 3


def test_a_missing_directory_is_named(man: Warehouseman) -> None:
    man.configure(directories={STOCK.name: "/no/such/directory"})
    with pytest.raises(RejectedError, match=r"/no/such/directory.+Check that the directory exists"):
        man.deliver(stock(a=1))
    with pytest.raises(
        RejectedError,
        match=r"has no directory /no/such/directory \(DELIVERY__DIRECTORIES__VARIANT_WAREHOUSE\)\. Correct",
    ):
        probe(man.settings, man.folder)


@pytest.mark.parametrize("step", range(2, 22, 4))
def test_a_server_that_does_not_rename_gets_the_file_under_its_name(own: Warehouseman, step: int) -> None:
    own.server.sftp_options = "-P rename,posix-rename"
    own.server.stop()
    own.server.start()
    count = 0

    def hook() -> None:
        nonlocal count
        count += 1
        if count == step:
            raise Killed

    with before_each_step(Server, ("write", "read", "size", "rename", "remove"), hook), suppress(Killed):
        own.deliver(many())
    own.deliver(many(1))
    assert_each_row_arrived_once(own, many(1))


def test_a_half_copy_is_completed(own: Warehouseman) -> None:
    own.server.sftp_options = "-P rename,posix-rename"
    own.server.stop()
    own.server.start()
    with before_each_step(Server, ("rename",), kill), pytest.raises(Killed):
        own.deliver(many())
    (name,) = own.drafts()
    draft = own.server.directory(STOCK.name) / name
    draft.with_name(own.log()[-1].file_name).write_bytes(draft.read_bytes()[:1000])
    assert own.deliver(many()).delivery is None
    assert_each_row_arrived_once(own, many())


def test_a_server_whose_files_can_only_be_written_is_trusted_with_their_size(own: Warehouseman) -> None:
    own.server.sftp_options = "-P read"
    own.server.stop()
    own.server.start()
    report = own.deliver(stock(a=1))
    assert report.delivery
    assert report.delivery.message == "Delivered. Only its size was compared, as the server does not let us read it."
    assert_each_row_arrived_once(own, stock(a=1))


# the command, in processes of its own


def start(man: Warehouseman, path: Path) -> subprocess.Popen[str]:
    settings = {
        "SOURCES__INVENTORY_PLANNER__API_KEY": "k-1",
        "SOURCES__INVENTORY_PLANNER__ACCOUNT_ID": "a1000",
        "DELIVERY__ENDPOINT": f"127.0.0.1:{man.settings.port}",
        "DELIVERY__USERNAME": man.server.user,
        "DELIVERY__DIRECTORIES__VARIANT_WAREHOUSE": man.settings.directories[STOCK.name],
        "INVENTORY_PLANNER_DATA": str(man.folder.root),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "inventory_planner", "deliver", STOCK.kind, str(path), "--yes"],
        env={**os.environ, **settings},
        cwd=man.folder.root.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_a_killed_process_loses_nothing(man: Warehouseman, tmp_path: Path) -> None:
    rng = Random(1)  # noqa: S311 (when to kill, not a secret)
    for number in range(5):
        path = write(tmp_path / "stock.csv", many(number))
        process = start(man, path)
        threshold = rng.choice([2_000, rng.randint(4_000, 120_000), 152_000])

        def kill_process(sent: int, process: subprocess.Popen[str] = process, threshold: int = threshold) -> None:
            if sent > threshold:
                process.kill()

        man.server.before_block = kill_process
        process.communicate()
        man.server.before_block = lambda _: None
    last = start(man, path)
    output, errors = last.communicate()
    assert last.returncode == 0, errors
    assert "Delivered variant_warehouse_" in output or "Nothing to deliver" in output
    assert_each_row_arrived_once(man, many(4))


def test_of_two_deliveries_at_once_one_has_to_come_again(man: Warehouseman, tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.csv", stock(**{name: 1})) for name in "ab"]
    processes = [start(man, path) for path in paths]
    ended = [(process.communicate()[1], process.returncode)[1] for process in processes]
    assert set(ended) <= {0, 75}
    for path in paths:
        again = start(man, path)
        assert (again.communicate()[1], again.returncode)[1] == 0
    assert_each_row_arrived_once(man, stock(a=1, b=1))
