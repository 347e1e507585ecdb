//! A build.zig as a user writes it: a static library of their own, linked into two modules.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const include = b.option([]const u8, "python-include", "Folder that holds Python.h") orelse "";
    const library = b.option([]const u8, "python-library", "What to link; often empty") orelse "";
    const suffix = b.option([]const u8, "extension-suffix", "How files of modules end") orelse ".so";
    const output = b.option([]const u8, "output-dir", "Where modules go") orelse "zig-out";
    const empty = b.graph.environ_map.get("CUSTOM_INSTALLS_NOTHING") != null;

    const query = std.Target.Query.parse(.{ .arch_os_abi = b.graph.environ_map.get("ZIG_TARGET").? }) catch @panic("ZIG_TARGET");
    const target = b.resolveTargetQuery(query);
    const optimize = std.meta.stringToEnum(std.builtin.OptimizeMode, b.graph.environ_map.get("PYDUST_OPTIMIZE").?).?;

    const core = b.addLibrary(.{ .name = "core", .linkage = .static, .root_module = b.createModule(.{
        .target = target,
        .optimize = optimize,
        .link_libc = true,
        .pic = true,
        .strip = true,
    }) });
    core.root_module.addCSourceFile(.{ .file = b.path("src/core.c") });

    for ([_][]const u8{ "sum", "product" }) |name| {
        const module = b.createModule(.{ .target = target, .optimize = optimize, .link_libc = true, .pic = true, .strip = true });
        module.addCSourceFile(.{
            .file = b.path("src/module.c"),
            .flags = &.{ b.fmt("-DNAME={s}", .{name}), b.fmt("-ffile-prefix-map={s}=.", .{b.build_root.path.?}) },
        });
        module.addIncludePath(.{ .cwd_relative = include });
        module.linkLibrary(core);
        if (library.len > 0) module.addObjectFile(.{ .cwd_relative = library });
        const extension = b.addLibrary(.{ .name = name, .linkage = .dynamic, .root_module = module });
        extension.linker_allow_shlib_undefined = true;
        if (empty) {
            b.getInstallStep().dependOn(&extension.step);
            continue;
        }
        const copy = b.addUpdateSourceFiles();
        copy.addCopyFileToSource(extension.getEmittedBin(), b.fmt("{s}/custom/{s}{s}", .{ output, name, suffix }));
        b.getInstallStep().dependOn(&copy.step);
    }
}
