// A command of Windows that is a Python program: NAME.exe runs NAME.py beside it, by the Python that its first
// line names (#!C:\...\python.exe), with -IS.  The words of the command line are handed on as they were written:
// batch files, which cmd.exe reads, would lose quotes, % and &.  No C library: zig would compile one for it.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

enum { LONGEST = 32768 };  // of a path, and of a command line (CreateProcessW)

static WCHAR script[LONGEST], python[LONGEST], command[LONGEST * 2];
static char line[LONGEST];

static void fail(const char *text) {
  DWORD written;
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)lstrlenA(text), &written, NULL);
  ExitProcess(127);
}

static BOOL find(void) {
  DWORD length = GetModuleFileNameW(NULL, script, LONGEST), count = 0, at = 2;
  if (length < 4 || length >= LONGEST) return FALSE;
  lstrcpyW(script + length - 4, L".py");
  HANDLE file = CreateFileW(script, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE || !ReadFile(file, line, LONGEST - 1, &count, NULL)) return FALSE;
  CloseHandle(file);
  if (count < 3 || line[0] != '#' || line[1] != '!') return FALSE;
  while (at < count && line[at] != '\n' && line[at] != '\r') at++;
  line[at] = 0;
  return MultiByteToWideChar(CP_UTF8, 0, line + 2, -1, python, LONGEST) > 1;
}

// What follows the program's name: up to the next quote, or the next space.
static const WCHAR *words(const WCHAR *text) {
  BOOL quoted = FALSE;
  for (; *text && (quoted || (*text != L' ' && *text != L'\t')); text++)
    if (*text == L'"') quoted = !quoted;
  return text;
}

// Ctrl-C reaches the Python, too, whose status is waited for.
static BOOL WINAPI wait(DWORD event) {
  (void)event;
  return TRUE;
}

void start(void) {
  STARTUPINFOW info = {0};
  PROCESS_INFORMATION process;
  DWORD status = 127;
  const WCHAR *rest = words(GetCommandLineW());
  if (!find()) fail("pyz3: the program of this command is not there\n");
  if (lstrlenW(python) + lstrlenW(script) + lstrlenW(rest) + 16 > LONGEST) fail("pyz3: too long a command\n");
  lstrcpyW(command, L"\"");
  lstrcatW(command, python);
  lstrcatW(command, L"\" -IS \"");
  lstrcatW(command, script);
  lstrcatW(command, L"\"");
  lstrcatW(command, rest);
  GetStartupInfoW(&info);
  SetConsoleCtrlHandler(wait, TRUE);
  if (!CreateProcessW(python, command, NULL, NULL, TRUE, 0, NULL, NULL, &info, &process))
    fail("pyz3: the Python of this command cannot be started\n");
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &status);
  ExitProcess(status);
}
