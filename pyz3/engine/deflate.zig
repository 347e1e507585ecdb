//! Raw deflate (RFC 1951) by zig's own library, for Python: the same bytes whatever zlib Python is linked with.

const std = @import("std");
const flate = std.compress.flate;

const State = struct {
    out: std.Io.Writer,
    compress: flate.Compress,
    window: [flate.max_window_len]u8,
    first: [16]u8,
};

/// How many bytes the caller keeps for each stream, aligned to 8; they may not move.
export fn pyz3_deflate_size() usize {
    return @sizeOf(State);
}

export fn pyz3_deflate_begin(memory: [*]align(8) u8) bool {
    const state: *State = @ptrCast(memory);
    state.out = .fixed(&state.first);
    state.compress = flate.Compress.init(&state.out, &state.window, .raw, .best) catch return false;
    return true;
}

/// Gives how many bytes were written; the largest number says that there was no room.
export fn pyz3_deflate_add(memory: [*]align(8) u8, source: [*]const u8, length: usize, target: [*]u8, room: usize) usize {
    const state: *State = @ptrCast(memory);
    state.out = .fixed(target[0..room]);
    state.compress.writer.writeAll(source[0..length]) catch return std.math.maxInt(usize);
    return state.out.end;
}

export fn pyz3_deflate_end(memory: [*]align(8) u8, target: [*]u8, room: usize) usize {
    const state: *State = @ptrCast(memory);
    state.out = .fixed(target[0..room]);
    state.compress.finish() catch return std.math.maxInt(usize);
    return state.out.end;
}
