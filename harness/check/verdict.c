/* What the points of the check found out. */
#include "check/verdict.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add(kdi_verdict *v, const char **list, int *n, const char *fmt, va_list ap)
{
    char text[1024];
    vsnprintf(text, sizeof text, fmt, ap);
    if (*n < KDI_MOST_FAULTS)
        list[*n] = kdi_strdup(v->arena, text);
    (*n)++;
}

void kdi_fault(kdi_verdict *v, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(v, v->fault, &v->nfault, fmt, ap);
    va_end(ap);
}

void kdi_remark(kdi_verdict *v, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(v, v->remark, &v->nremark, fmt, ap);
    va_end(ap);
}

const char *kdi_taken_error(kdi_verdict *v)
{
    const char *text = kdi_strdup(v->arena, kd_error_message());
    kd_error_clear();
    return text;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || !in_word(at[-1])) && !in_word(at[n]))
            return true;
    return false;
}

bool kdi_clear_message(const kd_method *m, const char *message)
{
    size_t n = strlen(m->name);
    if (strncmp(message, m->name, n) == 0 && !in_word(message[n]))
        return true;
    for (const kd_option *o = m->options; o && o->type != KD_T_END; o++)
        if (has_word(message, o->name))
            return true;
    return false;
}
