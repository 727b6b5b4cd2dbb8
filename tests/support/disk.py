"""A small disk: a file system in memory, which may grow, fill up, and become read-only. Root alone may mount it."""

import os
import subprocess

import pytest

from support.cluster import server_folder, unprivileged_user


class Disk:
    """`folder`, once it is mounted; it belongs to the user servers run as."""

    def __init__(self):
        self.folder = server_folder("wb-disk-")

    def mount(self, size):
        user = unprivileged_user()
        if user is None:
            pytest.skip("mounting needs root")
        options = f"size={size},uid={user.pw_uid},gid={user.pw_gid},mode=755"
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], capture_output=True).returncode:
            pytest.skip("nothing can be mounted here")

    def change(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.folder], check=True)

    def unmount(self):
        subprocess.run(["umount", "-l", self.folder], check=True, stderr=subprocess.DEVNULL)

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as filler, pytest.raises(OSError):
            while filler.write(b"x" * 4096):
                pass

    def remove(self):
        if os.path.ismount(self.folder):
            self.unmount()
        self.folder.rmdir()
