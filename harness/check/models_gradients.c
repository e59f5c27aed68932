/* A reference network's gradients, of its parameters and its input, against the file's. */
#include "check/models_job.h"

#include <math.h>

struct gradients {
    const kdi_model_job *job;
    kdi_compare *c;
    const kd_value *want; /* map "0005" -> summary */
    double largest;       /* of all of the file's */
    int64_t k, seen;
};

static bool is_zero(const kd_value *summary)
{
    return summary->kind == KD_V_MAP && kd_get_int(summary, "zero", 0) != 0;
}

/* zero by construction: what is there is rounding, of any size beside the file's own */
static void compare_zero(struct gradients *g, const char *what, const kd_real *x, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)x[i]));
    kdi_compare_one(g->c, what, most, 0, g->largest);
}

static const kd_real *in_torch_order(const kd_tensor *x, kdi_arena *a)
{
    kd_tensor view = *x;
    kd_shape shape;
    kd_real *out = kdi_alloc(a, (size_t)kd_numel(x) * sizeof *out);
    view.data = x->grad;
    kdi_to_torch(&view, out, &shape);
    return out;
}

static int compare_gradient(kd_tensor *x, const char *path, const char *unused, void *user)
{
    struct gradients *g = user;
    kdi_arena *step = g->job->engine->step;
    const kd_value *entry = kd_get(g->want, kdi_format(step, "%04lld", (long long)g->k++));
    int64_t n;
    (void)unused;
    if (!entry)
        return KD_OK;
    const double *want = kdi_doubles(entry, &n);
    bool touched = x->flags & KDI_TOUCHED, zero = is_zero(entry);
    if ((!touched && !zero) || n < 5)
        return kd_error(KD_E_DATA, "%s got no gradient, in the file it has one", path);
    const char *what = kdi_format(g->job->a, "grad/%04lld (%s)", (long long)g->k - 1, path);
    g->seen++;
    if (!touched)
        return KD_OK;
    const kd_real *ordered = in_torch_order(x, step);
    if (zero)
        compare_zero(g, what, ordered, kd_numel(x));
    else
        kdi_compare_summary(g->c, what, ordered, kd_numel(x), want, n, true);
    return KD_OK;
}

static double largest_gradient(const kd_value *want)
{
    double most = 0;
    for (int64_t i = 0; i < want->n; i++) {
        int64_t n;
        const double *x = kdi_doubles(want->item[i], &n);
        most = n > 2 ? fmax(most, x[2]) : most;
    }
    return most;
}

/* A bias before a batch-norm has gradient zero but for rounding: a tensor counts as being at least
 * a small part as large as the largest. */
static int compare_parameters(const kdi_model_job *j, kdi_compare *c, const kd_value *mode)
{
    const kd_value *want;
    KD_TRY(kd_need_map(mode, "grad", &want));
    struct gradients g = { .job = j, .c = c, .want = want, .largest = largest_gradient(want) };
    c->floor = (sizeof(kd_real) == 8 ? 1e-4 : 1e-2) * g.largest;
    KD_TRY(kdi_scope_each(j->net->scope, compare_gradient, &g));
    if (g.seen != want->n)
        return kd_error(KD_E_DATA, "%lld gradients, the file has %lld", (long long)g.seen,
                        (long long)want->n);
    return KD_OK;
}

static void compare_input(const kdi_model_job *j, kdi_compare *c, const kd_tensor *x,
                          const kd_value *mode)
{
    int64_t n, nsum, total = kd_numel(x);
    const double *first = kdi_doubles(kd_get(mode, "grad_input_first"), &n);
    const double *sum = kdi_doubles(kd_get(mode, "grad_input"), &nsum);
    const kd_real *g = kdi_reference_order(j, x, x->grad);
    double scale = kd_get_number(mode, "grad_input_absmax", 0), most = 0;
    for (int64_t i = 0; i < n && i < total; i++)
        kdi_compare_one(c, "grad_input_first", (double)g[i], first[i], scale);
    for (int64_t i = 0; i < total; i++)
        most = fmax(most, fabs((double)g[i]));
    kdi_compare_one(c, "grad_input_absmax", most, scale, scale);
    if (nsum >= 4)
        kdi_compare_summary(c, "grad_input", g, total, sum, nsum, false);
}

int kdi_compare_gradients(const kdi_model_job *j, kdi_compare *c, const kd_tensor *x,
                          const kd_value *mode)
{
    if (kd_get(mode, "grad_input_absmax")) {
        if (!x->grad)
            return kd_error(KD_E_DATA, "the input got no gradient, in the file it has one");
        compare_input(j, c, x, mode);
    }
    return compare_parameters(j, c, mode);
}
