// The nearest of many places on the globe: a k-d tree in C++ over points that sphere.zig computes.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

using Point = std::array<double, 3>;

extern "C" {
void sphere_point(double latitude, double longitude, Point *point);
double sphere_chord_squared(const Point *a, const Point *b);
double sphere_kilometres(double chord_squared);
}

namespace {

struct Place {
    Point point;
    std::size_t number;
};

/// The median of each part stands in its middle; smaller coordinates come before, larger ones after.
class Tree {
public:
    explicit Tree(std::vector<Place> places) : places_(std::move(places))
    {
        if (places_.empty()) {
            throw std::invalid_argument("there are no places");
        }
        arrange(0, places_.size(), 0);
    }

    struct Nearest {
        std::size_t number = 0;
        double chord_squared = std::numeric_limits<double>::infinity();
    };

    Nearest nearest(const Point &point) const
    {
        Nearest best;
        search(point, 0, places_.size(), 0, best);
        return best;
    }

private:
    void arrange(std::size_t begin, std::size_t end, std::size_t axis)
    {
        if (end - begin < 2) {
            return;
        }
        const std::size_t middle = begin + (end - begin) / 2;
        const auto at = [&](std::size_t i) { return places_.begin() + static_cast<std::ptrdiff_t>(i); };
        std::nth_element(at(begin), at(middle), at(end),
                         [axis](const Place &a, const Place &b) { return a.point[axis] < b.point[axis]; });
        arrange(begin, middle, (axis + 1) % 3);
        arrange(middle + 1, end, (axis + 1) % 3);
    }

    void search(const Point &point, std::size_t begin, std::size_t end, std::size_t axis, Nearest &best) const
    {
        if (begin == end) {
            return;
        }
        const std::size_t middle = begin + (end - begin) / 2;
        const Place &place = places_[middle];
        const double squared = sphere_chord_squared(&point, &place.point);
        if (squared < best.chord_squared) {
            best = {place.number, squared};
        }
        const double beyond = point[axis] - place.point[axis];
        const std::size_t next = (axis + 1) % 3;
        search(point, beyond < 0 ? begin : middle + 1, beyond < 0 ? middle : end, next, best);
        if (beyond * beyond < best.chord_squared) { // the other side may hold a nearer one
            search(point, beyond < 0 ? middle + 1 : begin, beyond < 0 ? end : middle, next, best);
        }
    }

    std::vector<Place> places_;
};

/// Reads (latitude, longitude) pairs; false with a Python exception set.
bool read_points(PyObject *pairs, std::vector<Place> &places)
{
    PyObject *sequence = PySequence_Tuple(pairs);
    if (sequence == nullptr) {
        return false;
    }
    bool complete = true;
    const Py_ssize_t count = PyTuple_Size(sequence);
    try {
        places.resize(static_cast<std::size_t>(count));
    }
    catch (const std::bad_alloc &) {
        PyErr_NoMemory();
        complete = false;
    }
    for (Py_ssize_t i = 0; complete && i < count; i++) {
        double latitude, longitude;
        PyObject *pair = PyTuple_GetItem(sequence, i);
        complete = PyTuple_Check(pair) ? PyArg_ParseTuple(pair, "dd;a point is (latitude, longitude)", &latitude, &longitude)
                                       : (PyErr_SetString(PyExc_TypeError, "a point is (latitude, longitude)"), false);
        if (complete) {
            Place &place = places[static_cast<std::size_t>(i)];
            sphere_point(latitude, longitude, &place.point);
            place.number = static_cast<std::size_t>(i);
        }
    }
    Py_DECREF(sequence);
    return complete;
}

PyObject *nearest(PyObject *, PyObject *args)
{
    PyObject *places_object, *queries_object;
    std::vector<Place> places, queries;
    if (!PyArg_ParseTuple(args, "OO:nearest", &places_object, &queries_object) ||
        !read_points(places_object, places) || !read_points(queries_object, queries)) {
        return nullptr;
    }
    PyObject *list = PyList_New(0);
    try {
        const Tree tree(std::move(places));
        for (const Place &query : queries) {
            const Tree::Nearest found = tree.nearest(query.point);
            PyObject *pair = Py_BuildValue("(nd)", static_cast<Py_ssize_t>(found.number), sphere_kilometres(found.chord_squared));
            const bool appended = list != nullptr && pair != nullptr && PyList_Append(list, pair) == 0;
            Py_XDECREF(pair);
            if (!appended) {
                Py_CLEAR(list);
                break;
            }
        }
    }
    catch (const std::invalid_argument &error) {
        Py_CLEAR(list);
        PyErr_SetString(PyExc_ValueError, error.what());
    }
    return list;
}

PyDoc_STRVAR(nearest_doc,
             "nearest($module, places, queries, /)\n--\n\n"
             "For each query the number of the nearest place and the way to it, in km.");

PyMethodDef methods[] = {
    {"nearest", nearest, METH_VARARGS, nearest_doc},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef_Slot slots[] = {
#ifdef Py_mod_multiple_interpreters // 3.12: PEP 684
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil // 3.13: PEP 703
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "mixed._nearest", "The nearest of many places.", 0, methods, slots, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit__nearest()
{
    return PyModuleDef_Init(&definition);
}
