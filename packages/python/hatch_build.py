"""Puts the library and the schema of its tables into the wheel, and the system into the wheel's name.

    LIBRARY   the library, build/classify.so of the repository if it is not set
    PLATFORM  the wheel's platform tag, such as manylinux_2_17_x86_64 or musllinux_1_2_aarch64; if it is
              not set it is found from what the library needs

The wheel holds no code for one Python only, so that it is py3-none-PLATFORM.
"""
import os
import re
import subprocess

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PROCESSORS = {3: "i686", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64"}  # e_machine of ELF
ALLOWED = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1"}
OLDEST_GLIBC = 17  # 2.17: older ones are of no use


def read_elf(*arguments):
    return subprocess.run(["readelf", *arguments], capture_output=True, check=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def processor(library):
    with open(library, "rb") as file:
        start = file.read(20)
    number = int.from_bytes(start[18:20], "little")
    if start[:4] != b"\x7fELF" or number not in PROCESSORS:
        raise SystemExit(f"{library} is no library for a processor that is known here, expected PLATFORM=")
    return PROCESSORS[number]


def glibc_needed(library):
    """The 17 of the newest GLIBC_2.17 that the library needs."""
    return max([OLDEST_GLIBC, *map(int, re.findall(r"Name: GLIBC_2\.(\d+)", read_elf("-V", library)))])


def needed(library):
    """The names of the libraries that it needs."""
    return re.findall(r"Shared library: \[(.*?)\]", read_elf("-d", library))


def is_musl(name):
    """Whether this is musl: by the name that Alpine gives it, or by its own, which make dist links."""
    return name.startswith("libc.musl-") or name == "libc.so"


def not_in_libc(library):
    """The libraries that it needs, without those that a system of its kind always has."""
    return sorted(name for name in needed(library)
                  if name not in ALLOWED and not name.startswith("ld-") and not is_musl(name))


def uses_musl(library):
    return any(is_musl(name) for name in needed(library))


def platform_of(library):
    """The tag that says where the library runs: manylinux or musllinux if it needs nothing but libc."""
    system = "musllinux_1_2" if uses_musl(library) else f"manylinux_2_{glibc_needed(library)}"
    return f"{'linux' if not_in_libc(library) else system}_{processor(library)}"


def check_platform(platform, library):
    """Refuses a tag that promises more than the library keeps."""
    parts = re.fullmatch(r"(?:linux|manylinux_2_(?P<glibc>\d+)|musllinux_\d+_\d+)_(?P<processor>.+)", platform)
    if not parts:
        return  # of another system: nothing is known
    if parts["processor"] != processor(library):
        raise SystemExit(f"PLATFORM is {platform}, but {library} is for {processor(library)}")
    if not platform.startswith("linux") and not_in_libc(library):
        raise SystemExit(f"PLATFORM is {platform}, but {library} needs {', '.join(not_in_libc(library))}")
    if not platform.startswith("linux") and uses_musl(library) != platform.startswith("musl"):
        raise SystemExit(f"PLATFORM is {platform}, but {library} is for {'musl' if uses_musl(library) else 'glibc'}")
    if parts["glibc"] and glibc_needed(library) > int(parts["glibc"]):
        raise SystemExit(f"PLATFORM is {platform}, but {library} needs glibc 2.{glibc_needed(library)}")


class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        repository = os.path.join(self.root, "..", "..")
        library = os.environ.get("LIBRARY") or os.path.join(repository, "build", "classify.so")
        if not os.path.exists(library):
            raise SystemExit(f"there is no {library}, expected the library: run make first")
        platform = os.environ.get("PLATFORM") or platform_of(library)
        check_platform(platform, library)
        suffix = os.path.splitext(library)[1]
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
        build_data["force_include"][library] = f"sqlite_classify/classify{suffix}"
        build_data["force_include"][os.path.join(repository, "sql", "schema.sql")] = "sqlite_classify/schema.sql"
