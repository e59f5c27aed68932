/* Comparing numbers with a reference, and remembering the worst. */
#include "check/models_compare.h"

#include <math.h>

/* error relative to `scale`; NaN is as wrong as can be */
void kdi_compare_one(kdi_compare *c, const char *what, double got, double want, double scale)
{
    double off = fabs(got - want) / fmax(scale, 1e-300);
    off = off >= 0 ? off : INFINITY;
    c->n++;
    if (off > c->worst || !c->at) {
        c->worst = off;
        c->at = kdi_strdup(c->a, what);
    }
    if (off > c->tolerance && !c->first)
        c->first = kdi_format(c->a, "%s: %.12g, should be %.12g (off by %.2g of %.3g)", what, got,
                              want, off, scale);
}

/* numbers of a float64 array; *n = 0 when v is none */
const double *kdi_doubles(const kd_value *v, int64_t *n)
{
    if (v && v->kind == KD_V_MAP)
        v = kd_get(v, "@data");
    *n = v && v->kind == KD_V_ARRAY && v->element == KD_F64 ? kd_shape_numel(v->shape) : 0;
    return *n ? v->data : NULL;
}

double kdi_largest(const double *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

/* want = sum, sum of squares, largest, first few [, last]. An error of e in each of n values, e
 * relative to `scale`, moves the sum by up to n*e and the squares by 2*e of themselves. */
void kdi_compare_summary(kdi_compare *c, const char *what, const kd_real *x, int64_t n,
                         const double *want, int64_t nwant, bool has_last)
{
    double sum = 0, square = 0, most = 0, floor = c->floor, scale = fmax(want[2], floor);
    int64_t few = nwant - 3 - has_last;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)x[i];
        square += (double)x[i] * (double)x[i];
        most = fmax(most, fabs((double)x[i]));
    }
    kdi_compare_one(c, kdi_format(c->a, "%s, sum", what), sum, want[0],
                    fmax(sqrt((double)n * want[1]), (double)n * floor));
    kdi_compare_one(c, kdi_format(c->a, "%s, squares", what), square, want[1],
                    2 * fmax(want[1], (double)n * floor * floor));
    kdi_compare_one(c, kdi_format(c->a, "%s, largest", what), most, want[2], scale);
    for (int64_t i = 0; i < few && i < n; i++)
        kdi_compare_one(c, kdi_format(c->a, "%s[%lld]", what, (long long)i), (double)x[i],
                        want[3 + i], scale);
    if (has_last)
        kdi_compare_one(c, kdi_format(c->a, "%s, last", what), (double)x[n - 1], want[nwant - 1],
                        scale);
}

const kd_real *kdi_channels_first(const kd_tensor *x, const kd_real *in, kdi_arena *a)
{
    if (x->shape.n < 3)
        return in;
    kd_real *out = kdi_alloc(a, (size_t)kd_numel(x) * sizeof *out);
    int64_t n = kd_dim(x, 0), c = kd_channels(x), at = 0;
    int64_t places = n && c ? kd_numel(x) / n / c : 0;
    for (int64_t s = 0; s < n; s++)
        for (int64_t k = 0; k < c; k++)
            for (int64_t p = 0; p < places; p++)
                out[at++] = in[(s * places + p) * c + k];
    return out;
}

kd_value *kdi_compare_told(const kdi_compare *c)
{
    kd_value *map = kd_map(c->a);
    kd_set_number(map, "tolerance", c->tolerance);
    kd_set_number(map, "worst", c->worst);
    kd_set_text(map, "at", c->at ? c->at : "");
    kd_set_int(map, "compared", c->n);
    return map;
}
