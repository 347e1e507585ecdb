import array
import ctypes
import importlib.machinery
import os
import struct
import sys
import sysconfig
from ctypes import c_size_t, c_wchar, sizeof
from struct import calcsize


class Node(ctypes.Structure):
    _fields_ = [("mark", ctypes.c_char), ("count", ctypes.c_long), ("next", ctypes.c_void_p), ("many", ctypes.c_long * 3)]


def pyconfig():
    with open(sysconfig.get_config_h_filename()) as stream:
        return sysconfig.parse_config_h(stream)


def answers():
    """Give macros that say what Python says."""
    sizes = {
        "LONG": sizeof(ctypes.c_long),
        "LONG_LONG": sizeof(ctypes.c_longlong),
        "INT64": ctypes.sizeof(ctypes.c_int64),
        "POINTER": ctypes.sizeof(ctypes.c_void_p),
        "POINTERS": ctypes.sizeof(ctypes.POINTER(ctypes.c_int) * 2),
        "SIZE": sizeof(c_size_t),
        "WIDE": sizeof(c_wchar),
        "LONG_DOUBLE": sizeof(ctypes.c_longdouble),
        "STRUCT_LONG": struct.calcsize("l"),
        "STRUCT_POINTER": calcsize("P"),
        "STRUCT_PADDED": calcsize("bP"),
        "ARRAY_LONG": array.array("l").itemsize,
        "NODE": sizeof(Node),
        "NODE_ALIGN": ctypes.alignment(Node),
        "NODE_NEXT": Node.next.offset,
        "STRUCT_NODE": struct.Struct("clP3l0P").size,
        "PACKED_NODE": len(struct.pack("clP3l0P", b"a", 1, 2, 3, 4, 5)),
        "PACKED_ARRAY": len(array.array("l", [1, 2]).tobytes()),
        "PARSED_LONG": pyconfig()["SIZEOF_LONG"],
        "PARSED_DIRENT": pyconfig().get("HAVE_DIRENT_H", 0),
        "CONFIG_LONG": sysconfig.get_config_var("SIZEOF_LONG"),
        "CONFIG_WIDE": sysconfig.get_config_var("SIZEOF_WCHAR_T"),
        "BITS": 64 if sys.maxsize > 2**32 else 32,
        "BIG": int(sys.byteorder == "big"),
        "WINDOWS": int(sys.platform == "win32" and os.name == "nt"),
        "LINUX": int(sys.platform.startswith("linux") and os.name == "posix"),
    }
    texts = {
        "SUFFIX": importlib.machinery.EXTENSION_SUFFIXES[0],
        "MULTIARCH": getattr(sys.implementation, "_multiarch", ""),
    }
    return [*((name, str(size)) for name, size in sizes.items()), *((name, f'"{text}"') for name, text in texts.items())]
