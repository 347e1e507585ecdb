//! pyz3's generic build script: compiles what a plan file lists, for one platform.
//!
//! pyz3 runs it as `zig build -Dplan=FILE` with ZIG_TARGET and PYDUST_OPTIMIZE set; the plan
//! (`pyz3/engine/artifacts.py` writes it) names every extension module of every Python of that
//! platform.  Each finished module leaves a small file `<prefix>/<key>` that holds the path of the
//! binary in zig's cache: what is not named there was not built by this run.
//!
//! Run by hand (`ZIG_TARGET=aarch64-linux-gnu zig build`) without a plan it asks pyz3 for the plan
//! of -Dproject (default: examples/hello) and installs the modules into zig-out.

const builtin = @import("builtin");
const std = @import("std");

const Source = struct { path: []const u8, flags: []const []const u8 };

/// Sources that are compiled apart from the module that they are part of.
///
/// A module's name is in the key of each of its objects in zig's cache: those of several modules that are
/// the same are found there if they are compiled under one name.
const Batch = struct {
    /// Unique in the plan, and the same in all artifacts that the same is compiled for.
    key: []const u8,
    sources: []const Source,
};

/// What a module for Pyodide needs besides; pyz3/capi/emscripten/flags.py says why.
const Emscripten = struct {
    /// Root of Zig modules; it imports the user's file as "extension".
    root: []const u8,
    /// Headers of the C library, for translate-c; the flags of C sources hold them already.
    include_dirs: []const []const u8,
    define: []const []const u8,
    link_flags: []const []const u8,
};

/// How a DLL is linked that needs nothing of mingw-w64's runtime; pyz3/driver/lean.py says what that takes.
const Lean = struct {
    /// Of lld-link, besides files.
    link_flags: []const []const u8,
    /// With the runtime's start-up code.
    startup_flags: []const []const u8,
    /// Start-up code, and import libraries.
    libraries: []const []const u8,
    /// Where zig's compiler_rt is, or is to be made when something of it is missing.
    compiler_rt: []const u8,
    /// By which zig makes it: first as bitcode, and of that the archive.
    compiler_rt_bitcode_args: []const []const u8,
    compiler_rt_args: []const []const u8,
    /// Beginnings of the names of sections that the runtime's start-up code looks at.
    startup_sections: []const []const u8,
};

/// How C++ is linked that macOS' own library is enough for; pyz3/driver/system_cxx.py says what that has.
const SystemCxx = struct {
    /// In place of the artifact's.
    runtime: []const []const u8,
    /// Those of one group are linked alike: a type is the same for all of them.
    group: []const u8,
};

/// A part of what zig compiles of its own for a target; pyz3/driver/zig_parts.py says which there are.
const ZigPart = struct {
    /// What it is called: `printf`.
    name: []const u8,
    /// The archive, or where it is to be made.
    file: []const u8,
    /// By which zig makes it.
    args: []const []const u8,
    /// It is of the C++ library.
    cxx: bool,
    /// One of these is in each name that others take from it; none: every module is linked with it.
    marks: []const []const u8,
    /// Files of the parts that it needs itself.
    needs: []const []const u8,
};

const Kind = enum {
    /// An extension module: Python supplies what it leaves undefined.
    module,
    /// A shared library that knows nothing of Python.
    shared,
    /// A static library, for those that name it in `links`.
    static,
};

const Artifact = struct {
    /// Unique in the plan: `<target>/<python tag>/<file name below the wheel's root>`.
    key: []const u8,
    kind: Kind,
    /// The library's own name: what a linker records in it, hence free of paths.
    name: []const u8,
    /// ZIG_TARGET, or the same with another oldest system (macOS' depends on the Python).
    target: []const u8,
    /// A processor to build for on purpose, `x86_64_v3`; empty is the oldest that the target has.
    cpu: []const u8,
    /// Link-time optimisation: `thin`, `full` or empty.
    lto: []const u8,
    /// Linked before the other sources.
    batches: []const Batch,
    c_sources: []const Source,
    zig_sources: []const []const u8,
    /// Empty: what is compiled here must not know Python.
    python_include: []const u8,
    include_dirs: []const []const u8,
    /// `NAME=VALUE` for the translated Python.h as well as for C.
    define: []const []const u8,
    library_dirs: []const []const u8,
    libraries: []const []const u8,
    frameworks: []const []const u8,
    framework_dirs: []const []const u8,
    rpaths: []const []const u8,
    /// Files handed to the linker as they are (import libraries, objects).
    objects: []const []const u8,
    /// Keys of earlier artifacts to link, users before what they use.
    links: []const []const u8,
    /// Libraries that pyz3 gives every link: what zig's own lack.
    runtime: []const []const u8,
    /// Names or globs to export on Windows, where no version script is obeyed.
    export_symbols: []const []const u8,
    link_cpp: bool,
    version_script: ?[]const u8,
    /// How the linker makes it (ELF); empty: there is none.
    build_id: []const u8,
    /// Windows alone: to be linked so if that is all it needs.
    lean: ?Lean,
    /// macOS alone: to be linked so if that is all it needs.
    system_cxx: ?SystemCxx,
    /// To be linked with the parts that it needs of what zig would compile as a whole.
    in_parts: bool,
    /// Debug data stays in the binaries.
    debug_info: bool,
    emscripten: ?Emscripten,
};

const TargetParts = struct { target: []const u8, parts: []const ZigPart };

const Plan = struct { version: u32, artifacts: []const Artifact, zig_parts: []const TargetParts };

pub fn build(b: *std.Build) !void {
    const plan_file = b.option([]const u8, "plan", "Plan file written by pyz3");
    if (b.option([]const u8, "local-cache", "Where the compilers keep what they make [that of the build]")) |path| try keepIn(b, path);
    const project = b.option([]const u8, "project", "Without a plan: the project to build [examples/hello]") orelse "examples/hello";
    const target = targetFromEnvironment(b);
    const optimize = optimizeFromEnvironment(b);
    const text = if (plan_file) |path|
        try std.Io.Dir.cwd().readFileAlloc(b.graph.io, path, b.allocator, .limited(64 << 20))
    else
        planFromPyz3(b, project);
    const plan = try std.json.parseFromSliceLeaky(Plan, b.allocator, text, .{});
    if (plan.version != 1) fail("plan version {d} is not 1: pyz3 and build.zig do not match", .{plan.version});
    var made: Made = .init(b.allocator);
    var groups: Groups = .init(b.allocator);
    var parts: AllParts = .init(b.allocator);
    for (plan.zig_parts) |of| try parts.put(of.target, Parts.create(b, of.parts));
    for (plan.artifacts) |artifact| {
        const resolved = variant(b, target, artifact);
        const output = if (artifact.emscripten) |emscripten|
            addPyodideModule(b, artifact, emscripten, resolved, optimize, made)
        else
            addLibrary(b, artifact, resolved, optimize, &made, &groups, if (artifact.in_parts) parts.get(artifact.target).? else null);
        try made.put(artifact.key, output);
        if (plan_file != null) {
            b.getInstallStep().dependOn(&Record.create(b, output, artifact.key).step);
        } else if (artifact.kind != .static) {
            b.getInstallStep().dependOn(&b.addInstallFileWithDir(output.file, .prefix, artifact.key).step);
        }
    }
    if (plan_file != null) limitSteps(b.getInstallStep());
}

/// Have no more steps run at a time than compilers may: `--maxrss` is that many times this.
///
/// The build runner runs one more than -j says, and each step may start a compiler.
const one_step: usize = 1 << 40;

fn limitSteps(step: *std.Build.Step) void {
    if (step.max_rss != 0) return;
    step.max_rss = one_step;
    for (step.dependencies.items) |dependency| limitSteps(dependency);
}

/// Keep what compilers make in a cache of its own; what the build script itself is compiled to stays shared.
fn keepIn(b: *std.Build, path: []const u8) !void {
    const handle = try std.Io.Dir.cwd().createDirPathOpen(b.graph.io, path, .{});
    try handle.createDirPath(b.graph.io, "o"); // commands' outputs are moved there, and nothing else makes it
    b.cache_root = .{ .path = path, .handle = handle };
    b.graph.cache.manifest_dir = try handle.createDirPathOpen(b.graph.io, "h", .{});
    b.graph.cache.prefixes_buffer[2] = b.cache_root; // as the build runner has them
}

/// What became of an artifact: the file, what its users link, and how it was linked itself.
const Output = struct { file: std.Build.LazyPath, linked: []const std.Build.LazyPath, lean: ?*LeanLink = null, trial: ?*Trial = null };

const Made = std.StringHashMap(Output);

const Groups = std.StringHashMap(*Group);

const AllParts = std.StringHashMap(*Parts);

fn addLibrary(b: *std.Build, artifact: Artifact, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, made: *Made, groups: *Groups, parts: ?*Parts) Output {
    const library = addCompile(b, artifact, target, optimize, made, if (artifact.kind == .static) .archive else .linked);
    const windows = target.result.os.tag == .windows;
    var lean: ?*LeanLink = null;
    const linked = if (windows and artifact.kind == .shared) library.getEmittedImplib() else library.getEmittedBin();
    if (windows and artifact.kind != .static and (artifact.export_symbols.len > 0 or artifact.lean != null)) {
        // Compiled once all the same: zig's cache gives both the same objects.
        const own = addCompile(b, artifact, target, optimize, made, .own).getEmittedBin();
        if (artifact.export_symbols.len > 0) {
            var archives: std.ArrayList(std.Build.LazyPath) = .empty;
            archives.append(b.allocator, own) catch @panic("OOM");
            for (artifact.links) |key| archives.appendSlice(b.allocator, made.get(key).?.linked) catch @panic("OOM");
            const definition = Definition.create(b, archives.items, artifact.export_symbols, target.result.cpu.arch == .x86);
            definition.addStepDependencies(&library.step);
            library.win32_module_definition = definition;
        }
        if (artifact.lean) |with| lean = LeanLink.create(b, artifact, with, own, library, made, parts);
    }
    const trial = if (mayBeTried(artifact, target.result.os.tag))
        Trial.create(b, artifact, addCompile(b, artifact, target, optimize, made, .tried), library, made, groups)
    else
        null;
    if (trial) |first| if (parts) |all| first.linkInParts(all, addCompile(b, artifact, target, optimize, made, .tried));
    return .{
        .file = library.getEmittedBin(),
        .linked = b.allocator.dupe(std.Build.LazyPath, &.{linked}) catch @panic("OOM"),
        .lean = lean,
        .trial = trial,
    };
}

/// Files that a linker looks into for what is missing, rather than takes as they are.
fn isArchive(path: []const u8) bool {
    return std.mem.endsWith(u8, path, ".lib") or std.mem.endsWith(u8, path, ".a");
}

/// Zig's own sources would be compiled anew for each link.  On Windows, and for a library on macOS, nothing may be
/// left open.
fn mayBeTried(artifact: Artifact, system: std.Target.Os.Tag) bool {
    return artifact.zig_sources.len == 0 and switch (artifact.kind) {
        .module => system != .windows,
        .shared => system == .linux,
        .static => false,
    };
}

/// What objects become.
const Linking = enum {
    archive,
    /// An archive of the objects that are the artifact's own.
    own,
    linked,
    /// Linked without what few need: `Trial`.
    tried,
};

/// Compile an artifact, and link it in that way.
fn addCompile(b: *std.Build, artifact: Artifact, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, made: *Made, linking: Linking) *std.Build.Step.Compile {
    const linkage: std.builtin.LinkMode = if (linking == .linked or linking == .tried) .dynamic else .static;
    const roots = artifact.zig_sources;
    const module = newModule(b, artifact, target, optimize, if (roots.len > 0) roots[0] else null);
    for (artifact.c_sources) |source| {
        module.addCSourceFile(.{ .file = .{ .cwd_relative = source.path }, .flags = source.flags });
    }
    const system_cxx = if (linking == .tried) artifact.system_cxx else null;
    const without_cxx = system_cxx != null or linking == .tried and artifact.in_parts;
    if (artifact.link_cpp and !without_cxx) module.link_libcpp = true;
    // Not linkLibrary: it would leave the path of zig's cache inside as an rpath.
    if (linkage == .dynamic) for (artifact.links) |key| {
        for (made.get(key).?.linked) |path| module.addObjectFile(path);
    };
    if (linkage == .dynamic) for (if (system_cxx) |own| own.runtime else artifact.runtime) |path| module.addObjectFile(.{ .cwd_relative = path });
    for (artifact.objects) |path| if (linking != .own or !isArchive(path)) module.addObjectFile(.{ .cwd_relative = path });
    for (artifact.library_dirs) |path| module.addLibraryPath(.{ .cwd_relative = path });
    for (artifact.rpaths) |path| module.addRPathSpecial(path);
    for (artifact.framework_dirs) |path| module.addFrameworkPath(.{ .cwd_relative = path });
    for (artifact.frameworks) |name| module.linkFramework(name, .{});
    for (artifact.libraries) |name| {
        if ((without_cxx or artifact.in_parts) and std.zig.target.isLibCxxLibName(&target.result, name)) continue;
        module.linkSystemLibrary(name, .{ .use_pkg_config = .no });
    }
    // A Zig file that no other one imports is a root of its own: an object beside the first.
    for (roots[@min(1, roots.len)..]) |root| {
        const object = b.addObject(.{
            .name = std.fs.path.stem(root),
            .root_module = newModule(b, artifact, target, optimize, root),
            .use_llvm = true,
        });
        object.step.name = b.fmt("pyz3:{s}", .{artifact.key});
        module.addObject(object);
    }
    for (artifact.batches) |batch| {
        if (!made.contains(batch.key)) made.put(batch.key, addBatch(b, artifact, batch, target, optimize, made)) catch @panic("OOM");
        for (made.get(batch.key).?.linked) |object| module.addObjectFile(object);
    }
    const library = b.addLibrary(.{
        .name = artifact.name,
        .root_module = module,
        .linkage = linkage,
        .use_llvm = true, // one code generator for all modes and targets
    });
    // The interpreter supplies the C API; on Windows its import library does, and nothing may stay open:
    // lld would link all the same, and the call would end the process.
    if (artifact.kind == .module and target.result.os.tag != .windows) library.linker_allow_shlib_undefined = true;
    if (linking == .tried) {
        library.bundle_compiler_rt = false;
        library.linker_allow_shlib_undefined = true;
    }
    // A framework may have been named just in case.
    if (artifact.frameworks.len > 0) library.dead_strip_dylibs = true;
    library.link_gc_sections = optimize != .Debug;
    if (artifact.lto.len > 0) library.lto = std.meta.stringToEnum(std.zig.LtoMode, artifact.lto) orelse fail("lto is '{s}'", .{artifact.lto});
    if (artifact.build_id.len > 0 and target.result.ofmt == .elf and linkage == .dynamic) library.build_id = std.zig.BuildId.parse(artifact.build_id) catch fail("build-id is '{s}'", .{artifact.build_id});
    if (artifact.version_script) |path| library.setVersionScript(.{ .cwd_relative = path });
    library.step.name = b.fmt("pyz3:{s}", .{artifact.key});
    return library;
}

/// Compile sources to objects, for whichever artifacts have the same.
fn addBatch(b: *std.Build, artifact: Artifact, batch: Batch, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, made: *Made) Output {
    const archive = addCompile(b, .{
        .key = batch.key,
        .kind = .static,
        .name = "objects",
        .target = artifact.target,
        .cpu = artifact.cpu,
        .lto = artifact.lto,
        .batches = &.{},
        .c_sources = batch.sources,
        .zig_sources = &.{},
        .python_include = "",
        .include_dirs = artifact.include_dirs,
        .define = &.{},
        .library_dirs = &.{},
        .libraries = &.{},
        .frameworks = &.{},
        .framework_dirs = artifact.framework_dirs,
        .rpaths = &.{},
        .objects = &.{},
        .links = &.{},
        .runtime = &.{},
        .export_symbols = &.{},
        .link_cpp = artifact.link_cpp,
        .version_script = null,
        .build_id = "",
        .lean = null,
        .system_cxx = null,
        .in_parts = false,
        .debug_info = artifact.debug_info,
        .emscripten = null,
    }, target, optimize, made, .archive);
    const members = Members.create(b, archive.getEmittedBin(), batch);
    const objects = b.allocator.alloc(std.Build.LazyPath, members.files.len) catch @panic("OOM");
    for (objects, members.files) |*object, *file| object.* = .{ .generated = .{ .file = file } };
    return .{ .file = archive.getEmittedBin(), .linked = objects };
}

fn newModule(b: *std.Build, artifact: Artifact, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, root: ?[]const u8) *std.Build.Module {
    const module = b.createModule(.{
        .root_source_file = if (root) |path| .{ .cwd_relative = path } else null,
        .target = target,
        .optimize = optimize,
        .link_libc = true,
        .pic = true,
        // On Windows debug information goes to a file of its own, which no wheel takes.
        .strip = !artifact.debug_info and (optimize != .Debug or target.result.os.tag == .windows),
        .sanitize_c = .off,
    });
    if (root != null and artifact.python_include.len > 0) {
        const headers = b.addTranslateC(.{
            .root_source_file = .{ .cwd_relative = b.pathJoin(&.{ artifact.python_include, "pyz3_python.h" }) },
            .target = target,
            // For ReleaseSafe zig fortifies C, and mingw's fortified headers do not translate.
            .optimize = if (optimize == .ReleaseSafe) .ReleaseFast else optimize,
        });
        headers.addIncludePath(.{ .cwd_relative = artifact.python_include });
        for (artifact.define) |macro| headers.defineCMacroRaw(macro);
        headers.step.name = b.fmt("pyz3:{s}", .{artifact.key});
        const python = headers.createModule();
        python.optimize = optimize;
        module.addImport("python", python);
    }
    for (artifact.include_dirs) |path| module.addIncludePath(.{ .cwd_relative = path });
    // For what Zig translates; the flags of C sources say it, of those that need it.
    if (root != null and artifact.python_include.len > 0) module.addSystemIncludePath(.{ .cwd_relative = artifact.python_include });
    return module;
}

/// A module for Pyodide: zig's own clang and wasm-ld, because `zig cc` knows no C library for
/// Emscripten and `zig c++` insists on its own header folders.
fn addPyodideModule(b: *std.Build, artifact: Artifact, emscripten: Emscripten, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, made: Made) Output {
    var objects: std.ArrayList(std.Build.LazyPath) = .empty;
    for (artifact.c_sources) |source| objects.append(b.allocator, addClangObject(b, artifact, source)) catch @panic("OOM");
    for (artifact.zig_sources) |root| objects.append(b.allocator, addPyodideZigObject(b, artifact, emscripten, target, optimize, root)) catch @panic("OOM");
    // A static library is its objects: the linker takes those it needs from between --start-lib and --end-lib.
    if (artifact.kind == .static) return .{ .file = objects.items[0], .linked = objects.items };
    const link = zigTool(b, artifact, "wasm-ld");
    link.addArgs(emscripten.link_flags);
    link.addArg("-o");
    const file = link.addOutputFileArg(artifact.name);
    for (objects.items) |object| link.addFileArg(object);
    for (artifact.objects) |path| link.addFileArg(.{ .cwd_relative = path });
    if (artifact.links.len > 0) {
        link.addArg("--start-lib");
        for (artifact.links) |key| for (made.get(key).?.linked) |object| link.addFileArg(object);
        link.addArg("--end-lib");
    }
    return .{ .file = file, .linked = &.{} };
}

fn addClangObject(b: *std.Build, artifact: Artifact, source: Source) std.Build.LazyPath {
    const clang = zigTool(b, artifact, "clang");
    clang.addArgs(source.flags);
    for (artifact.include_dirs) |path| clang.addPrefixedDirectoryArg("-I", .{ .cwd_relative = path });
    clang.addArgs(&.{ "-MD", "-MF" });
    _ = clang.addDepFileOutputArg("object.d"); // tells zig's cache which headers were read
    clang.addArg("-c");
    clang.addFileArg(.{ .cwd_relative = source.path });
    clang.addArg("-o");
    return clang.addOutputFileArg("object.o");
}

fn addPyodideZigObject(b: *std.Build, artifact: Artifact, emscripten: Emscripten, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode, root: []const u8) std.Build.LazyPath {
    const options: std.Build.Module.CreateOptions = .{
        .target = target,
        .optimize = optimize,
        .link_libc = true,
        .pic = true,
        .strip = true, // std's stack traces do not compile
        .stack_protector = false, // Pyodide 0.27 has no __stack_chk_fail
    };
    var extension_options = options;
    extension_options.root_source_file = .{ .cwd_relative = root };
    const extension = b.createModule(extension_options);
    if (artifact.python_include.len > 0) {
        const headers = b.addTranslateC(.{
            .root_source_file = .{ .cwd_relative = b.pathJoin(&.{ artifact.python_include, "pyz3_python.h" }) },
            .target = target,
            .optimize = optimize,
            .link_libc = false,
        });
        headers.step.name = b.fmt("pyz3:{s}", .{artifact.key});
        for (emscripten.include_dirs) |path| headers.addSystemIncludePath(.{ .cwd_relative = path });
        headers.addSystemIncludePath(.{ .cwd_relative = artifact.python_include });
        for (emscripten.define) |macro| headers.defineCMacroRaw(macro);
        for (artifact.define) |macro| headers.defineCMacroRaw(macro);
        extension.addImport("python", headers.createModule());
    }
    var root_options = options;
    root_options.root_source_file = .{ .cwd_relative = emscripten.root };
    const object = b.addObject(.{
        .name = std.fs.path.stem(root),
        .root_module = b.createModule(root_options),
        .use_llvm = true,
    });
    object.root_module.addImport("extension", extension);
    object.step.name = b.fmt("pyz3:{s}", .{artifact.key});
    return object.getEmittedBin();
}

fn zigTool(b: *std.Build, artifact: Artifact, tool: []const u8) *std.Build.Step.Run {
    const run = b.addSystemCommand(&.{ b.graph.zig_exe, tool });
    run.setName(b.fmt("pyz3:{s}", .{artifact.key}));
    return run;
}

/// A module-definition file (.def) with the names in archives that match globs: Windows' linker
/// takes no globs itself.
const Definition = struct {
    step: std.Build.Step,
    archives: []const std.Build.LazyPath,
    patterns: []const []const u8,
    /// 32-bit x86 writes an underscore before C names, and the linker adds it to those of a .def.
    underscores: bool,
    file: std.Build.GeneratedFile,

    fn create(b: *std.Build, archives: []const std.Build.LazyPath, patterns: []const []const u8, underscores: bool) std.Build.LazyPath {
        const definition = b.allocator.create(Definition) catch @panic("OOM");
        definition.* = .{
            .step = .init(.{ .id = .custom, .name = "definition", .owner = b, .makeFn = make }),
            .archives = archives,
            .patterns = patterns,
            .underscores = underscores,
            .file = .{ .step = &definition.step },
        };
        for (archives) |archive| archive.addStepDependencies(&definition.step);
        return .{ .generated = .{ .file = &definition.file } };
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const b = step.owner;
        const definition: *Definition = @fieldParentPtr("step", step);
        var text: std.ArrayList(u8) = .empty;
        try text.appendSlice(b.allocator, "EXPORTS\n");
        for (definition.archives) |archive| {
            const data = try std.Io.Dir.cwd().readFileAlloc(b.graph.io, archive.getPath2(b, step), b.allocator, .limited(1 << 30));
            try definition.appendNames(b, &text, data);
        }
        const digest = std.hash.Wyhash.hash(0, text.items);
        const path = b.cache_root.join(b.allocator, &.{ "definitions", b.fmt("{x}.def", .{digest}) }) catch @panic("OOM");
        try std.Io.Dir.cwd().createDirPath(b.graph.io, std.fs.path.dirname(path).?);
        try std.Io.Dir.cwd().writeFile(b.graph.io, .{ .sub_path = path, .data = text.items });
        definition.file.path = path;
    }

    /// The first member of an ar archive is its index (Microsoft's "PE Format", first linker member): a
    /// big-endian count, as many offsets, and as many names that end in zero.
    fn appendNames(definition: *Definition, b: *std.Build, text: *std.ArrayList(u8), data: []const u8) !void {
        const start = "!<arch>\n".len + 60;
        if (data.len < start + 4 or data[8] != '/' or data[9] != ' ') return; // without symbols it has no index
        const count = std.mem.readInt(u32, data[start..][0..4], .big);
        var names = std.mem.splitScalar(u8, data[start + 4 + 4 * @as(usize, count) ..], 0);
        for (0..count) |_| {
            var name = names.next() orelse break;
            if (definition.underscores and name.len > 0 and name[0] == '_') name = name[1..];
            // Compiler's own: pointers for imports and to constants, C++ run-time data.
            if (std.mem.indexOfAny(u8, name, "@.?") != null or std.mem.startsWith(u8, name, "__")) continue;
            for (definition.patterns) |pattern| {
                if (!matches(pattern, name)) continue;
                try text.appendSlice(b.allocator, b.fmt("    {s}\n", .{name}));
                break;
            }
        }
    }

    /// `*` stands for any characters, `?` for one.
    fn matches(pattern: []const u8, name: []const u8) bool {
        if (pattern.len == 0) return name.len == 0;
        if (pattern[0] == '*') return matches(pattern[1..], name) or name.len > 0 and matches(pattern, name[1..]);
        return name.len > 0 and (pattern[0] == '?' or pattern[0] == name[0]) and matches(pattern[1..], name[1..]);
    }
};

/// The members of an archive as files: a linker takes them as they are, in their order.
const Members = struct {
    step: std.Build.Step,
    archive: std.Build.LazyPath,
    sources: []const Source,
    files: []std.Build.GeneratedFile,

    fn create(b: *std.Build, archive: std.Build.LazyPath, batch: Batch) *Members {
        const members = b.allocator.create(Members) catch @panic("OOM");
        members.* = .{
            .step = .init(.{ .id = .custom, .name = b.fmt("pyz3:{s}", .{batch.key}), .owner = b, .makeFn = make }),
            .archive = archive,
            .sources = batch.sources,
            .files = b.allocator.alloc(std.Build.GeneratedFile, batch.sources.len) catch @panic("OOM"),
        };
        for (members.files) |*file| file.* = .{ .step = &members.step };
        archive.addStepDependencies(&members.step);
        return members;
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const b = step.owner;
        const members: *Members = @fieldParentPtr("step", step);
        const path = members.archive.getPath2(b, step);
        const data = try std.Io.Dir.cwd().readFileAlloc(b.graph.io, path, b.allocator, .limited(1 << 32));
        var at: usize = "!<arch>\n".len;
        var count: usize = 0;
        while (at + 60 <= data.len) {
            const header = data[at..][0..60];
            var name = std.mem.trimEnd(u8, header[0..16], " ");
            const size = try std.fmt.parseInt(usize, std.mem.trimEnd(u8, header[48..58], " "), 10);
            var content = data[at + 60 ..][0..size];
            at += 60 + size + size % 2;
            if (std.mem.startsWith(u8, name, "#1/")) { // BSD's: the name is before the content
                const length = try std.fmt.parseInt(usize, name[3..], 10);
                name = std.mem.trimEnd(u8, content[0..length], "\x00");
                content = content[length..];
            }
            if (isIndex(name)) continue;
            if (count < members.files.len) members.files[count].path = try place(b, std.fs.path.stem(members.sources[count].path), content);
            count += 1;
        }
        if (count != members.files.len) return step.fail("{d} objects of {d} sources in {s}", .{ count, members.files.len, path });
    }

    /// Tables of symbols and of long names, as LLVM writes archives.
    fn isIndex(name: []const u8) bool {
        for ([_][]const u8{ "/", "//", "/SYM64/", "/<ECSYMBOLS>/" }) |special| if (std.mem.eql(u8, name, special)) return true;
        return std.mem.startsWith(u8, name, "__.SYMDEF");
    }

    /// Write an object to where zig's cache would have it; one that is there already stays.
    fn place(b: *std.Build, name: []const u8, content: []const u8) ![]const u8 {
        const cwd = std.Io.Dir.cwd();
        var hasher = std.Build.Cache.hasher_init;
        hasher.update(content);
        var digest: std.Build.Cache.BinDigest = undefined;
        hasher.final(&digest);
        const folder = b.pathJoin(&.{ b.cache_root.path orelse ".", "o", b.fmt("pyz3-{s}", .{std.Build.Cache.binToHex(digest)}) });
        const path = b.pathJoin(&.{ folder, b.fmt("{s}.o", .{name}) });
        const there = cwd.readFileAlloc(b.graph.io, path, b.allocator, .limited(1 << 32)) catch "";
        if (std.mem.eql(u8, there, content)) return path;
        try cwd.createDirPath(b.graph.io, folder);
        const fresh = temporary(b, folder);
        try cwd.writeFile(b.graph.io, .{ .sub_path = fresh, .data = content });
        try cwd.rename(fresh, cwd, path, b.graph.io);
        return path;
    }
};

fn nothing(_: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {}

/// A library that is linked without what zig would compile of its own: compiler_rt, and libc++ where macOS has one.
///
/// If nothing is missing in it, it is taken, and the other link is not run.
const Trial = struct {
    step: std.Build.Step,
    artifact: Artifact,
    tried: *std.Build.Step.Compile,
    library: *std.Build.Step.Compile,
    archives: []const std.Build.LazyPath,
    group: *Group = undefined,
    /// Where C++ is linked in parts: these, the same link with what the first one lacked, and what looks at that.
    parts: ?*Parts = null,
    again: *std.Build.Step.Compile = undefined,
    second: std.Build.Step = undefined,
    missing: std.ArrayList([]const u8) = .empty,
    /// What it is linked with because something is missing, as users are told; empty: nothing of note.
    reason: []const u8 = "",
    taken: bool = false,

    fn create(b: *std.Build, artifact: Artifact, tried: *std.Build.Step.Compile, library: *std.Build.Step.Compile, made: *Made, groups: *Groups) *Trial {
        var archives: std.ArrayList(std.Build.LazyPath) = .empty;
        for (artifact.links) |key| archives.appendSlice(b.allocator, made.get(key).?.linked) catch @panic("OOM");
        const trial = b.allocator.create(Trial) catch @panic("OOM");
        trial.* = .{
            .step = .init(.{ .id = .custom, .name = b.fmt("pyz3:{s}", .{artifact.key}), .owner = b, .makeFn = make }),
            .artifact = artifact,
            .tried = tried,
            .library = library,
            .archives = archives.items,
        };
        tried.getEmittedBin().addStepDependencies(&trial.step);
        Group.add(b, groups, trial);
        return trial;
    }

    /// Link with the parts of libc++ that every module needs, and then with those that are missing.
    fn linkInParts(trial: *Trial, parts: *Parts, again: *std.Build.Step.Compile) void {
        const b = trial.step.owner;
        trial.parts = parts;
        trial.again = again;
        trial.second = .init(.{ .id = .custom, .name = trial.step.name, .owner = b, .makeFn = makeSecond });
        for ([_]*std.Build.Step.Compile{ trial.tried, again }) |compile| {
            compile.step.dependOn(&parts.step);
            parts.addBase(compile);
        }
        again.step.dependOn(&trial.step);
        again.getEmittedBin().addStepDependencies(&trial.second);
        trial.group.step.dependOn(&trial.second);
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const trial: *Trial = @fieldParentPtr("step", step);
        try trial.look();
        const all = trial.parts orelse return;
        const parts = try all.having(trial.missing.items);
        for (parts) |part| {
            try makeArchive(step, archiveOf(part));
            for ([_]*std.Build.Step.Compile{ trial.again, trial.library }) |compile|
                compile.root_module.addObjectFile(.{ .cwd_relative = part.file });
        }
        if (parts.len > 0) return;
        trial.again.step.makeFn = nothing;
        trial.second.makeFn = nothing;
    }

    fn makeSecond(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const trial: *Trial = @fieldParentPtr("second", step);
        trial.tried = trial.again;
        trial.missing.clearRetainingCapacity();
        try trial.look();
    }

    /// Find what is missing in what was linked.
    fn look(trial: *Trial) !void {
        const b = trial.step.owner;
        var provided: Names = .init(b.allocator);
        for (trial.archives) |path| try trial.provide(&provided, path.getPath2(b, &trial.step));
        for (trial.artifact.runtime) |path| try trial.provide(&provided, path);
        for (trial.artifact.objects) |path| try trial.provide(&provided, path);
        const data = try read(b, trial.tried.generated_bin.?.path.?);
        if (std.mem.startsWith(u8, data, "\x7fELF")) {
            const symbols: ElfSymbols = .of(data);
            for (1..symbols.count) |index| {
                const symbol = symbols.at(index);
                if (symbol.lacking and !provided.contains(symbol.name)) try trial.addMissing(symbol.name);
            }
        } else try trial.addMissingInMacho(data);
    }

    fn take(trial: *Trial) void {
        trial.taken = true;
        trial.library.generated_bin.?.path = trial.tried.generated_bin.?.path.?;
        trial.library.step.makeFn = nothing;
    }

    /// Note a symbol that nothing on the link has; the interpreter may have it.
    fn addMissing(trial: *Trial, name: []const u8) !void {
        const bare = std.mem.trimStart(u8, name, "_");
        if (trial.artifact.kind == .module and std.mem.startsWith(u8, bare, "Py")) return;
        try trial.missing.append(trial.step.owner.allocator, name);
    }

    /// Add what a shared library exports.
    fn provide(trial: *Trial, provided: *Names, path: []const u8) !void {
        if (isArchive(path)) return;
        const data = try read(trial.step.owner, path);
        if (!std.mem.startsWith(u8, data, "\x7fELF")) return;
        const symbols: ElfSymbols = .of(data);
        for (1..symbols.count) |index| {
            const symbol = symbols.at(index);
            if (symbol.defined) try provided.put(symbol.name, {});
        }
    }

    fn read(b: *std.Build, path: []const u8) ![]const u8 {
        return std.Io.Dir.cwd().readFileAlloc(b.graph.io, path, b.allocator, .limited(1 << 32));
    }

    /// Add the names that dyld is to look for everywhere (<mach-o/loader.h>, <mach-o/nlist.h>): no library has them.
    fn addMissingInMacho(trial: *Trial, data: []const u8) !void {
        var at: usize = @sizeOf(std.macho.mach_header_64);
        var symtab: std.macho.symtab_command = undefined;
        var dysymtab: std.macho.dysymtab_command = undefined;
        for (0..std.mem.readInt(u32, data[16..20], .little)) |_| {
            const command = std.mem.bytesToValue(std.macho.load_command, data[at..]);
            if (command.cmd == .SYMTAB) symtab = std.mem.bytesToValue(std.macho.symtab_command, data[at..]);
            if (command.cmd == .DYSYMTAB) dysymtab = std.mem.bytesToValue(std.macho.dysymtab_command, data[at..]);
            at += command.cmdsize;
        }
        for (0..dysymtab.nundefsym) |index| {
            const place = symtab.symoff + (dysymtab.iundefsym + index) * @sizeOf(std.macho.nlist_64);
            const symbol = std.mem.bytesToValue(std.macho.nlist_64, data[place..]);
            const ordinal: i8 = @bitCast(@as(u8, @truncate(@as(u16, @bitCast(symbol.n_desc)) >> 8)));
            if (ordinal <= 0) try trial.addMissing(std.mem.sliceTo(data[symtab.stroff + symbol.n_strx ..], 0));
        }
    }
};

/// Libraries of which all are taken as they were tried, or none.
///
/// C++ code must not find macOS' library in one module of a wheel and another in the next: each has types of its
/// own, and exceptions are caught by their types.
const Group = struct {
    step: std.Build.Step,
    trials: std.ArrayList(*Trial) = .empty,

    fn add(b: *std.Build, groups: *Groups, trial: *Trial) void {
        const name = if (trial.artifact.system_cxx) |system| system.group else trial.artifact.key;
        const known = groups.getOrPut(name) catch @panic("OOM");
        if (!known.found_existing) {
            known.value_ptr.* = b.allocator.create(Group) catch @panic("OOM");
            known.value_ptr.*.* = .{ .step = .init(.{ .id = .custom, .name = "group", .owner = b, .makeFn = make }) };
        }
        const group = known.value_ptr.*;
        group.trials.append(b.allocator, trial) catch @panic("OOM");
        trial.group = group;
        group.step.dependOn(&trial.step);
        trial.library.step.dependOn(&group.step);
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const group: *Group = @fieldParentPtr("step", step);
        for (group.trials.items) |trial| {
            if (trial.missing.items.len > 0) return group.refuse(trial);
        }
        for (group.trials.items) |trial| trial.take();
    }

    /// Link with compiler_rt, and with libc++'s parts unless these lack something.
    fn linkParts(trial: *Trial, parts: *Parts) void {
        const b = trial.step.owner;
        for (trial.missing.items) |name| if (Parts.isOfCxx(name)) {
            std.debug.print("pyz3 needs-runtime {s}\n", .{trial.artifact.key}); // pyz3/engine/zig.py hears it
            trial.reason = b.fmt("all of zig's libc++: its parts have no {s}", .{name});
            return;
        };
        trial.library.root_module.link_libcpp = false;
        parts.addBase(trial.library);
    }

    /// Say why each is linked with zig's libc++, if it is.
    fn refuse(group: *Group, first: *Trial) void {
        const b = group.step.owner;
        for (group.trials.items) |trial| {
            if (trial.parts) |parts| linkParts(trial, parts);
            if (trial.artifact.system_cxx == null) continue;
            std.debug.print("pyz3 needs-runtime {s}\n", .{trial.artifact.key}); // pyz3/engine/zig.py hears it
            const names = trial.missing.items;
            const version = trial.artifact.target[std.mem.indexOf(u8, trial.artifact.target, "macos.").? + "macos.".len ..];
            trial.reason = if (names.len == 0)
                b.fmt("zig's libc++, as {s} is", .{first.artifact.name})
            else
                b.fmt("zig's libc++: that of macOS {s} has no {s}{s}", .{ version, names[0], if (names.len > 1) b.fmt(" and {d} more", .{names.len - 1}) else "" });
        }
    }
};

/// What zig compiles of its own for one target, in parts: archives that are made once for all.
const Parts = struct {
    step: std.Build.Step,
    all: []const ZigPart,

    fn create(b: *std.Build, all: []const ZigPart) *Parts {
        const parts = b.allocator.create(Parts) catch @panic("OOM");
        parts.* = .{
            .step = .init(.{ .id = .custom, .name = "parts", .owner = b, .makeFn = make }),
            .all = all,
        };
        return parts;
    }

    /// Make what every module is linked with.
    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const parts: *Parts = @fieldParentPtr("step", step);
        for (parts.all) |part| if (part.marks.len == 0) try makeArchive(step, archiveOf(part));
    }

    fn addBase(parts: *Parts, compile: *std.Build.Step.Compile) void {
        for (parts.all) |part| if (part.marks.len == 0) compile.root_module.addObjectFile(.{ .cwd_relative = part.file });
    }

    /// Whether a name is one of C++'s library: of namespace std, as the Itanium C++ ABI mangles it.
    fn isOfCxx(name: []const u8) bool {
        return std.mem.indexOf(u8, name[0..@min(3, name.len)], "_Z") != null and std.mem.indexOf(u8, name, "St") != null;
    }

    /// Give the parts that have what is missing; a name of C++'s library that none is known to have takes all of it.
    fn having(parts: *Parts, missing: []const []const u8) ![]const ZigPart {
        const b = parts.step.owner;
        const wanted = try b.allocator.alloc(bool, parts.all.len);
        @memset(wanted, false);
        for (missing) |name| {
            const cxx = isOfCxx(name);
            var known = false;
            for (parts.all, wanted) |part, *want| if (part.cxx == cxx and isMarked(part, name)) {
                want.* = true;
                known = true;
            };
            if (cxx and !known) for (parts.all, wanted) |part, *want| {
                if (part.cxx) want.* = true;
            };
        }
        for (parts.all, 0..) |part, index| if (wanted[index]) {
            for (part.needs) |file| for (parts.all, wanted) |other, *want| if (std.mem.eql(u8, other.file, file)) {
                want.* = true;
            };
        };
        var found: std.ArrayList(ZigPart) = .empty;
        for (parts.all, wanted) |part, want| if (want and part.marks.len > 0) try found.append(b.allocator, part);
        return found.items;
    }

    fn isMarked(part: ZigPart, name: []const u8) bool {
        for (part.marks) |mark| if (std.mem.indexOf(u8, name, mark) != null) return true;
        return false;
    }
};

/// Where it is, and by which arguments zig makes it; with some for bitcode: of that, which is made first.
const Archive = struct { file: []const u8, args: []const []const u8, bitcode_args: []const []const u8 = &.{} };

fn archiveOf(part: ZigPart) Archive {
    return .{ .file = part.file, .args = part.args };
}

/// Make an archive of zig's own sources by commands of zig's, in the cache of all projects, unless it is there.
///
/// Several processes may do it at a time: the first one's stays, as others may have noted what it is.
fn makeArchive(step: *std.Build.Step, archive: Archive) !void {
    const b = step.owner;
    const file = archive.file;
    const folder = std.fs.path.dirname(file).?;
    const cwd = std.Io.Dir.cwd();
    if (cwd.access(b.graph.io, file, .{})) return else |_| {}
    try cwd.createDirPath(b.graph.io, folder);
    const fresh = temporary(b, folder);
    const to_fresh = b.fmt("-femit-bin={s}", .{fresh});
    if (archive.bitcode_args.len == 0) {
        try runZig(step, file, archive.args, &.{to_fresh});
    } else {
        const bitcode = b.fmt("{s}.bc", .{fresh});
        try runZig(step, file, archive.bitcode_args, &.{ "-fno-emit-bin", b.fmt("-femit-llvm-bc={s}", .{bitcode}) });
        try runZig(step, file, archive.args, &.{ bitcode, to_fresh });
        try cwd.deleteFile(b.graph.io, bitcode);
    }
    cwd.renamePreserve(fresh, cwd, file, b.graph.io) catch |err| switch (err) {
        error.PathAlreadyExists => try cwd.deleteFile(b.graph.io, fresh),
        error.OperationUnsupported => try cwd.rename(fresh, cwd, file, b.graph.io),
        else => return err,
    };
}

/// Give a name in a folder for what is being made: nobody takes it for a part of the cache (pyz3/store/seals.py).
fn temporary(b: *std.Build, folder: []const u8) []const u8 {
    var number: [8]u8 = undefined;
    b.graph.io.random(&number);
    return b.pathJoin(&.{ folder, b.fmt(".tmp-{x}", .{std.mem.readInt(u64, &number, .little)}) });
}

fn runZig(step: *std.Build.Step, file: []const u8, args: []const []const u8, more: []const []const u8) !void {
    const b = step.owner;
    const global = b.graph.global_cache_root.path orelse ".";
    var argv: std.ArrayList([]const u8) = .empty;
    try argv.append(b.allocator, b.graph.zig_exe);
    for ([_][]const []const u8{ args, more, &.{ "--cache-dir", global, "--global-cache-dir", global } }) |words|
        try argv.appendSlice(b.allocator, words);
    const result = std.process.run(b.allocator, b.graph.io, .{ .argv = argv.items, .environ_map = &b.graph.environ_map }) catch |err|
        return step.fail("failed to run {s}: {t}", .{ argv.items[0], err });
    if (result.term != .exited or result.term.exited != 0) return step.fail("{s} cannot be compiled: {s}", .{ std.fs.path.basename(file), result.stderr });
}

const Names = std.StringHashMap(void);

/// The symbols by which an ELF library is linked (the ELF specification, "Symbol Table"; LSB, "Symbol Versioning").
const ElfSymbols = struct {
    data: []const u8,
    wide: bool,
    endian: std.builtin.Endian,
    count: usize = 1,
    symbols: usize = 0,
    strings: usize = 0,
    /// Zero: the library and what it is linked with have no versions.
    versions: usize = 0,

    const Symbol = struct {
        name: []const u8,
        defined: bool,
        /// It must be had, and none of the libraries with versions has it.
        lacking: bool,
    };

    fn of(data: []const u8) ElfSymbols {
        var found: ElfSymbols = .{ .data = data, .wide = data[4] == 2, .endian = if (data[5] == 1) .little else .big };
        const wide = found.wide;
        const sections = found.word(if (wide) 0x28 else 0x20);
        const size = found.int(u16, if (wide) 0x3a else 0x2e);
        for (0..found.int(u16, if (wide) 0x3c else 0x30)) |index| {
            const section = sections + index * size;
            const offset = found.word(section + @as(usize, if (wide) 24 else 16));
            switch (found.int(u32, section + 4)) {
                std.elf.SHT_DYNSYM => {
                    found.symbols = offset;
                    found.count = found.word(section + @as(usize, if (wide) 32 else 20)) / found.entry();
                    const strings = sections + size * found.int(u32, section + @as(usize, if (wide) 40 else 24));
                    found.strings = found.word(strings + @as(usize, if (wide) 24 else 16));
                },
                std.elf.SHT_GNU_VERSYM => found.versions = offset,
                else => {},
            }
        }
        return found;
    }

    fn at(symbols: ElfSymbols, index: usize) Symbol {
        const place = symbols.symbols + index * symbols.entry();
        const info = symbols.data[place + @as(usize, if (symbols.wide) 4 else 12)];
        const defined = symbols.int(u16, place + @as(usize, if (symbols.wide) 6 else 14)) != 0;
        const version = if (symbols.versions == 0) 0 else symbols.int(u16, symbols.versions + 2 * index) & 0x7fff;
        return .{
            .name = std.mem.sliceTo(symbols.data[symbols.strings + symbols.int(u32, place) ..], 0),
            .defined = defined,
            .lacking = !defined and info >> 4 != std.elf.STB_WEAK and version < 2,
        };
    }

    fn entry(symbols: ElfSymbols) usize {
        return if (symbols.wide) 24 else 16;
    }

    fn word(symbols: ElfSymbols, place: usize) usize {
        return @intCast(if (symbols.wide) symbols.int(u64, place) else symbols.int(u32, place));
    }

    fn int(symbols: ElfSymbols, comptime T: type, place: usize) T {
        return std.mem.readInt(T, symbols.data[place..][0..@sizeOf(T)], symbols.endian);
    }
};

/// Links a DLL without mingw-w64's runtime, if it needs nothing of that; then the other link is not run.
///
/// The linker tells what is undefined, and in its map which sections there are.
const LeanLink = struct {
    step: std.Build.Step,
    artifact: Artifact,
    lean: Lean,
    own: std.Build.LazyPath,
    archives: []const std.Build.LazyPath,
    library: *std.Build.Step.Compile,
    parts: ?*Parts,
    /// Why it needs the runtime; empty: it does not.
    reason: []const u8 = "",
    /// How it is linked, as a record says it, in words that are added as that is found out.
    words: std.ArrayList([]const u8) = .empty,
    how: []const u8 = "",
    /// Functions of its own that are called as if they were another DLL's.
    kept: std.ArrayList([]const u8) = .empty,

    fn create(b: *std.Build, artifact: Artifact, lean: Lean, own: std.Build.LazyPath, library: *std.Build.Step.Compile, made: *Made, parts: ?*Parts) *LeanLink {
        var archives: std.ArrayList(std.Build.LazyPath) = .empty;
        for (artifact.links) |key| archives.appendSlice(b.allocator, made.get(key).?.linked) catch @panic("OOM");
        const link = b.allocator.create(LeanLink) catch @panic("OOM");
        link.* = .{
            .step = .init(.{ .id = .custom, .name = b.fmt("pyz3:{s}", .{artifact.key}), .owner = b, .makeFn = make }),
            .artifact = artifact,
            .lean = lean,
            .own = own,
            .archives = archives.items,
            .library = library,
            .parts = parts,
        };
        own.addStepDependencies(&link.step);
        for (archives.items) |path| path.addStepDependencies(&link.step);
        if (library.win32_module_definition) |path| path.addStepDependencies(&link.step);
        library.step.dependOn(&link.step);
        return link;
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const b = step.owner;
        const link: *LeanLink = @fieldParentPtr("step", step);
        var files: std.ArrayList([]const u8) = .empty;
        var man = b.graph.cache.obtain();
        defer man.deinit();
        man.hash.addListOfBytes(link.lean.link_flags);
        man.hash.addListOfBytes(link.lean.startup_sections);
        man.hash.addBytes(link.lean.compiler_rt);
        man.hash.addBytes(link.library.out_filename);
        if (link.parts) |parts| for (parts.all) |part| man.hash.addBytes(part.file);
        man.hash.add(link.artifact.link_cpp);
        man.hash.addBytes("how, and why; what is kept"); // reason.txt and kept.o
        try link.appendFiles(&files, &man);
        const known = try step.cacheHit(&man);
        const folder = try std.fs.path.join(b.allocator, &.{ "o", &man.final() });
        const cwd = std.Io.Dir.cwd();
        const reason = try b.cache_root.join(b.allocator, &.{ folder, "reason.txt" });
        const kept = try b.cache_root.join(b.allocator, &.{ folder, "kept.o" });
        if (!known) {
            try b.cache_root.handle.createDirPath(b.graph.io, folder);
            const why = try link.run(files.items, try b.cache_root.join(b.allocator, &.{folder}));
            if (link.kept.items.len > 0) try cwd.writeFile(b.graph.io, .{ .sub_path = kept, .data = try keeping(b, link.library.rootModuleTarget().cpu.arch, link.kept.items) });
            try cwd.writeFile(b.graph.io, .{ .sub_path = reason, .data = b.fmt("{s}\n{s}", .{ try std.mem.join(b.allocator, " ", link.words.items), why }) });
            try step.writeManifest(&man);
        }
        const text = try cwd.readFileAlloc(b.graph.io, reason, b.allocator, .limited(1 << 20));
        const end = std.mem.indexOfScalar(u8, text, '\n').?;
        link.how = text[0..end];
        link.reason = text[end + 1 ..];
        if (link.reason.len > 0 and !link.inParts()) {
            if (cwd.access(b.graph.io, kept, .{})) link.library.root_module.addObjectFile(.{ .cwd_relative = kept }) else |_| {}
            return std.debug.print("pyz3 needs-runtime {s}\n", .{link.artifact.key}); // pyz3/engine/zig.py hears it
        }
        link.library.generated_bin.?.path = try b.cache_root.join(b.allocator, &.{ folder, link.library.out_filename });
        if (link.library.generated_implib) |implib|
            implib.path = try b.cache_root.join(b.allocator, &.{ folder, link.library.out_lib_filename });
        link.library.step.makeFn = nothing;
    }

    fn appendFiles(link: *LeanLink, argv: *std.ArrayList([]const u8), man: *std.Build.Cache.Manifest) !void {
        const b = link.step.owner;
        var files: std.ArrayList([]const u8) = .empty;
        const own = link.own.getPath2(b, &link.step);
        try argv.append(b.allocator, b.fmt("-wholearchive:{s}", .{own}));
        _ = try man.addFile(own, null);
        if (link.library.win32_module_definition) |path| {
            const definition = path.getPath2(b, &link.step);
            try argv.append(b.allocator, b.fmt("-def:{s}", .{definition}));
            _ = try man.addFile(definition, null);
        }
        for (link.archives) |path| try files.append(b.allocator, path.getPath2(b, &link.step));
        try files.appendSlice(b.allocator, link.artifact.runtime);
        for (link.artifact.objects) |path| if (isArchive(path)) try files.append(b.allocator, path);
        for (files.items) |path| _ = try man.addFile(path, null);
        for (link.lean.libraries) |path| _ = try man.addFile(path, null);
        try argv.appendSlice(b.allocator, files.items);
    }

    /// Make the DLL in `folder`, or say why it needs the runtime.
    fn run(link: *LeanLink, files: []const []const u8, folder: []const u8) ![]const u8 {
        const b = link.step.owner;
        const map = b.pathJoin(&.{ folder, "map.txt" });
        var argv: std.ArrayList([]const u8) = .empty;
        try argv.appendSlice(b.allocator, &.{ b.graph.zig_exe, "lld-link" });
        try argv.appendSlice(b.allocator, link.lean.link_flags);
        const file = b.pathJoin(&.{ folder, link.library.out_filename });
        try argv.append(b.allocator, b.fmt("-out:{s}", .{file}));
        if (link.artifact.debug_info) {
            const pdb = b.fmt("{s}.pdb", .{std.fs.path.stem(link.library.out_filename)});
            // What -debug would leave in is left out, as without.
            try argv.appendSlice(b.allocator, &.{ "-debug", "-opt:ref", b.fmt("-pdb:{s}", .{b.pathJoin(&.{ folder, pdb })}), b.fmt("-pdbaltpath:{s}", .{pdb}) });
        }
        if (link.library.generated_implib != null)
            try argv.append(b.allocator, b.fmt("-implib:{s}", .{b.pathJoin(&.{ folder, link.library.out_lib_filename })}));
        try argv.appendSlice(b.allocator, files);
        const begun = argv.items.len;
        try link.begin("lean");
        try argv.append(b.allocator, b.fmt("-lldmap:{s}", .{map}));
        try argv.appendSlice(b.allocator, link.lean.libraries);
        if (try link.missingIn(&argv)) |text| return link.runInParts(argv.items[0..begun], text);
        const text = try std.Io.Dir.cwd().readFileAlloc(b.graph.io, map, b.allocator, .limited(1 << 30));
        try std.Io.Dir.cwd().deleteFile(b.graph.io, map);
        for (link.lean.startup_sections) |section| if (std.mem.indexOf(u8, text, b.fmt(":({s}", .{section})) != null)
            return link.runInParts(argv.items[0..begun], b.fmt("section {s}", .{section}));
        return "";
    }

    /// Make the DLL with the parts of the runtime that it needs, if these are all that it needs.
    fn runInParts(link: *LeanLink, begun: []const []const u8, why: []const u8) ![]const u8 {
        const b = link.step.owner;
        try link.begin("linked");
        const parts = link.parts orelse return why;
        try link.begin("parts");
        var argv: std.ArrayList([]const u8) = .empty;
        try argv.appendSlice(b.allocator, begun);
        try argv.appendSlice(b.allocator, link.lean.startup_flags);
        for (parts.all) |part| if (part.marks.len == 0 and (link.artifact.link_cpp or !part.cxx)) {
            try makeArchive(&link.step, archiveOf(part));
            try argv.append(b.allocator, part.file);
        };
        try argv.appendSlice(b.allocator, link.lean.libraries);
        if (try link.complaints(argv.items)) |text| for (try parts.having(try namesIn(b, text))) |part| {
            try makeArchive(&link.step, archiveOf(part));
            try argv.append(b.allocator, part.file);
            try link.words.append(b.allocator, part.name);
        };
        if (try link.missingIn(&argv)) |text| {
            try link.begin("linked");
            return text;
        }
        return why;
    }

    fn begin(link: *LeanLink, way: []const u8) !void {
        link.words.clearRetainingCapacity();
        try link.words.append(link.step.owner.allocator, way);
    }

    /// Whether parts of the runtime are enough for it.
    fn inParts(link: *LeanLink) bool {
        return std.mem.startsWith(u8, link.how, "parts");
    }

    /// Link, with compiler_rt if something is missing without; give what is missing then.
    fn missingIn(link: *LeanLink, argv: *std.ArrayList([]const u8)) !?[]const u8 {
        const b = link.step.owner;
        if (try link.complaints(argv.items) == null) return null;
        try makeArchive(&link.step, .{
            .file = link.lean.compiler_rt,
            .args = link.lean.compiler_rt_args,
            .bitcode_args = link.lean.compiler_rt_bitcode_args,
        });
        try argv.append(b.allocator, link.lean.compiler_rt);
        try link.words.append(b.allocator, "compiler_rt");
        const text = try link.complaints(argv.items) orelse return null;
        const names = try namesIn(b, text);
        return if (names.len > 0) try std.mem.join(b.allocator, ", ", names) else text;
    }

    /// The names that the linker says are missing.
    fn namesIn(b: *std.Build, text: []const u8) ![]const []const u8 {
        const sign = "undefined symbol: ";
        var names: std.ArrayList([]const u8) = .empty;
        var lines = std.mem.tokenizeAny(u8, text, "\r\n");
        while (lines.next()) |line|
            if (std.mem.indexOf(u8, line, sign)) |at| try names.append(b.allocator, line[at + sign.len ..]);
        return names.items;
    }

    /// Say what it is linked with, and why, where that is not what is expected.
    fn explained(link: *LeanLink) []const u8 {
        if (link.reason.len == 0 or link.artifact.link_cpp and link.inParts()) return "";
        const how_much = if (link.inParts()) "parts" else "all";
        const more = if (link.artifact.link_cpp) " and libc++" else "";
        return link.step.owner.fmt("{s} of mingw-w64's runtime{s}: {s}", .{ how_much, more, link.reason });
    }

    /// Give an object that has the linker keep functions (PE format, "The .drectve Section"); the driver writes the same.
    fn keeping(b: *std.Build, arch: std.Target.Cpu.Arch, names: []const []const u8) ![]const u8 {
        const machine: u16 = switch (arch) {
            .x86 => 0x14c,
            .aarch64 => 0xaa64,
            else => 0x8664,
        };
        var object: std.ArrayList(u8) = .empty;
        var size: usize = 0;
        for (names) |name| size += " -include:".len + name.len;
        for ([_]struct { u8, usize }{
            .{ 2, machine }, .{ 2, 1 }, .{ 4, 0 }, .{ 4, 0 }, .{ 4, 0 }, .{ 4, 0 },
            .{ 8, std.mem.readInt(u64, ".drectve", .little) }, .{ 4, 0 }, .{ 4, 0 }, .{ 4, size }, .{ 4, 60 },
            .{ 4, 0 }, .{ 4, 0 }, .{ 4, 0 }, .{ 4, 0x100a00 },
        }) |field| for (0..field[0]) |at| try object.append(b.allocator, @truncate(field[1] >> @intCast(8 * at)));
        for (names) |name| {
            try object.appendSlice(b.allocator, " -include:");
            try object.appendSlice(b.allocator, name);
        }
        return object.items;
    }

    /// Run a command of zig's; give what it says when it fails.
    fn complaints(link: *LeanLink, argv: []const []const u8) !?[]const u8 {
        const b = link.step.owner;
        while (true) {
            var all: std.ArrayList([]const u8) = .empty;
            try all.appendSlice(b.allocator, argv);
            for (link.kept.items) |name| try all.append(b.allocator, b.fmt("-include:{s}", .{name}));
            const result = std.process.run(b.allocator, b.graph.io, .{ .argv = all.items, .environ_map = &b.graph.environ_map }) catch |err|
                return link.step.fail("failed to run {s}: {t}", .{ argv[0], err });
            const known = link.kept.items.len;
            try link.noteOwn(result.stderr);
            if (result.term != .exited or result.term.exited != 0) return b.fmt("{s} ", .{result.stderr});
            if (link.kept.items.len == known) return null;
        }
    }

    /// Note the functions of a module's own that it takes for another DLL's (PyAPI_FUNC): of one that is called in no
    /// other way lld drops the code, and the call ends the process.
    fn noteOwn(link: *LeanLink, text: []const u8) !void {
        const sign = "locally defined symbol imported: ";
        var lines = std.mem.tokenizeAny(u8, text, "\r\n");
        lines: while (lines.next()) |line| {
            const at = std.mem.indexOf(u8, line, sign) orelse continue;
            const name = std.mem.sliceTo(line[at + sign.len ..], ' ');
            for (link.kept.items) |other| if (std.mem.eql(u8, name, other)) continue :lines;
            try link.kept.append(link.step.owner.allocator, name);
        }
    }
};

/// Writes to `<prefix>/<key>` the path of a finished library, in a second line how it was linked, and then what it is
/// linked with, and why, as users are told.
///
/// How: `tried` (without compiler_rt, and where macOS has a C++ library without zig's), `lean` (without mingw-w64's
/// runtime) or `parts` (with parts of it: what every such link has, and those that are named), both with compiler_rt if
/// they say so, else `linked` with all that zig links, and what was missing when it was tried without.
const Record = struct {
    step: std.Build.Step,
    output: Output,
    key: []const u8,

    fn create(b: *std.Build, output: Output, key: []const u8) *Record {
        const record = b.allocator.create(Record) catch @panic("OOM");
        record.* = .{
            .step = .init(.{ .id = .custom, .name = "record", .owner = b, .makeFn = make }),
            .output = output,
            .key = key,
        };
        output.file.addStepDependencies(&record.step);
        return record;
    }

    fn make(step: *std.Build.Step, _: std.Build.Step.MakeOptions) !void {
        const b = step.owner;
        const record: *Record = @fieldParentPtr("step", step);
        const cwd = std.Io.Dir.cwd();
        const path = record.output.file.getPath2(b, step); // relative to the working directory
        const reason = if (record.output.trial) |trial|
            trial.reason
        else if (record.output.lean) |lean|
            lean.explained()
        else
            "";
        const how = if (record.output.trial) |trial|
            (if (trial.taken) "tried" else b.fmt("linked {s}", .{try std.mem.join(b.allocator, " ", trial.missing.items)}))
        else if (record.output.lean) |lean|
            lean.how
        else
            "linked";
        const file = b.getInstallPath(.prefix, record.key);
        try cwd.createDirPath(b.graph.io, std.fs.path.dirname(file).?);
        try cwd.writeFile(b.graph.io, .{ .sub_path = file, .data = b.fmt("{s}\n{s}\n{s}", .{ path, how, reason }) });
    }
};

fn targetFromEnvironment(b: *std.Build) std.Build.ResolvedTarget {
    const text = b.graph.environ_map.get("ZIG_TARGET") orelse return b.resolveTargetQuery(.{});
    return b.resolveTargetQuery(std.Target.Query.parse(.{ .arch_os_abi = text }) catch badTarget(text));
}

/// The artifact's target, which must not differ from `base` but in versions and processor.
fn variant(b: *std.Build, base: std.Build.ResolvedTarget, artifact: Artifact) std.Build.ResolvedTarget {
    const text = artifact.target;
    const cpu = if (artifact.cpu.len > 0) artifact.cpu else null;
    const query = std.Target.Query.parse(.{ .arch_os_abi = text, .cpu_features = cpu }) catch |err|
        if (cpu) |name| fail("cpu '{s}' is none of {s} ({s})", .{ name, text, @errorName(err) }) else badTarget(text);
    const target = b.resolveTargetQuery(query);
    if (target.result.cpu.arch != base.result.cpu.arch or target.result.os.tag != base.result.os.tag or
        target.result.abi != base.result.abi) fail("the plan's target '{s}' is not for ZIG_TARGET", .{text});
    return target;
}

fn badTarget(text: []const u8) noreturn {
    fail("ZIG_TARGET is '{s}', which is no target of zig's: x86_64-linux-gnu.2.28 and aarch64-macos.11.0 are", .{text});
}

fn optimizeFromEnvironment(b: *std.Build) std.builtin.OptimizeMode {
    const text = b.graph.environ_map.get("PYDUST_OPTIMIZE") orelse return .ReleaseFast;
    return std.meta.stringToEnum(std.builtin.OptimizeMode, text) orelse
        fail("PYDUST_OPTIMIZE is '{s}'; valid values: Debug, ReleaseSafe, ReleaseFast, ReleaseSmall", .{text});
}

fn fail(comptime format: []const u8, args: anytype) noreturn {
    std.debug.print("error: " ++ format ++ "\n", args);
    std.process.exit(1);
}

/// The plan of `project` for the Python that pyz3 runs on; pyz3 reads the two variables itself.
fn planFromPyz3(b: *std.Build, project: []const u8) []const u8 {
    const local = if (builtin.os.tag == .windows) ".venv/Scripts/python.exe" else ".venv/bin/python";
    const python = b.graph.environ_map.get("PYTHON") orelse found: {
        std.Io.Dir.cwd().access(b.graph.io, b.pathFromRoot(local), .{}) catch break :found "python3";
        break :found b.pathFromRoot(local);
    };
    const argv = [_][]const u8{ python, "-m", "pyz3", "zig-plan", b.pathFromRoot(project) };
    var status: u8 = 0;
    return b.runAllowFail(&argv, &status, .inherit) catch |err| if (err == error.ExitCodeFailure)
        std.process.exit(1) // it has said why
    else
        fail("no plan from pyz3: run scripts/build-wheels.sh once, or name a Python that has pyz3: PYTHON=... zig build", .{});
}
