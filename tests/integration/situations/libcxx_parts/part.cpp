/* A module for each part of libc++. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define TEXT_(x) #x
#define STRING(x) TEXT_(x)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#include <stdexcept>

#if PART == 0 /* what every module is linked with */
#include <any>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>
static int work()
{
  std::map<std::string, int> seen;
  std::unordered_map<std::string, std::any> more{{"a", 2}};
  auto shared = std::make_shared<std::function<int()>>([&] { return std::any_cast<int>(more["a"]); });
  try {
    seen["a"] = std::vector<int>(3).at(seen.size() + 3);
  } catch (const std::out_of_range &error) {
    seen["b"] = std::string(error.what()).empty() ? 0 : 5;
  }
  return seen["b"] + (*shared)();
}
#elif PART == 1 /* numbers */
#include <algorithm>
#include <charconv>
#include <random>
#include <vector>
static int work()
{
  std::vector<int> values{3, 1, 2};
  std::sort(values.begin(), values.end());
  std::mt19937 generator(1);
  std::shuffle(values.begin(), values.end(), generator);
  char digits[40];
  return static_cast<int>(std::to_chars(digits, digits + 40, 0.5).ptr - digits) + static_cast<int>(values.size()) + 1;
}
#elif PART == 2 /* threads */
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory_resource>
#include <mutex>
#include <thread>
#include <vector>
static thread_local std::vector<int> own{1};
static int work()
{
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<int> number{0};
  std::thread thread([&] {
    std::lock_guard<std::mutex> lock(mutex);
    own.push_back(1);
    number = static_cast<int>(own.size());
    changed.notify_all();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(60), [&] { return number == 2; });
  }
  thread.join();
  std::pmr::vector<int> values(std::pmr::new_delete_resource());
  values.push_back(static_cast<int>(own.size()));
  return number + std::async(std::launch::async, [] { return 4; }).get() + values[0];
}
#elif PART == 3 /* streams */
#include <iomanip>
#include <iostream>
#include <sstream>
static int work()
{
  std::ostringstream out;
  out << std::setw(5) << 1.5 << std::hex << 255;
  std::istringstream in("4");
  int number = 0;
  in >> number;
  return out.str() == "  1.5ff" && std::cout.good() ? number + 3 : 0;
}
#elif PART == 4 /* files, which need streams */
#include <filesystem>
static int work()
{
  std::error_code error;
  const std::filesystem::path path = "there is/no such file";
  return std::filesystem::exists(path, error) ? 0 : static_cast<int>(path.filename().string().size()) - 5;
}
#elif PART == 5 /* the rest */
#include <regex>
#include <string>
static int work() { return std::regex_match(std::string("123"), std::regex("[[:digit:]]+")) ? 7 : 0; }
#elif PART == 6 /* of mingw-w64's runtime more than its start-up code */
#include <pthread.h>
#include <vector>
static void *fill(void *values)
{
  static_cast<std::vector<int> *>(values)->assign(7, 1);
  return nullptr;
}
static int work()
{
  std::vector<int> values;
  pthread_t thread;
  if (pthread_create(&thread, nullptr, fill, &values) || pthread_join(thread, nullptr)) throw std::runtime_error("");
  return static_cast<int>(values.size());
}
#else /* with something of compiler_rt, which is another library */
#include <string>
static int work()
{
#ifdef __SIZEOF_INT128__
  volatile unsigned __int128 wide = 14;
#else
  volatile unsigned long long wide = 14;
#endif
  return static_cast<int>(std::to_string(static_cast<int>(wide / (wide - 12))).size()) + 6;
}
#endif

static PyObject *value(PyObject *, PyObject *)
{
  try {
    return PyLong_FromLong(work());
  } catch (const std::exception &error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return nullptr;
  }
}

static PyMethodDef methods[] = {{"value", value, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, STRING(NAME), nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr};
PyMODINIT_FUNC JOIN(PyInit_, NAME)(void) { return PyModuleDef_Init(&definition); }
