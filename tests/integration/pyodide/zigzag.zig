//! Zig for Pyodide: checked arithmetic, a hash map on the C heap, formatting.

const std = @import("std");
const py = @import("python");

fn add(_: ?*py.PyObject, args: ?*py.PyObject) callconv(.c) ?*py.PyObject {
    var a: c_long = 0;
    var b: c_long = 0;
    if (py.PyArg_ParseTuple(args, "ll", &a, &b) == 0) return null;
    const sum = std.math.add(c_long, a, b) catch {
        py.PyErr_SetString(py.PyExc_OverflowError, "too big");
        return null;
    };
    return py.PyLong_FromLong(sum);
}

fn words(_: ?*py.PyObject, arg: ?*py.PyObject) callconv(.c) ?*py.PyObject {
    var len: py.Py_ssize_t = 0;
    const text = py.PyUnicode_AsUTF8AndSize(arg, &len) orelse return null;
    var map = std.StringHashMap(usize).init(std.heap.c_allocator);
    defer map.deinit();
    var it = std.mem.tokenizeAny(u8, text[0..@intCast(len)], " ,.");
    while (it.next()) |w| {
        const e = map.getOrPut(w) catch return py.PyErr_NoMemory();
        if (!e.found_existing) e.value_ptr.* = 0;
        e.value_ptr.* += 1;
    }
    const d = py.PyDict_New() orelse return null;
    var entries = map.iterator();
    while (entries.next()) |e| {
        const k = py.PyUnicode_FromStringAndSize(e.key_ptr.ptr, @intCast(e.key_ptr.len));
        const v = py.PyLong_FromSize_t(e.value_ptr.*);
        _ = py.PyDict_SetItem(d, k, v);
        py.Py_DecRef(k);
        py.Py_DecRef(v);
    }
    return d;
}

fn fmt(_: ?*py.PyObject, _: ?*py.PyObject) callconv(.c) ?*py.PyObject {
    var buf: [100]u8 = undefined;
    const s = std.fmt.bufPrint(&buf, "{d:.3} {s} {x}", .{ 3.14159, "zig", 0xbeef }) catch return null;
    return py.PyUnicode_FromStringAndSize(s.ptr, @intCast(s.len));
}

var methods = [_]py.PyMethodDef{
    .{ .ml_name = "add", .ml_meth = @ptrCast(&add), .ml_flags = py.METH_VARARGS },
    .{ .ml_name = "words", .ml_meth = @ptrCast(&words), .ml_flags = py.METH_O },
    .{ .ml_name = "fmt", .ml_meth = @ptrCast(&fmt), .ml_flags = py.METH_NOARGS },
    .{},
};
var def = py.PyModuleDef{ .m_name = "zigzag", .m_size = -1, .m_methods = &methods };
export fn PyInit_zigzag() ?*py.PyObject {
    return py.PyModule_Create(&def);
}
