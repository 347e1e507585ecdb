//! Root of every Zig module that pyz3 builds for Pyodide; the user's file is @import("extension").
//!
//! std's own panic handler prints stack traces with parts of std that do not compile for
//! Emscripten.  This one hands the message to CPython, which prints it and stops.

const std = @import("std");
const extension = @import("extension");

pub const panic = if (@hasDecl(extension, "panic")) extension.panic else std.debug.FullPanic(fatal);
pub const std_options: std.Options = if (@hasDecl(extension, "std_options")) extension.std_options else .{};

comptime {
    _ = extension; // its `export fn` become the object's
}

extern fn Py_FatalError(message: [*:0]const u8) noreturn;

fn fatal(message: []const u8, _: ?usize) noreturn {
    @branchHint(.cold);
    var text: [256]u8 = undefined;
    const length = @min(message.len, text.len - 1);
    @memcpy(text[0..length], message[0..length]);
    text[length] = 0;
    Py_FatalError(text[0..length :0].ptr);
}
