/* What pyz3's own library does for Windows of 32 bits, run on Linux of 32 bits: arguments lie there as they do here.
   These functions stand for the UCRT's, to which a long double is a double. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int __stdio_common_vsprintf(unsigned long long, void *, size_t, const void *, void *, const void *);
int __stdio_common_vsscanf(unsigned long long, void *, size_t, const void *, void *, const void *);

static int prints(unsigned long long options, void *to, size_t size, const char *format, void *locale, void *list)
{
  char own[200] = "";
  for (size_t at = 0; *format; format++)
    if (*format != 'L') own[at++] = *format;
  return vsnprintf(to, size, own, list);
}

static int scans(unsigned long long options, const void *from, size_t size, const char *format, void *locale, void *list)
{
  char own[200] = "";
  for (size_t at = 0; *format; format++) own[at++] = *format == 'L' ? 'l' : *format;
  return vsscanf(from, own, list);
}

void *GetModuleHandleA(const char *name) { return (void *)name; }
void *GetProcAddress(void *module, const char *name) { return strstr(name, "printf") ? (void *)prints : (void *)scans; }

static void print(const char *format, ...)
{
  char text[200];
  va_list list;
  va_start(list, format);
  __stdio_common_vsprintf(0, text, sizeof text, format, NULL, list);
  va_end(list);
  puts(text);
}

static int scan(const char *text, const char *format, ...)
{
  va_list list;
  va_start(list, format);
  int read = __stdio_common_vsscanf(0, text, strlen(text), format, NULL, list);
  va_end(list);
  return read;
}

int main(void)
{
  long double first = 0, second = 0;
  long long between = 0;
  print("%d %Lf %lld %s %*.*Lg %f %c|", 1, 1.25L, 1234567890123LL, "ab", 6, 3, 2.5L, 0.5, 'x');
  print("%zu %5.2f %llx", (size_t)7, 1.5, 255ULL); /* no long double: as it is */
  int read = scan("1.5 77 9 2.5", "%Lf %lld %*d %Lf", &first, &between, &second);
  print("%d %Lf %lld %Lf", read, first, between, second);
  return 0;
}
