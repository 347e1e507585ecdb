// The Python side of graph.hpp: objects in, objects out, exceptions translated.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <memory>
#include <new>

#include "graph.hpp"
#include "parallel.hpp"

namespace {

/// Thrown when a Python exception is set already.
struct PythonError {};

struct Release {
    void operator()(PyObject *object) const { Py_DECREF(object); }
};

/// A reference that is ours.
using Owned = std::unique_ptr<PyObject, Release>;

Owned checked(PyObject *object)
{
    if (object == nullptr) {
        throw PythonError();
    }
    return Owned(object);
}

/// Other Python threads run while this lives; it must be gone before an object is touched.
class WithoutGil {
public:
    WithoutGil() : thread_(PyEval_SaveThread()) {}
    ~WithoutGil() { PyEval_RestoreThread(thread_); }
    WithoutGil(const WithoutGil &) = delete;
    WithoutGil &operator=(const WithoutGil &) = delete;

private:
    PyThreadState *thread_;
};

/// Turns the C++ exception in flight into a Python one.  No C++ exception may cross into Python's own frames.
PyObject *raise() noexcept
{
    try {
        throw;
    }
    catch (const PythonError &) {
    }
    catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    catch (const std::out_of_range &error) {
        PyErr_SetString(PyExc_KeyError, error.what());
    }
    catch (const std::logic_error &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    }
    catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    catch (...) {
        PyErr_SetString(PyExc_SystemError, "unknown C++ exception");
    }
    return nullptr;
}

std::string text(PyObject *object)
{
    Py_ssize_t length;
    const char *utf8 = PyUnicode_AsUTF8AndSize(object, &length);
    if (utf8 == nullptr) {
        throw PythonError();
    }
    return std::string(utf8, static_cast<std::size_t>(length));
}

template <typename Use> void for_each(PyObject *iterable, const Use &use)
{
    const Owned iterator = checked(PyObject_GetIter(iterable));
    while (const Owned item{PyIter_Next(iterator.get())}) {
        use(item.get());
    }
    if (PyErr_Occurred()) {
        throw PythonError();
    }
}

graph::Graph read_edges(PyObject *edges)
{
    graph::Graph result;
    for_each(edges, [&](PyObject *item) {
        const Owned edge = checked(PySequence_Tuple(item));
        PyObject *from, *to;
        double length;
        if (!PyArg_ParseTuple(edge.get(), "UUd;an edge is (from, to, length)", &from, &to, &length)) {
            throw PythonError();
        }
        result.add_edge(text(from), text(to), length);
    });
    return result;
}

std::vector<Owned> to_strings(const std::vector<std::string> &texts)
{
    std::vector<Owned> strings;
    for (const std::string &text : texts) {
        strings.push_back(checked(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()))));
    }
    return strings;
}

Owned to_dict(const std::vector<Owned> &names, const std::vector<double> &distances)
{
    Owned dict = checked(PyDict_New());
    for (std::size_t i = 0; i < names.size(); i++) {
        if (distances[i] != graph::unreachable) {
            const Owned distance = checked(PyFloat_FromDouble(distances[i]));
            if (PyDict_SetItem(dict.get(), names[i].get(), distance.get()) < 0) {
                throw PythonError();
            }
        }
    }
    return dict;
}

PyObject *shortest_paths(PyObject *, PyObject *args, PyObject *keywords)
{
    static const char *const parameters[] = {"edges", "sources", "threads", nullptr};
    PyObject *edges, *sources;
    unsigned int threads = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "OO|I:shortest_paths", const_cast<char **>(parameters), &edges,
                                     &sources, &threads)) {
        return nullptr;
    }
    try {
        const graph::Graph graph = read_edges(edges);
        std::vector<std::string> starts;
        for_each(sources, [&](PyObject *source) { starts.push_back(text(source)); });
        std::vector<std::vector<double>> distances(starts.size());
        {
            const WithoutGil other_threads_run;
            parallel_for(starts.size(), threads, [&](std::size_t i) { distances[i] = graph.distances_from(starts[i]); });
        }
        const std::vector<Owned> names = to_strings(graph.names());
        Owned list = checked(PyList_New(0));
        for (const std::vector<double> &row : distances) {
            const Owned dict = to_dict(names, row);
            if (PyList_Append(list.get(), dict.get()) < 0) {
                return nullptr;
            }
        }
        return list.release();
    }
    catch (...) {
        return raise();
    }
}

PyDoc_STRVAR(shortest_paths_doc,
             "shortest_paths($module, /, edges, sources, threads=0)\n--\n\n"
             "For each source the distance of every vertex that can be reached from it.");

PyMethodDef methods[] = {
    {"shortest_paths", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(shortest_paths)),
     METH_VARARGS | METH_KEYWORDS, shortest_paths_doc},
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
    PyModuleDef_HEAD_INIT, "cpp._graph", "Shortest paths, in C++.", 0, methods, slots, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit__graph()
{
    return PyModuleDef_Init(&definition);
}
