// The C++ standard library, exceptions, static objects.
#include <Python.h>

#include <algorithm>
#include <any>
#include <charconv>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace {

struct Registry {
    std::map<std::string, int> values;
    Registry() { values["constructed"] = 7; }
};
Registry registry;
thread_local int local = 5;

int unwound;
struct Guard {
    ~Guard() { ++unwound; }
};
class Special : public std::runtime_error {
public:
    Special(const std::string &text, int code) : std::runtime_error(text), code(code) {}
    int code;
};
[[gnu::noinline]] void fail(int depth, int kind) {
    Guard guard;
    if (depth > 0) return fail(depth - 1, kind);
    if (kind == 0) throw std::out_of_range("out of range");
    if (kind == 1) throw 42;
    if (kind == 2) throw Special("special", 9);
    if (kind == 3) std::vector<int>().at(3);
    if (kind == 4) throw std::system_error(ENOENT, std::generic_category(), "open");
    if (kind == 5) std::rethrow_exception(std::make_exception_ptr(std::length_error("again")));
    if (kind == 6) (void)std::any_cast<int>(std::any(std::string("text")));
    if (kind == 7) std::stoi("no number");
}

PyObject *caught(PyObject *, PyObject *args) {
    int depth, kind;
    if (!PyArg_ParseTuple(args, "ii", &depth, &kind)) return nullptr;
    unwound = 0;
    try {
        fail(depth, kind);
    } catch (const Special &error) {
        return Py_BuildValue("ssi", "Special", error.what(), unwound * 100 + error.code);
    } catch (const std::logic_error &error) {
        return Py_BuildValue("ssi", "logic_error", error.what(), unwound);
    } catch (const std::exception &error) {
        return Py_BuildValue("ssi", "exception", error.what(), unwound);
    } catch (int value) {
        return Py_BuildValue("ssi", "int", std::to_string(value).c_str(), unwound);
    }
    Py_RETURN_NONE;
}

PyObject *words(PyObject *, PyObject *text) {
    std::istringstream stream(PyUnicode_AsUTF8(text));
    std::unordered_map<std::string, int> counts;
    for (std::string word; stream >> word;) ++counts[word];
    std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    PyObject *list = PyList_New(0);
    for (auto &[word, count] : sorted) {
        PyObject *pair = Py_BuildValue("si", word.c_str(), count);
        PyList_Append(list, pair);
        Py_DECREF(pair);
    }
    return list;
}

PyObject *library(PyObject *, PyObject *) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(3) << 3.14159 << ' ' << std::hex << 255 << ' ' << std::boolalpha << true;
    std::smatch match;
    std::string line = "key = value";
    bool matched = std::regex_match(line, match, std::regex(R"((\w+)\s*=\s*(\w+))"));
    std::mt19937 random(42);
    std::function<int(int)> add = [](int x) { return x + local; };
    auto shared = std::make_shared<std::string>("shared");
    std::weak_ptr<std::string> weak = shared;
    std::variant<int, std::string> variant = "variant";
    std::mutex mutex;
    std::once_flag once;
    int calls = 0;
    for (int i = 0; i < 2; ++i) {
        std::lock_guard lock(mutex);
        std::call_once(once, [&] { ++calls; });
    }
    double parsed = 0;
    std::string digits = "2.5";
    parsed = std::stod(digits);
    char printed[32] = {};
    std::to_chars(printed, printed + sizeof printed, 0.1);
    std::vector<int> numbers(100);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::locale everywhere = std::locale::classic();
    return Py_BuildValue("ssIiissidsiis", out.str().c_str(), matched ? match[2].str().c_str() : "",
                         (unsigned)random(), add(1),
                         (int)weak.use_count(), std::get<std::string>(variant).c_str(), everywhere.name().c_str(),
                         calls, parsed, printed, std::accumulate(numbers.begin(), numbers.end(), 0),
                         registry.values["constructed"], std::string(200, 'x').substr(190).c_str());
}

PyObject *through(PyObject *, PyObject *function) {
    struct PythonError {};
    try {
        PyObject *result = PyObject_CallNoArgs(function);
        if (!result) throw PythonError();
        return result;
    } catch (const PythonError &) {
        PyErr_Clear();
        return PyUnicode_FromString("caught");
    }
}

PyObject *thread(PyObject *, PyObject *) {
    try {
        std::thread([] {}).join();
    } catch (const std::system_error &error) {
        return PyUnicode_FromString("no thread");
    }
    return PyUnicode_FromString("thread");
}

PyObject *print(PyObject *, PyObject *) {
    std::cout << "from std::cout" << std::endl;
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"caught", caught, METH_VARARGS, nullptr}, {"words", words, METH_O, nullptr},
    {"library", library, METH_NOARGS, nullptr}, {"through", through, METH_O, nullptr},
    {"thread", thread, METH_NOARGS, nullptr},  {"print", print, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyModuleDef definition = {PyModuleDef_HEAD_INIT, "standard", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_standard() { return PyModule_Create(&definition); }
