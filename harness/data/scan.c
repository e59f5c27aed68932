/* Numbers in text formats, and errors that say the line. */
#include "data/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 64, SHOWN = 24 };

kdi_scan kdi_scan_new(const kdi_bytes *file)
{
    const char *text = (const char *)file->data;
    return (kdi_scan){ .path = file->path, .begin = text, .at = text, .end = text + file->size };
}

static long long line_of(const kdi_scan *s)
{
    long long line = 1;
    for (const char *p = s->begin; p < s->at; p++)
        line += *p == '\n';
    return line;
}

int kdi_scan_error(const kdi_scan *s, const char *fmt, ...)
{
    char said[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(said, sizeof said, fmt, ap);
    va_end(ap);
    return kd_error(KD_E_DATA, "%s:%lld: %s", s->path, line_of(s), said);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *kdi_scan_found(const kdi_scan *s)
{
    static char shown[SHOWN + 3];
    size_t n = 0;
    if (s->at == s->end)
        return "the end";
    shown[n++] = '\'';
    for (const char *p = s->at; p < s->end && n <= SHOWN && !is_blank(*p); p++)
        shown[n++] = *p > ' ' && *p < 127 ? *p : '?';
    shown[n++] = '\'';
    shown[n] = '\0';
    return shown;
}

/* the characters of a number, copied so that there is an end to them */
static size_t token(const kdi_scan *s, const char *letters, char text[LONGEST])
{
    size_t n = 0;
    while (s->at + n < s->end && n < LONGEST - 1 && s->at[n] && strchr(letters, s->at[n])) {
        text[n] = s->at[n];
        n++;
    }
    text[n] = '\0';
    return n;
}

static bool ends_at(const kdi_scan *s, size_t n, const char *ends)
{
    const char *p = s->at + n;
    return p == s->end || is_blank(*p) || (*p && strchr(ends, *p));
}

int kdi_scan_real(kdi_scan *s, const char *ends, double *x)
{
    char text[LONGEST], *stop = text;
    size_t n = token(s, "+-.0123456789eE", text);
    *x = n ? strtod(text, &stop) : 0;
    if (n == 0 || *stop || !ends_at(s, n, ends))
        return kdi_scan_error(s, "found %s, should be a number", kdi_scan_found(s));
    if (*x - *x != 0)
        return kdi_scan_error(s, "found %s, should be a finite number", kdi_scan_found(s));
    s->at += n;
    return KD_OK;
}

int kdi_scan_integer(kdi_scan *s, const char *ends, int64_t *x)
{
    char text[LONGEST], *stop = text;
    size_t n = token(s, "+-0123456789", text);
    errno = 0;
    *x = n ? strtoll(text, &stop, 10) : 0;
    if (n == 0 || *stop || errno || !ends_at(s, n, ends))
        return kdi_scan_error(s, "found %s, should be an integer", kdi_scan_found(s));
    s->at += n;
    return KD_OK;
}
