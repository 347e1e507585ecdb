/* A module for each thing that a DLL for Windows may or may not need mingw-w64's runtime for. */
#define PY_SSIZE_T_CLEAN
#if PART == 8 || PART == 11
#define __USE_MINGW_ANSI_STDIO 1
#endif
#include <Python.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <getopt.h>
#include <pthread.h>
#include <time.h>

#define TEXT_(x) #x
#define STRING(x) TEXT_(x)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static volatile long long number = 1234567890123456789;

static PyObject *value(PyObject *self, PyObject *unused)
{
#if PART == 1 /* of compiler_rt: division of 128 bits, a frame of more than a page */
  unsigned __int128 wide = (unsigned __int128)number * (unsigned long long)number;
  volatile char frame[20000];
  frame[19999] = 7;
  return PyLong_FromLongLong((long long)(wide / (unsigned long long)(number + 1)) % 1000 + frame[19999]);
#elif PART == 2 /* what the UCRT exports in a general form only */
  char text[100];
  int count = 0;
  double read = 0;
  volatile long double quarter = 0.25L; /* to the UCRT a double */
  snprintf(text, sizeof text, "%.3f %zu %lld %.2Lf", 2.5, sizeof(void *), number, quarter);
  count = sscanf("3.25 x", "%lf", &read);
  return Py_BuildValue("sdi", text, read, count);
#elif PART == 3
  return PyLong_FromLong(htons(1) == 256);
#elif PART == 5
  extern int constructed;
  return PyLong_FromLong(constructed);
#elif PART == 6
  static __thread int counted = 40;
  return PyLong_FromLong(++counted + 1);
#elif PART == 7
  extern void leave(void);
  return PyLong_FromLong(atexit(leave));
#elif PART == 8 /* long double has 80 bits there, of which the UCRT knows nothing */
  char text[100];
  snprintf(text, sizeof text, "%.2Lf", (long double)2.5);
  return PyUnicode_FromString(text);
#elif PART == 9 /* the UCRT's sets no signgam */
  volatile double x = 0.5;
  return PyLong_FromLong(lround(lgamma(x) * 1000));
#elif PART == 10
  extern int constructed;
  return PyLong_FromLong(constructed);
#elif PART == 11
  long double read = 0;
  int count = sscanf("2.5 x", "%Lf", &read);
  return Py_BuildValue("di", (double)read, count);
#elif PART == 12
  static int counted;
  extern void *count(void *);
  struct timespec now = {0, 0};
  pthread_t thread;
  if (clock_gettime(CLOCK_MONOTONIC, &now) || pthread_create(&thread, NULL, count, &counted) || pthread_join(thread, NULL)) return NULL;
  return PyLong_FromLong(counted);
#elif PART == 13
  char *words[] = {"p", "-a", "5", NULL};
  return PyLong_FromLong(getopt(3, words, "a:") == 'a' ? atoi(optarg) : 0);
#elif PART == 14
  struct in6_addr address = IN6ADDR_LOOPBACK_INIT;
  return Py_BuildValue("ii", IN6_IS_ADDR_LOOPBACK(&address), gai_strerrorA(EAI_FAMILY) != NULL);
#elif PART == 15 /* of none of the parts */
  __mingw_raise_matherr(_DOMAIN, "f", 1, 1, 1);
  return PyLong_FromLong(0);
#else
  extern int attached;
  return PyLong_FromLong(attached);
#endif
}

#if PART == 4
int attached;
BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
  attached += reason == DLL_PROCESS_ATTACH;
  return TRUE;
}
#elif PART == 0
int attached = 5;
#elif PART == 5
int constructed = 1;
__attribute__((constructor)) static void construct(void) { constructed = 41 + (GetCurrentProcessId() != 0); }
#elif PART == 10
int constructed = 1;
static void __cdecl construct(void) { constructed = 43; }
__attribute__((section(".CRT$XCU"), used)) static void (__cdecl *entry)(void) = construct;
#elif PART == 12
void *count(void *number)
{
  ++*(int *)number;
  return NULL;
}
#elif PART == 7
int left;
void leave(void) { left++; }
#endif

static PyMethodDef methods[] = {{"value", value, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, STRING(NAME), NULL, 0, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC JOIN(PyInit_, NAME)(void) { return PyModule_Create(&definition); }
