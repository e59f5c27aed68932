/* UTF-8: is it sound, lower case, and where words begin and end. */
#include "data/words.h"

#include <string.h>

static bool follows(const char *at)
{
    return ((unsigned char)*at & 0xc0) == 0x80;
}

int32_t kdi_utf8(const char *at, const char *end, int *size)
{
    static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = (unsigned char)*at;
    *size = first < 0x80   ? 1
            : first < 0xc2 ? 0
            : first < 0xe0 ? 2
            : first < 0xf0 ? 3
            : first < 0xf5 ? 4
                           : 0;
    if (*size == 1)
        return first;
    if (*size == 0 || end - at < *size)
        return -1;
    int32_t code = first & (0x7f >> *size);
    for (int i = 1; i < *size; i++) {
        if (!follows(at + i))
            return -1;
        code = code << 6 | (at[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[*size] || code > 0x10ffff || surrogate ? -1 : code;
}

int64_t kdi_utf8_bad(const char *text, int64_t n)
{
    int size = 1;
    for (int64_t i = 0; i < n; i += size)
        if (kdi_utf8(text + i, text + n, &size) <= 0)
            return i;
    return n;
}

/* ---- lower case --------------------------------------------------------------------- */

/* two bytes each, before and after */
static int32_t lower(int32_t c)
{
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
        (c >= 0x410 && c <= 0x42f))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40f)
        return c + 0x50;
    bool even = (c >= 0x100 && c <= 0x12f) || (c >= 0x132 && c <= 0x137) ||
                (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x481);
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    return even ? c | 1 : odd ? c + (c & 1) : c;
}

void kdi_lower(const char *from, int64_t n, char *to)
{
    int size = 1;
    for (int64_t i = 0; i < n; i += size) {
        int32_t code = kdi_utf8(from + i, from + n, &size);
        if (size == 1) {
            to[i] = (char)(code >= 'A' && code <= 'Z' ? code + 32 : code);
        } else if (size == 2) {
            code = lower(code);
            to[i] = (char)(0xc0 | code >> 6);
            to[i + 1] = (char)(0x80 | (code & 0x3f));
        } else {
            memmove(to + i, from + i, (size_t)size);
        }
    }
}

/* ---- words ------------------------------------------------------------------------------ */

static bool is_space(int32_t c)
{
    return c <= 0x20 || c == 0x7f || c == 0x85 || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x3000 || c == 0xfeff;
}

static bool in_word(int32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c < 0xc0)
        return c == 0xaa || c == 0xb5 || c == 0xba;
    return c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c <= 0x206f) &&
           !(c >= 0x3000 && c <= 0x303f) && !(c >= 0xff00 && c <= 0xff0f) && c != 0xfeff;
}

static const char *end_of_word(const char *at, const char *end)
{
    int size;
    while (at < end && in_word(kdi_utf8(at, end, &size)))
        at += size;
    return at;
}

bool kdi_next_piece(const char **at, const char *end, const char **piece, int64_t *n,
                    bool *after_space)
{
    int size = 0;
    *after_space = false;
    while (*at < end && is_space(kdi_utf8(*at, end, &size))) {
        *after_space = true;
        *at += size;
    }
    if (*at >= end)
        return false;
    int32_t code = kdi_utf8(*at, end, &size);
    *piece = *at;
    *at = in_word(code) ? end_of_word(*at, end) : *at + size;
    *n = *at - *piece;
    return true;
}

bool kdi_next_word(const char **at, const char *end, const char **word, int64_t *n)
{
    int size = 0;
    while (*at < end && !in_word(kdi_utf8(*at, end, &size)))
        *at += size;
    *word = *at;
    *at = end_of_word(*at, end);
    *n = *at - *word;
    return *n > 0;
}
