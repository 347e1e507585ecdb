#pragma once
#include <stdexcept>

struct Shape {
    virtual ~Shape() {}
};
struct Circle : Shape {
    int radius = 3;
};
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct Calls {
    void (*raise)(int);
    Shape *(*make)();
};
