/* Taken from the archive by a DLL that has none of its own. */

#include "windows_types.h"

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
  (void)module;
  (void)reason;
  (void)reserved;
  return TRUE;
}
