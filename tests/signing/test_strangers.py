"""A container is believed without our code: unzip, openssl and sha256sum are enough."""

import subprocess
from pathlib import Path

import pytest

from .conftest import MOMENT, World

SCRIPT = r"""
set -eu
unzip -q "$1" -d out
cd out
test "$(head -c 38 "$1" | tail -c 8)" = mimetype
for n in 001 002 003; do
  openssl cms -verify -cades -content META-INF/ASiCManifest$n.xml -binary -inform DER \
    -in META-INF/signature$n.p7s -CAfile "$2" -attime "$3" -out /dev/null
done
{ tr -d '\n' < META-INF/ASiCManifest003.xml; echo; } | sed 's/<asic:DataObjectReference/\n&/g' |
  sed -n 's|.*DataObjectReference URI="\([^"]*\)".*<ds:DigestValue>\([^<]*\)<.*|\1 \2|p' |
  while read -r uri digest; do
    name=$(printf '%b' "$(printf %s "$uri" | sed 's/%/\\x/g')")
    printf '%s  %s\n' "$(printf %s "$digest" | base64 -d | od -An -v -tx1 | tr -d ' \n')" "$name"
  done > ../listed
sha256sum -c --strict ../listed
find . -type f ! -path './META-INF/*' ! -name mimetype | wc -l
"""


def run(package: Path, world: World, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "root.pem").write_bytes(world.authority.certificate)
    arguments = [package, folder / "root.pem", str(int(MOMENT.timestamp()))]
    command = ["bash", "-o", "pipefail", "-c", SCRIPT, "verify", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_standard_tools_accept_the_package(world: World, package: Path, tmp_path: Path) -> None:
    done = run(package, world, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("CAdES Verification successful") == 3
    assert done.stdout.count(": OK") == 6
    assert done.stdout.split()[-1] == "6"  # nothing inside that the approver did not sign


@pytest.mark.parametrize("part", [b"10.00001", b"comparison", b"\xe5\x88\xb0\xe8\xb4\xa7"])
def test_standard_tools_refuse_a_changed_one(world: World, package: Path, tmp_path: Path, part: bytes) -> None:
    (tmp_path / "changed.asice").write_bytes(package.read_bytes().replace(part, bytes(reversed(part)), 1))
    assert run(tmp_path / "changed.asice", world, tmp_path).returncode != 0
