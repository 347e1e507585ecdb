#include <pybind11/pybind11.h>

PYBIND11_MODULE(early, m) {
    m.def("one", [] { return 1; });
}
