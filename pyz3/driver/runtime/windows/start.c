/* What Windows calls first in a DLL that needs nothing set up: no thread-locals, no constructors.  mingw-w64's
   start-up code (crt/crtdll.c) does that and then what is done here. */

#include "windows_types.h"

/* Microsoft's compiler mentions it where floating point is used. */
int _fltused = 0x9875;

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved);

BOOL WINAPI _DllMainCRTStartup(HINSTANCE module, DWORD reason, LPVOID reserved)
{
  return DllMain(module, reason, reserved);
}
