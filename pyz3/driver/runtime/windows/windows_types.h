/* What DllMain is declared with, as "Windows Data Types" of Microsoft's documentation has it.  <windows.h> takes a
   second to read. */

#define WINAPI __stdcall
#define TRUE 1

typedef int BOOL;
typedef unsigned long DWORD;
typedef void *HINSTANCE;
typedef void *LPVOID;
