import os
import threading

import pytest

from dither.images.quiet_stderr import quiet_stderr


def test_nothing_arrives_from_within(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with quiet_stderr(), quiet_stderr():
        os.write(2, b"within ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_blocks_of_several_threads_overlap(capfd: pytest.CaptureFixture[str]) -> None:
    inside = threading.Barrier(8)

    def talk() -> None:
        for _ in range(20):
            with quiet_stderr():
                inside.wait()
                os.write(2, b"within ")

    threads = [threading.Thread(target=talk) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_a_fault_within_ends_it(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), quiet_stderr():
        raise KeyError
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
