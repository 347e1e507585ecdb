/* std::char_traits of any type, as libstdc++ and Microsoft's library have it: projects make strings of
   unsigned char, std::byte or uint16_t, which libc++ from 18 on refuses.  Its own header declares the template
   and defines it for the standard's types; what a project defines for a type of its own goes before ours, too.

   Members: C++17 [char.traits.require]. */

#include_next <__string/char_traits.h>

#ifndef PYZ3_CHAR_TRAITS_H
#define PYZ3_CHAR_TRAITS_H

#pragma GCC system_header

_LIBCPP_BEGIN_NAMESPACE_STD

template <class _CharT>
struct char_traits {
    typedef _CharT char_type;
    typedef unsigned long int_type;
    typedef streamoff off_type;
    typedef streampos pos_type;
    typedef mbstate_t state_type;
#if _LIBCPP_STD_VER >= 20
    typedef strong_ordering comparison_category;
#endif

    static _LIBCPP_CONSTEXPR_SINCE_CXX17 void assign(char_type &__to, const char_type &__from) { __to = __from; }
    static _LIBCPP_CONSTEXPR bool eq(const char_type &__a, const char_type &__b) { return __a == __b; }
    static _LIBCPP_CONSTEXPR bool lt(const char_type &__a, const char_type &__b) { return __a < __b; }

    static _LIBCPP_CONSTEXPR_SINCE_CXX17 int
    compare(const char_type *__a, const char_type *__b, size_t __count) {
        for (; __count; --__count, ++__a, ++__b) {
            if (lt(*__a, *__b)) return -1;
            if (lt(*__b, *__a)) return 1;
        }
        return 0;
    }
    static _LIBCPP_CONSTEXPR_SINCE_CXX17 size_t length(const char_type *__text) {
        size_t __count = 0;
        while (!eq(__text[__count], char_type())) ++__count;
        return __count;
    }
    static _LIBCPP_CONSTEXPR_SINCE_CXX17 const char_type *
    find(const char_type *__text, size_t __count, const char_type &__what) {
        for (; __count; --__count, ++__text)
            if (eq(*__text, __what)) return __text;
        return 0;
    }
    /* What strings are made of is trivial; clang knows these in constant expressions, too. */
    static _LIBCPP_CONSTEXPR_SINCE_CXX20 char_type *
    copy(char_type *__to, const char_type *__from, size_t __count) {
        return static_cast<char_type *>(__builtin_memcpy(__to, __from, __count * sizeof(char_type)));
    }
    static _LIBCPP_CONSTEXPR_SINCE_CXX20 char_type *
    move(char_type *__to, const char_type *__from, size_t __count) {
        return static_cast<char_type *>(__builtin_memmove(__to, __from, __count * sizeof(char_type)));
    }
    static _LIBCPP_CONSTEXPR_SINCE_CXX20 char_type *
    assign(char_type *__to, size_t __count, char_type __what) {
        for (size_t __i = 0; __i < __count; ++__i) __to[__i] = __what;
        return __to;
    }

    static _LIBCPP_CONSTEXPR char_type to_char_type(const int_type &__number) {
        return static_cast<char_type>(__number);
    }
    static _LIBCPP_CONSTEXPR int_type to_int_type(const char_type &__c) { return static_cast<int_type>(__c); }
    static _LIBCPP_CONSTEXPR bool eq_int_type(const int_type &__a, const int_type &__b) { return __a == __b; }
    static _LIBCPP_CONSTEXPR int_type eof() { return static_cast<int_type>(-1); }
    static _LIBCPP_CONSTEXPR int_type not_eof(const int_type &__number) {
        return eq_int_type(__number, eof()) ? 0 : __number;
    }
};

_LIBCPP_END_NAMESPACE_STD

#endif
