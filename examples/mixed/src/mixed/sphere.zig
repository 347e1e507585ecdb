//! Points on the globe, for nearest.cpp.  Two languages, one module: what crosses is the C ABI.

const std = @import("std");

const earth_radius_km = 6371.0088; // the mean radius (IUGG)

/// A point on the unit sphere.
const Point = [3]f64;

/// The point at a latitude and a longitude, in degrees.
export fn sphere_point(latitude: f64, longitude: f64, point: *Point) void {
    const lat = std.math.degreesToRadians(latitude);
    const lon = std.math.degreesToRadians(longitude);
    point.* = .{ @cos(lat) * @cos(lon), @cos(lat) * @sin(lon), @sin(lat) };
}

/// The square of the straight line through the globe between two points: it grows with the way
/// over the surface and costs no trigonometry.
export fn sphere_chord_squared(a: *const Point, b: *const Point) f64 {
    var sum: f64 = 0;
    for (a, b) |x, y| sum += (x - y) * (x - y);
    return sum;
}

/// The way over the surface, in km, that belongs to such a square.
export fn sphere_kilometres(chord_squared: f64) f64 {
    return 2 * earth_radius_km * std.math.asin(@min(1, @sqrt(chord_squared) / 2));
}
