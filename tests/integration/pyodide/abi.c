// What pyz3's headers say about Emscripten's ABI, in comparison with the C library that is there.
#include <Python.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define SET(key, ...)                                             \
    do {                                                          \
        PyObject *value = Py_BuildValue(__VA_ARGS__);             \
        if (!value || PyDict_SetItemString(result, key, value)) { \
            Py_XDECREF(value);                                    \
            Py_DECREF(result);                                    \
            return NULL;                                          \
        }                                                         \
        Py_DECREF(value);                                         \
    } while (0)
#define NUMBER(value) "L", (long long)(value)

static PyObject *stat_of(PyObject *self, PyObject *path) {
    struct stat s;
    const char *name = PyUnicode_AsUTF8(path);
    if (!name) return NULL;
    memset(&s, 0xEE, sizeof s);
    if (stat(name, &s)) return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    PyObject *result = PyDict_New();
    if (!result) return NULL;
    SET("st_dev", NUMBER(s.st_dev));
    SET("st_ino", NUMBER(s.st_ino));
    SET("st_mode", NUMBER(s.st_mode));
    SET("st_nlink", NUMBER(s.st_nlink));
    SET("st_uid", NUMBER(s.st_uid));
    SET("st_gid", NUMBER(s.st_gid));
    SET("st_rdev", NUMBER(s.st_rdev));
    SET("st_size", NUMBER(s.st_size));
    SET("st_blksize", NUMBER(s.st_blksize));
    SET("st_blocks", NUMBER(s.st_blocks));
    SET("st_atime_ns", NUMBER(s.st_atim.tv_sec * 1000000000LL + s.st_atim.tv_nsec));
    SET("st_mtime_ns", NUMBER(s.st_mtim.tv_sec * 1000000000LL + s.st_mtim.tv_nsec));
    SET("st_ctime_ns", NUMBER(s.st_ctim.tv_sec * 1000000000LL + s.st_ctim.tv_nsec));
    return result;
}

static PyObject *statvfs_of(PyObject *self, PyObject *path) {
    struct statvfs s;
    const char *name = PyUnicode_AsUTF8(path);
    if (!name) return NULL;
    memset(&s, 0xEE, sizeof s);
    if (statvfs(name, &s)) return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    PyObject *result = PyDict_New();
    if (!result) return NULL;
    SET("f_bsize", NUMBER(s.f_bsize));
    SET("f_frsize", NUMBER(s.f_frsize));
    SET("f_blocks", NUMBER(s.f_blocks));
    SET("f_bfree", NUMBER(s.f_bfree));
    SET("f_bavail", NUMBER(s.f_bavail));
    SET("f_files", NUMBER(s.f_files));
    SET("f_ffree", NUMBER(s.f_ffree));
    SET("f_flag", NUMBER(s.f_flag));
    SET("f_namemax", NUMBER(s.f_namemax));
    return result;
}

static PyObject *entries_of(PyObject *self, PyObject *path) {
    const char *name = PyUnicode_AsUTF8(path);
    DIR *folder = name ? opendir(name) : NULL;
    if (!folder) return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, path);
    PyObject *result = PyDict_New();
    for (struct dirent *entry; (entry = readdir(folder));) {
        SET(entry->d_name, "LO", (long long)entry->d_ino, entry->d_type == DT_DIR ? Py_True : Py_False);
    }
    closedir(folder);
    return result;
}

static PyObject *times_of(PyObject *self, PyObject *seconds) {
    time_t when = (time_t)PyLong_AsLongLong(seconds);
    struct tm t;
    if (!gmtime_r(&when, &t)) return PyErr_SetFromErrno(PyExc_OSError);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return Py_BuildValue("(iiiiiii)(LL)", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                         t.tm_sec, t.tm_yday + 1, (long long)now.tv_sec, (long long)now.tv_nsec);
}

static PyObject *system_name(PyObject *self, PyObject *nothing) {
    struct utsname u;
    if (uname(&u)) return PyErr_SetFromErrno(PyExc_OSError);
    return Py_BuildValue("(sssss)", u.sysname, u.nodename, u.release, u.version, u.machine);
}

// How far the C library writes into a structure: within it, and with what it is made for.
static long long extent(const unsigned char *place, size_t room) {
    while (room && place[room - 1] == 0xA5) room--;
    return (long long)room;
}
#define EXTENT(type, call)                                                       \
    do {                                                                         \
        static unsigned char place[sizeof(type) + 512] __attribute__((aligned(16))); \
        type *it = (type *)place;                                                \
        memset(place, 0xA5, sizeof place);                                       \
        (void)it;                                                                \
        call;                                                                    \
        SET(#type, "LL", extent(place, sizeof place), (long long)sizeof(type));  \
    } while (0)

static PyObject *extents(PyObject *self, PyObject *nothing) {
    PyObject *result = PyDict_New();
    int pipes[2];
    if (!result || pipe(pipes)) return NULL;
    EXTENT(struct stat, stat("/", it));
    EXTENT(struct statvfs, statvfs("/", it));
    EXTENT(struct timespec, clock_gettime(CLOCK_MONOTONIC, it));
    EXTENT(struct rusage, getrusage(RUSAGE_SELF, it));
    EXTENT(struct utsname, uname(it));
    EXTENT(struct tm, time_t zero = 0; gmtime_r(&zero, it));
    EXTENT(struct sigaction, sigaction(SIGUSR1, NULL, it));
    EXTENT(sigset_t, sigfillset(it));
    EXTENT(pthread_attr_t, pthread_attr_init(it));
    EXTENT(pthread_mutex_t, pthread_mutex_init(it, NULL));
    EXTENT(pthread_mutexattr_t, pthread_mutexattr_init(it));
    EXTENT(pthread_cond_t, pthread_cond_init(it, NULL));
    EXTENT(pthread_rwlock_t, pthread_rwlock_init(it, NULL));
    EXTENT(sem_t, sem_init(it, 0, 1));
    EXTENT(regex_t, regcomp(it, "a(b)", REG_EXTENDED));
    EXTENT(mbstate_t, mbrlen("\xC3", 1, it));
    EXTENT(socklen_t, *it = 4);
    close(pipes[0]);
    close(pipes[1]);
    return result;
}

static PyObject *constants(PyObject *self, PyObject *nothing) {
    PyObject *result = PyDict_New();
    if (!result) return NULL;
#define C(name) SET(#name, NUMBER((long)name));
    C(O_RDONLY) C(O_WRONLY) C(O_RDWR) C(O_CREAT) C(O_EXCL) C(O_TRUNC) C(O_APPEND) C(O_NONBLOCK) C(O_CLOEXEC)
    C(O_DIRECTORY) C(O_NOFOLLOW) C(O_SYNC) C(SEEK_SET) C(SEEK_CUR) C(SEEK_END) C(F_DUPFD) C(F_GETFD)
    C(F_SETFD) C(F_GETFL) C(F_SETFL) C(F_GETLK) C(F_SETLK) C(F_SETLKW) C(FD_CLOEXEC) C(F_RDLCK) C(F_WRLCK)
    C(F_UNLCK) C(SIGHUP) C(SIGINT) C(SIGSEGV) C(SIGUSR1) C(SIGALRM) C(SIGCHLD) C(SIGWINCH) C(SIG_BLOCK)
    C(POLLIN) C(POLLOUT) C(POLLERR) C(POLLHUP) C(POLLNVAL) C(AF_UNIX) C(AF_INET) C(AF_INET6) C(SOCK_STREAM)
    C(SOCK_DGRAM) C(SOL_SOCKET) C(SO_REUSEADDR) C(SO_ERROR) C(MSG_PEEK) C(CLOCK_REALTIME) C(CLOCK_MONOTONIC)
    C(RLIMIT_STACK) C(RUSAGE_SELF) C(TCSANOW) C(ICANON) C(ECHO) C(TIOCGWINSZ) C(FIONREAD) C(ST_RDONLY)
    C(S_IFREG) C(W_OK)
    return result;
}

static PyObject *error_numbers(PyObject *self, PyObject *names) {
    static const struct { const char *name; int value; } known[] = {
#define E(name) {#name, name},
        E(EPERM) E(ENOENT) E(ESRCH) E(EINTR) E(EIO) E(ENXIO) E(E2BIG) E(ENOEXEC) E(EBADF) E(ECHILD) E(EAGAIN)
        E(ENOMEM) E(EACCES) E(EFAULT) E(ENOTBLK) E(EBUSY) E(EEXIST) E(EXDEV) E(ENODEV) E(ENOTDIR) E(EISDIR)
        E(EINVAL) E(ENFILE) E(EMFILE) E(ENOTTY) E(ETXTBSY) E(EFBIG) E(ENOSPC) E(ESPIPE) E(EROFS) E(EMLINK)
        E(EPIPE) E(EDOM) E(ERANGE) E(EDEADLK) E(ENAMETOOLONG) E(ENOLCK) E(ENOSYS) E(ENOTEMPTY) E(ELOOP)
        E(EWOULDBLOCK) E(ENOMSG) E(EIDRM) E(ECHRNG) E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELNRNG) E(EUNATCH)
        E(ENOCSI) E(EL2HLT) E(EBADE) E(EBADR) E(EXFULL) E(ENOANO) E(EBADRQC) E(EBADSLT) E(EDEADLOCK)
        E(EBFONT) E(ENOSTR) E(ENODATA) E(ETIME) E(ENOSR) E(ENONET) E(ENOPKG) E(EREMOTE) E(ENOLINK) E(EADV)
        E(ESRMNT) E(ECOMM) E(EPROTO) E(EMULTIHOP) E(EDOTDOT) E(EBADMSG) E(EOVERFLOW) E(ENOTUNIQ) E(EBADFD)
        E(EREMCHG) E(ELIBACC) E(ELIBBAD) E(ELIBSCN) E(ELIBMAX) E(ELIBEXEC) E(EILSEQ) E(ERESTART) E(ESTRPIPE)
        E(EUSERS) E(ENOTSOCK) E(EDESTADDRREQ) E(EMSGSIZE) E(EPROTOTYPE) E(ENOPROTOOPT) E(EPROTONOSUPPORT)
        E(ESOCKTNOSUPPORT) E(EOPNOTSUPP) E(ENOTSUP) E(EPFNOSUPPORT) E(EAFNOSUPPORT) E(EADDRINUSE)
        E(EADDRNOTAVAIL) E(ENETDOWN) E(ENETUNREACH) E(ENETRESET) E(ECONNABORTED) E(ECONNRESET) E(ENOBUFS)
        E(EISCONN) E(ENOTCONN) E(ESHUTDOWN) E(ETOOMANYREFS) E(ETIMEDOUT) E(ECONNREFUSED) E(EHOSTDOWN)
        E(EHOSTUNREACH) E(EALREADY) E(EINPROGRESS) E(ESTALE) E(EUCLEAN) E(ENOTNAM) E(ENAVAIL) E(EISNAM)
        E(ENOMEDIUM) E(EMEDIUMTYPE) E(ENOKEY) E(EKEYEXPIRED) E(EKEYREVOKED) E(EKEYREJECTED) E(ERFKILL) E(EHWPOISON)
        E(EREMOTEIO) E(EDQUOT) E(ECANCELED) E(EOWNERDEAD) E(ENOTRECOVERABLE)
    };
    PyObject *result = PyDict_New();
    if (!result) return NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        SET(known[i].name, "is", known[i].value, strerror(known[i].value));
    }
    return result;
}

static PyMethodDef methods[] = {
    {"stat", stat_of, METH_O, NULL},           {"statvfs", statvfs_of, METH_O, NULL},
    {"entries", entries_of, METH_O, NULL},     {"times", times_of, METH_O, NULL},
    {"uname", system_name, METH_NOARGS, NULL}, {"extents", extents, METH_NOARGS, NULL},
    {"constants", constants, METH_NOARGS, NULL}, {"errors", error_numbers, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "abi", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_abi(void) { return PyModule_Create(&definition); }
