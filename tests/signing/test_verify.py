from .conftest import MOMENT, ROLES
from labclient.signing import verify


def test_ok(world, package):
    report = verify(package, world.trust, ROLES, MOMENT)
    print(report.as_json("en"))
    assert report.ok
