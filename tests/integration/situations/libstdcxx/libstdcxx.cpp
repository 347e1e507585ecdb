#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <bits/stdc++.h>

struct Even : std::unary_function<int, bool> {
    bool operator()(int number) const { return number % 2 == 0; }
};

static long doubled(long number) { return 2 * number; }

template <class T>
static long described()
{
    std::basic_string<T> text(3, T(7));
    text += T(200);
    text.insert(0, text);           /* 7 7 7 200 7 7 7 200 */
    text.replace(1, 2, text, 3, 4); /* of itself: 7 200 7 7 7 200 7 7 7 200 */
    std::set<std::basic_string<T>> ordered = {text, std::basic_string<T>(2, T(9)), std::basic_string<T>()};
    std::basic_string_view<T> view = text;
    long less = text < std::basic_string<T>(1, T(8));
    return static_cast<long>(text.size() * 1000 + text.find(T(200), 2) * 100 + view.rfind(T(200)) * 10
                             + ordered.size() + (less ? 0 : 5));
}

static PyObject *
values(PyObject *self, PyObject *args)
{
    std::auto_ptr<int> held(new int(4));
    std::auto_ptr<int> taken(held);
    int numbers[] = {1, 2, 3, 4, 6};
    long even = std::count_if(numbers, numbers + 5, Even());
    long odd = std::count_if(numbers, numbers + 5, std::not1(Even()));
    long above = std::count_if(numbers, numbers + 5, std::bind2nd(std::greater<int>(), 2));
    std::random_shuffle(numbers, numbers + 5);
    long sum = std::accumulate(numbers, numbers + 5, 0L);
    long twice = std::ptr_fun(doubled)(sum);
    return Py_BuildValue("(iOlllllllO)", *taken, held.get() ? Py_True : Py_False, even, odd, above, twice,
                         described<unsigned char>(), described<uint16_t>(), described<long long>(),
                         std::uncaught_exception() ? Py_True : Py_False);
}

static PyMethodDef methods[] = {{"values", values, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "libstdcxx", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_libstdcxx(void)
{
    return PyModule_Create(&definition);
}
