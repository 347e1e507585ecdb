//! Geohashes: a place as a short string; places that share a long prefix are near each other.

const std = @import("std");
const py = @import("python");

const Object = [*c]py.PyObject;

const alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"; // five bits each
const max_length = 24; // 120 bits, more than two f64 hold

const digits: [256]?u5 = blk: {
    var table: [256]?u5 = @splat(null);
    for (alphabet, 0..) |character, value| table[character] = value;
    break :blk table;
};

/// A range that is halved with each bit.
const Range = struct {
    low: f64,
    high: f64,

    fn middle(self: Range) f64 {
        return (self.low + self.high) / 2;
    }

    /// Takes the half that holds `value`, and says which it was.
    fn narrowTo(self: *Range, value: f64) u1 {
        const upper = value >= self.middle();
        self.keep(@intFromBool(upper));
        return @intFromBool(upper);
    }

    fn keep(self: *Range, bit: u1) void {
        if (bit == 1) self.low = self.middle() else self.high = self.middle();
    }
};

/// The bits of longitude and latitude take turns, longitude first.
const Cell = struct {
    ranges: [2]Range = .{ .{ .low = -180, .high = 180 }, .{ .low = -90, .high = 90 } },
    turn: u1 = 0,

    fn range(self: *Cell) *Range {
        defer self.turn ^= 1;
        return &self.ranges[self.turn];
    }
};

fn encode(_: Object, args: Object) callconv(.c) Object {
    var latitude: f64 = 0;
    var longitude: f64 = 0;
    var length: c_int = 9;
    if (py.PyArg_ParseTuple(args, "dd|i:encode", &latitude, &longitude, &length) == 0) return null;
    if (!(@abs(latitude) <= 90 and @abs(longitude) <= 180)) return raise("latitude is -90 to 90, longitude -180 to 180");
    if (length < 1 or length > max_length) return raise("length is 1 to 24");

    var text: [max_length]u8 = undefined;
    var cell: Cell = .{};
    for (text[0..@intCast(length)]) |*character| {
        var value: u5 = 0;
        for (0..5) |_| {
            const coordinate = if (cell.turn == 0) longitude else latitude;
            value = value << 1 | cell.range().narrowTo(coordinate);
        }
        character.* = alphabet[value];
    }
    return py.PyUnicode_FromStringAndSize(&text, length);
}

fn decode(_: Object, args: Object) callconv(.c) Object {
    var geohash: Object = null;
    if (py.PyArg_ParseTuple(args, "U:decode", &geohash) == 0) return null;
    var length: py.Py_ssize_t = 0;
    const text = py.PyUnicode_AsUTF8AndSize(geohash, &length) orelse return null;

    var cell: Cell = .{};
    for (text[0..@intCast(length)]) |character| {
        const value = digits[character] orelse return raise("a geohash has the characters 0-9 and b-z without a, i, l, o");
        for (0..5) |i| cell.range().keep(@truncate(value >> @intCast(4 - i)));
    }
    return py.Py_BuildValue("(dd)", cell.ranges[1].middle(), cell.ranges[0].middle());
}

fn raise(message: [*:0]const u8) Object {
    py.PyErr_SetString(py.PyExc_ValueError, message);
    return null;
}

var methods = [_]py.PyMethodDef{
    .{
        .ml_name = "encode",
        .ml_meth = &encode,
        .ml_flags = py.METH_VARARGS,
        .ml_doc = "encode($module, latitude, longitude, length=9, /)\n--\n\nThe geohash of a place.",
    },
    .{
        .ml_name = "decode",
        .ml_meth = &decode,
        .ml_flags = py.METH_VARARGS,
        .ml_doc = "decode($module, geohash, /)\n--\n\nLatitude and longitude of the middle of a geohash's cell.",
    },
    std.mem.zeroes(py.PyMethodDef),
};

const Slot = py.PyModuleDef_Slot;
const no_gil = if (@hasDecl(py, "Py_mod_gil")) // 3.13: PEP 703
    [_]Slot{.{ .slot = py.Py_mod_gil, .value = py.Py_MOD_GIL_NOT_USED }}
else
    [_]Slot{};
var slots = no_gil ++ [_]Slot{std.mem.zeroes(Slot)};

var definition = blk: {
    var module = std.mem.zeroes(py.PyModuleDef); // PyModuleDef_Init fills the head
    module.m_name = "mixed._geohash";
    module.m_methods = &methods;
    module.m_slots = &slots;
    break :blk module;
};

export fn PyInit__geohash() callconv(.c) Object {
    return py.PyModuleDef_Init(&definition);
}
