import json

from atrous.comparing.machine import machine


def test_the_machine_is_named_with_its_versions():
    found = machine("cpu")
    assert {"processor", "cores", "threads", "device", "python", "torch", "atrous", "system"} == found.keys()
    assert all(found.values())
    json.dumps(found)
