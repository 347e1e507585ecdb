import subprocess
import sys

sys.path.insert(0, ".")
import asking
from setuptools import Extension, setup

said = subprocess.run([sys.executable, "generate.py"], check=True, stdout=subprocess.PIPE).stdout.decode()
command = "import sys, struct; print('#define COMMAND_POINTER', struct.calcsize('P'))"
said += subprocess.run([sys.executable, "-c", command], check=True, stdout=subprocess.PIPE).stdout.decode()
with open("said.h", "w") as stream:
    stream.write(said)
setup(
    name="asked-of-python",
    version="1.0",
    ext_modules=[
        Extension("asked", ["asked.c"], define_macros=asking.answers()),
        Extension("asked_child", ["asked.c"], define_macros=[("CHILD", None)], depends=["said.h"]),
    ],
)
