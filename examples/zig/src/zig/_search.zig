//! Aho-Corasick: all occurrences of many patterns in one pass over the data.
//!
//! `python` is the C API of the Python that this module is built for.  Macros that C expands to
//! initialisers (PyModuleDef_HEAD_INIT) or statements (Py_RETURN_NONE) have no form in Zig and are
//! not needed: PyModuleDef_Init fills the head of a zeroed definition.

const std = @import("std");
const py = @import("python");
const Automaton = @import("automaton.zig").Automaton;

const allocator = std.heap.c_allocator;
const Object = [*c]py.PyObject;
const Raised = error{Python};

const Match = struct { start: usize, pattern: u32 };

/// find_all(patterns: Sequence[bytes], data: Buffer) -> list[tuple[int, int]]
fn findAll(_: Object, args: Object) callconv(.c) Object {
    var patterns: Object = null;
    var data: py.Py_buffer = undefined;
    if (py.PyArg_ParseTuple(args, "Oy*:find_all", &patterns, &data) == 0) return null;
    defer py.PyBuffer_Release(&data);
    const bytes = if (data.buf) |pointer| @as([*]const u8, @ptrCast(pointer))[0..@intCast(data.len)] else "";
    return search(patterns, bytes) catch |err| switch (err) {
        error.OutOfMemory => py.PyErr_NoMemory(),
        error.Python => null,
    };
}

fn search(patterns: Object, data: []const u8) (Raised || error{OutOfMemory})!Object {
    const sequence = py.PySequence_Tuple(patterns) orelse return error.Python;
    defer py.Py_DecRef(sequence);

    var automaton = try Automaton.init(allocator);
    defer automaton.deinit();
    const count: usize = @intCast(py.PyTuple_Size(sequence));
    const lengths = try allocator.alloc(usize, count);
    defer allocator.free(lengths);
    for (lengths, 0..) |*length, i| {
        const pattern = try asBytes(py.PyTuple_GetItem(sequence, @intCast(i)));
        try automaton.add(pattern);
        length.* = pattern.len;
    }

    var matches: std.ArrayList(Match) = .empty;
    defer matches.deinit(allocator);
    {
        // Nothing below touches a Python object, so other threads may run.
        const thread = py.PyEval_SaveThread();
        defer py.PyEval_RestoreThread(thread);
        try automaton.finish();
        var state: u32 = 0;
        for (data, 1..) |byte, end| {
            state = automaton.next(state, byte);
            var found = automaton.matches(state);
            while (found.next()) |i| try matches.append(allocator, .{ .start = end - lengths[i], .pattern = i });
        }
    }
    return toList(matches.items);
}

fn asBytes(object: Object) Raised![]const u8 {
    var pointer: [*c]u8 = null;
    var length: py.Py_ssize_t = 0;
    if (py.PyBytes_AsStringAndSize(object, &pointer, &length) < 0) return error.Python;
    if (length == 0) {
        py.PyErr_SetString(py.PyExc_ValueError, "a pattern may not be empty");
        return error.Python;
    }
    return pointer[0..@intCast(length)];
}

fn toList(matches: []const Match) Raised!Object {
    const list = py.PyList_New(@intCast(matches.len)) orelse return error.Python;
    errdefer py.Py_DecRef(list);
    for (matches, 0..) |match, i| {
        const start: c_ulonglong = match.start;
        const pair = py.Py_BuildValue("(KI)", start, match.pattern) orelse return error.Python;
        if (py.PyList_SetItem(list, @intCast(i), pair) < 0) return error.Python; // takes the reference
    }
    return list;
}

var methods = [_]py.PyMethodDef{
    .{
        .ml_name = "find_all",
        .ml_meth = &findAll,
        .ml_flags = py.METH_VARARGS,
        .ml_doc = "find_all(patterns, data)\n--\n\n(start, pattern number) of every occurrence, by its end.",
    },
    std.mem.zeroes(py.PyMethodDef),
};

// PEP 489 and, where this Python knows it, PEP 703: the module keeps no state, so it needs no GIL.
const Slot = py.PyModuleDef_Slot;
const no_gil = if (@hasDecl(py, "Py_mod_gil"))
    [_]Slot{.{ .slot = py.Py_mod_gil, .value = py.Py_MOD_GIL_NOT_USED }}
else
    [_]Slot{};
var slots = no_gil ++ [_]Slot{std.mem.zeroes(Slot)};

var definition = blk: {
    var module = std.mem.zeroes(py.PyModuleDef);
    module.m_name = "zig._search";
    module.m_methods = &methods;
    module.m_slots = &slots;
    break :blk module;
};

export fn PyInit__search() callconv(.c) Object {
    return py.PyModuleDef_Init(&definition);
}
