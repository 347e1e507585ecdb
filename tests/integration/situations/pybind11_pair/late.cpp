#include <pybind11/pybind11.h>

#include <stdexcept>

namespace py = pybind11;

struct Late : std::runtime_error {
    using std::runtime_error::runtime_error;
};

PYBIND11_MODULE(late, m) {
    py::register_exception<Late>(m, "LateError");
    m.def("key", [](py::dict d) { return d["missing"].cast<int>(); });
    m.def("stop", [] { throw py::stop_iteration(); });
    m.def("value", [] { throw std::invalid_argument("bad"); });
    m.def("index", [] { throw std::out_of_range("far"); });
    m.def("late", [] { throw Late("too late"); });
}
