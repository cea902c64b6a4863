"""Several hosts on this machine, behind links of a given rate (mote-hosts)."""

import json
import subprocess


class Hosts:
    """Needs root. `with Hosts(programs, 2, 12_500_000) as hosts: …`"""

    def __init__(self, programs, count, bytes_per_second):
        self._process = subprocess.Popen([programs / "mote-hosts", str(count), str(bytes_per_second)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("mote-hosts makes no hosts; run as root, with iproute2 installed")
        self._hosts = json.loads(line)["hosts"]

    def enter(self, host):
        """What stands before a command that is to run on that host."""
        return self._hosts[host]["enter"]

    def address(self, host):
        return self._hosts[host]["address"]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._process.stdin.close()
        self._process.wait()
