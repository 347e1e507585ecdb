//! The automaton of Aho and Corasick: a trie whose missing edges lead where the longest proper
//! suffix of what was read leads.  It knows nothing of Python.

const std = @import("std");

pub const Automaton = struct {
    const none = std.math.maxInt(u32);

    const Node = struct {
        /// While patterns are added: children.  Afterwards: the next state for each byte.
        edges: [256]u32 = @splat(none),
        /// The longest proper suffix that is a node, too.
        suffix: u32 = 0,
        /// The nearest suffix that ends a pattern, itself excluded.
        shorter: u32 = none,
        /// The last pattern that ends here; `twins` has the others.
        pattern: u32 = none,
    };

    allocator: std.mem.Allocator,
    nodes: std.ArrayList(Node) = .empty,
    /// For each pattern the one before it that has the same bytes.
    twins: std.ArrayList(u32) = .empty,

    pub fn init(allocator: std.mem.Allocator) !Automaton {
        var self: Automaton = .{ .allocator = allocator };
        try self.nodes.append(allocator, .{});
        return self;
    }

    pub fn deinit(self: *Automaton) void {
        self.nodes.deinit(self.allocator);
        self.twins.deinit(self.allocator);
    }

    /// Patterns are numbered 0, 1, 2 … in the order in which they are added.
    pub fn add(self: *Automaton, pattern: []const u8) !void {
        var state: u32 = 0;
        for (pattern) |byte| {
            if (self.nodes.items[state].edges[byte] == none) {
                const node: u32 = @intCast(self.nodes.items.len);
                try self.nodes.append(self.allocator, .{});
                self.nodes.items[state].edges[byte] = node;
            }
            state = self.nodes.items[state].edges[byte];
        }
        const node = &self.nodes.items[state];
        const number: u32 = @intCast(self.twins.items.len);
        try self.twins.append(self.allocator, node.pattern);
        node.pattern = number;
    }

    /// Completes the edges, breadth first: a node's suffix is shorter, hence complete already.
    pub fn finish(self: *Automaton) !void {
        var queue: std.ArrayList(u32) = try .initCapacity(self.allocator, self.nodes.items.len);
        defer queue.deinit(self.allocator);
        const nodes = self.nodes.items;
        queue.appendAssumeCapacity(0);
        var head: usize = 0;
        while (head < queue.items.len) : (head += 1) {
            const state = queue.items[head];
            const suffix = nodes[state].suffix;
            for (&nodes[state].edges, 0..) |*edge, byte| {
                const fallback = if (state == 0) 0 else nodes[suffix].edges[byte];
                if (edge.* == none) {
                    edge.* = fallback;
                } else {
                    const child = &nodes[edge.*];
                    child.suffix = fallback;
                    child.shorter = if (nodes[fallback].pattern != none) fallback else nodes[fallback].shorter;
                    queue.appendAssumeCapacity(edge.*);
                }
            }
        }
    }

    pub fn next(self: *const Automaton, state: u32, byte: u8) u32 {
        return self.nodes.items[state].edges[byte];
    }

    /// The patterns that end in `state`, longest first.
    pub fn matches(self: *const Automaton, state: u32) Matches {
        const node = &self.nodes.items[state];
        return .{ .automaton = self, .state = state, .pattern = node.pattern };
    }

    pub const Matches = struct {
        automaton: *const Automaton,
        state: u32,
        pattern: u32,

        pub fn next(self: *Matches) ?u32 {
            while (self.pattern == none) {
                self.state = self.automaton.nodes.items[self.state].shorter;
                if (self.state == none) return null;
                self.pattern = self.automaton.nodes.items[self.state].pattern;
            }
            defer self.pattern = self.automaton.twins.items[self.pattern];
            return self.pattern;
        }
    };
};
