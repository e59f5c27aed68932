/* Java's properties: comments, continued lines, escapes, Latin-1 to UTF-8. */
#include "data/properties.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST = 4 << 20, REPLACEMENT = 0xfffd };

typedef struct {
    const char *path;
    const unsigned char *at, *end;
    char *to; /* room for all that can come of the file */
} reader;

/* at most 3 bytes, from at most 6 of "\uXXXX" or one of Latin-1 */
static void put(reader *r, unsigned c)
{
    if (c < 0x80) {
        *r->to++ = (char)c;
    } else if (c < 0x800) {
        *r->to++ = (char)(0xc0 | c >> 6);
        *r->to++ = (char)(0x80 | (c & 63));
    } else {
        *r->to++ = (char)(0xe0 | c >> 12);
        *r->to++ = (char)(0x80 | (c >> 6 & 63));
        *r->to++ = (char)(0x80 | (c & 63));
    }
}

static bool ends_line(const reader *r)
{
    return r->at == r->end || *r->at == '\n' || *r->at == '\r';
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\f'))
        r->at++;
}

static void end_line(reader *r)
{
    if (r->at < r->end && *r->at == '\r')
        r->at++;
    if (r->at < r->end && *r->at == '\n')
        r->at++;
}

static int digit(unsigned char c)
{
    const char *digits = "0123456789abcdefABCDEF", *p = c ? strchr(digits, c) : NULL;
    return !p ? -1 : p - digits < 16 ? (int)(p - digits) : (int)(p - digits) - 6;
}

/* after "\u"; half of a pair stands for nothing */
static int take_unicode(reader *r)
{
    unsigned c = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        int d = r->at < r->end ? digit(*r->at) : -1;
        if (d < 0)
            return kd_error(KD_E_DATA, "%s: \\u without four hexadecimal digits", r->path);
        c = c << 4 | (unsigned)d;
    }
    put(r, c == 0 || (c >= 0xd800 && c < 0xe000) ? REPLACEMENT : c);
    return KD_OK;
}

static int take_escape(reader *r)
{
    r->at++;
    if (ends_line(r)) {
        end_line(r);
        skip_blanks(r);
        return KD_OK;
    }
    unsigned char c = *r->at++;
    if (c == 'u')
        return take_unicode(r);
    put(r, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'f' ? '\f' : c);
    return KD_OK;
}

/* up to the line's end or one of `stops`, as text of its own */
static int take_text(reader *r, const char *stops, const char **text)
{
    *text = r->to;
    while (!ends_line(r) && !(*r->at && strchr(stops, *r->at))) {
        if (*r->at == 0)
            return kd_error(KD_E_DATA, "%s: has a byte 0, should be text", r->path);
        if (*r->at == '\\')
            KD_TRY(take_escape(r));
        else
            put(r, *r->at++);
    }
    *r->to++ = '\0';
    return KD_OK;
}

static int take_pair(reader *r, const char **key, const char **value)
{
    KD_TRY(take_text(r, "=: \t\f", key));
    skip_blanks(r);
    if (!ends_line(r) && (*r->at == '=' || *r->at == ':'))
        r->at++;
    skip_blanks(r);
    return take_text(r, "", value);
}

/* ---- all of it, in order ---------------------------------------------------------- */

typedef struct {
    const char *key, *value;
    int64_t line;
} card;

static int by_key(const void *a, const void *b)
{
    const card *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int64_t count_lines(const kdi_bytes *file)
{
    int64_t n = 1;
    for (int64_t i = 0; i < file->size; i++)
        n += file->data[i] == '\n' || file->data[i] == '\r';
    return n;
}

int kdi_properties_parse(kdi_arena *a, const kdi_bytes *file, kdi_properties *p)
{
    if (file->size > LARGEST)
        return kd_error(KD_E_DATA, "%s: has %lld bytes, should have at most %d", file->path,
                        (long long)file->size, LARGEST);
    int64_t lines = count_lines(file), n = 0;
    card *c = kdi_alloc(a, (size_t)lines * sizeof *c);
    reader r = { file->path, file->data, file->data + file->size,
                 kdi_alloc(a, (size_t)(3 * file->size + 2 * lines) + 2) };
    for (; r.at < r.end; end_line(&r)) {
        skip_blanks(&r);
        if (!ends_line(&r) && *r.at != '#' && *r.at != '!') {
            c[n].line = n;
            KD_TRY(take_pair(&r, &c[n].key, &c[n].value));
            n++;
        } else
            while (!ends_line(&r))
                r.at++;
    }
    qsort(c, (size_t)n, sizeof *c, by_key);
    *p = (kdi_properties){ .n = n };
    p->key = kdi_alloc(a, (size_t)n * sizeof *p->key + 1);
    p->value = kdi_alloc(a, (size_t)n * sizeof *p->value + 1);
    for (int64_t i = 0; i < n; i++) {
        p->key[i] = c[i].key;
        p->value[i] = c[i].value;
    }
    return KD_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, *(const char *const *)b);
}

const char *kdi_property(const kdi_properties *p, const char *key)
{
    const char **at = bsearch(key, p->key, (size_t)p->n, sizeof *p->key, by_text);
    return at ? p->value[at - p->key] : NULL;
}
