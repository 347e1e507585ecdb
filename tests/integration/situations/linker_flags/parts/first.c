extern int linker_flags_parts;

__attribute__((constructor)) static void
registered(void)
{
    linker_flags_parts++;
}
