/* kd/option.h - typed options bound by offset into a private struct.
 *
 * A wrong field type is a compile error (_Generic). Defaults are the paper's value, else its
 * reference code's; the help says what the value weighs or means. */
#ifndef KD_OPTION_H
#define KD_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <kd/tensor.h>

enum kd_type { KD_T_END, KD_T_REAL, KD_T_INT, KD_T_BOOL, KD_T_CHOICE, KD_T_TEXT };

typedef struct kd_option {
    const char *name, *help;
    enum kd_type type; /* KD_T_END closes a table */
    size_t at;         /* offset in the private struct */
    double def, min, max;
    const char *const *choice; /* KD_T_CHOICE: NULL-terminated names; the value is an index */
    const char *text;          /* KD_T_TEXT: the default */
} kd_option;

#define KD_AT_(S, f, T) _Generic(((S *)0)->f, T : offsetof(S, f))
#define KD_REAL(S, f, d, lo, hi, h)                                                                \
    {                                                                                              \
        .name = #f, .help = h, .type = KD_T_REAL, .at = KD_AT_(S, f, kd_real), .def = d,           \
        .min = lo, .max = hi                                                                       \
    }
#define KD_INT(S, f, d, lo, hi, h)                                                                 \
    {                                                                                              \
        .name = #f, .help = h, .type = KD_T_INT, .at = KD_AT_(S, f, int), .def = d, .min = lo,     \
        .max = hi                                                                                  \
    }
#define KD_BOOL(S, f, d, h)                                                                        \
    {                                                                                              \
        .name = #f, .help = h, .type = KD_T_BOOL, .at = KD_AT_(S, f, bool), .def = d, .max = 1     \
    }
#define KD_CHOICE(S, f, d, c, h)                                                                   \
    {                                                                                              \
        .name = #f, .help = h, .type = KD_T_CHOICE, .at = KD_AT_(S, f, int), .def = d, .choice = c \
    }
#define KD_TEXT(S, f, d, h)                                                                        \
    {                                                                                              \
        .name = #f, .help = h, .type = KD_T_TEXT, .at = KD_AT_(S, f, const char *), .text = d      \
    }

#endif
