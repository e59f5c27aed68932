/* kd/error.h - how things go wrong: codes for host code, one sticky message for operators. */
#ifndef KD_ERROR_H
#define KD_ERROR_H

#include <stdbool.h>

#if defined(__GNUC__)
#define KD_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define KD_PRINTF(f, a)
#endif

enum kd_code {
    KD_OK,
    KD_E_USAGE,          /* the request makes no sense: unknown name, value out of range */
    KD_E_FILE,           /* a file cannot be read or written */
    KD_E_DATA,           /* a file was read and is not what it should be */
    KD_E_SHAPE,          /* tensors do not fit together */
    KD_E_METHOD,         /* a method refused, or gave NaN */
    KD_E_SYSTEM,         /* the operating system said no */
    KD_E_INTERRUPTED,    /* asked to stop */
    KD_E_NOT_APPLICABLE, /* kd_not_applicable: nothing went wrong, it has no meaning here */
};

/* Record what went wrong and return `code`. The first message since kd_error_clear stays; later
 * ones are dropped, because they are its consequences. */
int kd_error(int code, const char *fmt, ...) KD_PRINTF(2, 3);

/* The same from inside an operator or a method: record it, go on, the host looks after the
 * callback. Prefixes the message with the callback that is running, if any. */
void kd_fail(const char *fmt, ...) KD_PRINTF(1, 2);

/* For setup: this method has no meaning for these networks or data, and why, in a few words ("taps
 * have 64 and 16 points"). The run ends as a row `not applicable: reason`, not as a failure. */
void kd_not_applicable(const char *fmt, ...) KD_PRINTF(1, 2);

bool kd_failed(void);               /* has anything been recorded? */
int kd_error_code(void);            /* KD_OK when not */
const char *kd_error_message(void); /* "" when not */
void kd_error_clear(void);
void kd_error_trail(const char *file, int line); /* used by KD_TRY */

/* what is running, as "at.loss"; shown in messages; NULL ends it */
void kd_error_scope(const char *method, const char *callback);

/* a broken promise of the program itself: message on stderr, abort */
_Noreturn void kd_assert_failed(const char *what, const char *file, int line);

#define KD_TRY(call)                                                                               \
    do {                                                                                           \
        int kd_try_code_ = (call);                                                                 \
        if (kd_try_code_ != KD_OK) {                                                               \
            kd_error_trail(__FILE__, __LINE__);                                                    \
            return kd_try_code_;                                                                   \
        }                                                                                          \
    } while (0)

#define KD_ASSERT(cond) ((cond) ? (void)0 : kd_assert_failed(#cond, __FILE__, __LINE__))

#endif
