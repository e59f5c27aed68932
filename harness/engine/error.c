/* The sticky error: one message for the process, the first one wins until it is cleared. */
#include <kd/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    int code;
    char message[1024];
    char method[64], callback[64];
} state;

static void put(size_t at, const char *fmt, va_list ap)
{
    vsnprintf(state.message + at, sizeof state.message - at, fmt, ap);
}

int kd_error(int code, const char *fmt, ...)
{
    if (state.code == KD_OK) {
        va_list ap;
        va_start(ap, fmt);
        state.code = code;
        put(0, fmt, ap);
        va_end(ap);
    }
    return code;
}

void kd_fail(const char *fmt, ...)
{
    if (state.code != KD_OK)
        return;
    va_list ap;
    va_start(ap, fmt);
    state.code = KD_E_METHOD;
    int at = 0;
    if (state.method[0])
        at = snprintf(state.message, sizeof state.message, "%s.%s: ", state.method, state.callback);
    put((size_t)at, fmt, ap);
    va_end(ap);
}

void kd_not_applicable(const char *fmt, ...)
{
    if (state.code != KD_OK)
        return;
    va_list ap;
    va_start(ap, fmt);
    state.code = KD_E_NOT_APPLICABLE;
    put(0, fmt, ap);
    va_end(ap);
}

bool kd_failed(void)
{
    return state.code != KD_OK;
}

int kd_error_code(void)
{
    return state.code;
}

const char *kd_error_message(void)
{
    return state.message;
}

void kd_error_clear(void)
{
    state.code = KD_OK;
    state.message[0] = '\0';
}

void kd_error_trail(const char *file, int line)
{
#ifndef NDEBUG
    size_t at = strlen(state.message);
    const char *slash = strrchr(file, '/');
    snprintf(state.message + at, sizeof state.message - at, " <- %s:%d", slash ? slash + 1 : file,
             line);
#else
    (void)file;
    (void)line;
#endif
}

void kd_error_scope(const char *method, const char *callback)
{
    snprintf(state.method, sizeof state.method, "%s", method ? method : "");
    snprintf(state.callback, sizeof state.callback, "%s", callback ? callback : "");
}

void kd_assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "kdbench: %s:%d: promise broken: %s\n", file, line, what);
    abort();
}
