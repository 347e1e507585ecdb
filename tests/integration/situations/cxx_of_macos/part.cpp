// Modules that need more or less of the C++ library than the oldest macOS of a wheel has.
#include <Python.h>

#include <functional>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#if PART == 1
#include <charconv>
#endif

#define JOIN(a, b) a##b
#define INIT(name) JOIN(PyInit_, name)
#define TEXT(a) #a
#define QUOTED(name) TEXT(name)

static std::string value(const std::string &text)
{
#if PART == 1 // of LLVM 14's, which no macOS before 13.3 has
    char digits[32];
    auto end = std::to_chars(digits, digits + sizeof digits, 2.5 + text.size()).ptr;
    return std::string(digits, end);
#else
    // Later libraries have functions for these, which headers can do without.
    std::unordered_map<std::string, std::size_t> sizes{{text, text.size()}};
    std::function<std::size_t(const std::string &)> look_up = [&](const std::string &key) { return sizes.at(key); };
    std::ostringstream out;
    out << look_up(text) << std::regex_replace(text, std::regex("b+"), "-");
    std::optional<int> nothing;
    try {
        out << nothing.value();
    } catch (const std::bad_optional_access &) {
        out << " empty";
    }
    std::exception_ptr kept = std::make_exception_ptr(std::out_of_range(" range"));
    try {
        std::rethrow_exception(kept);
    } catch (const std::logic_error &error) {
        out << error.what();
    }
    return out.str();
#endif
}

static PyObject *run(PyObject *, PyObject *text)
{
    try {
        return PyUnicode_FromString(value(PyUnicode_AsUTF8(text)).c_str());
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
        return nullptr;
    }
}

static PyMethodDef methods[] = {{"run", run, METH_O, nullptr}, {}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, QUOTED(NAME), nullptr, -1, methods};

PyMODINIT_FUNC INIT(NAME)()
{
    return PyModule_Create(&module);
}
