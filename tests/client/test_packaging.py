"""The client is a distribution of its own: it builds without a network and needs httpx2 and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "client"
PROGRAM = """
import sys
import quoting_client
print(quoting_client.__file__)
loaded = {name.partition(".")[0] for name in sys.modules}
print(*sorted(loaded & {"quoting", "service", "workers", "flask", "sqlalchemy"}))
"""


def test_it_installs_from_its_folder_without_a_network_and_imports_nothing_of_ours(tmp_path: Path):
    source = tmp_path / "client"
    copied = subprocess.run(("cp", "-r", CLIENT, source), check=False)
    install = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    subprocess.run((sys.executable, *install, "--target", tmp_path / "site", source), check=True, timeout=120)

    ran = subprocess.run(
        (sys.executable, "-c", PROGRAM),
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )

    where, ours = ran.stdout.splitlines()
    assert copied.returncode == 0
    assert where.startswith(str(tmp_path / "site"))
    assert ours == ""
    assert (tmp_path / "site" / "quoting_client" / "py.typed").is_file()


def test_it_depends_on_httpx2_only():
    project = tomllib.loads((CLIENT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert [dependency.partition(">")[0] for dependency in project["dependencies"]] == ["httpx2"]
