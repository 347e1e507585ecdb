import pathlib
import subprocess
import sys

PROGRAM = pathlib.Path(__file__).with_name("greet.exe" if sys.platform == "win32" else "greet")


def greet():
    PROGRAM.chmod(0o755)
    return subprocess.run([PROGRAM], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
